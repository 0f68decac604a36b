"""Load balancers of the emulated AWS are named, placed and deleted as AWS does it."""

from __future__ import annotations

import re
from typing import Any

import pytest

from privatelink_ingress.local.cloud.session import Session
from tests.support.edge_world import balancer, network, refused


def interfaces(session: Session, prefix: str) -> list[dict[str, Any]]:
    found = session.client("ec2").describe_network_interfaces()["NetworkInterfaces"]
    return [interface for interface in found if interface["Description"].startswith(prefix)]


@pytest.mark.parametrize(
    "name",
    ["a" * 33, "under_score", "-edge", "edge-", "internal-edge"],
    ids=["33 characters", "underscore", "hyphen in front", "hyphen at the end", "internal-"],
)
def test_a_name_that_aws_refuses_is_refused(edge: Session, name: str) -> None:
    place = network(edge)
    with refused("ValidationError", f"'{name}'"):
        balancer(edge, place, name)


def test_a_name_of_32_characters_is_taken_once(edge: Session) -> None:
    place = network(edge)
    assert balancer(edge, place, "a" * 32)["LoadBalancerName"] == "a" * 32
    with refused("DuplicateLoadBalancerName"):
        balancer(edge, place, "a" * 32)


def test_an_application_load_balancer_needs_two_zones(edge: Session) -> None:
    place = network(edge)
    with refused("ValidationError", "two different Availability Zones"):
        balancer(edge, place, Subnets=place.subnets[:1])


def test_two_subnets_in_one_zone_are_refused(edge: Session) -> None:
    place = network(edge)
    second = edge.client("ec2").create_subnet(VpcId=place.vpc, CidrBlock="10.12.9.0/24", AvailabilityZone="eu-west-1a")
    with refused("InvalidConfigurationRequest", "same Availability Zone"):
        balancer(edge, place, Subnets=[place.subnets[0], second["Subnet"]["SubnetId"]])


def test_an_internet_facing_balancer_needs_an_internet_gateway(edge: Session) -> None:
    place = network(edge, gateway=False)
    with refused("InvalidSubnet", f"VPC {place.vpc} has no internet gateway"):
        balancer(edge, place)
    assert balancer(edge, place, Scheme="internal")["Scheme"] == "internal"


def test_security_groups_must_exist_in_the_vpc(edge: Session) -> None:
    place, other = network(edge), network(edge, second_octet=13)
    with refused("InvalidSecurityGroup", "does not exist"):
        balancer(edge, place, SecurityGroups=["sg-0123456789abcdef0"])
    with refused("InvalidSecurityGroup", f"not in VPC '{place.vpc}'"):
        balancer(edge, place, SecurityGroups=[other.group])


def test_an_unknown_subnet_is_refused(edge: Session) -> None:
    place = network(edge)
    with refused("SubnetNotFound", "subnet-0123456789abcdef0"):
        balancer(edge, place, Subnets=[place.subnets[0], "subnet-0123456789abcdef0"])


def test_each_type_has_its_own_arn_dns_name_and_hosted_zone(edge: Session) -> None:
    place = network(edge)
    front = balancer(edge, place)
    inner = balancer(edge, place, "inner", Type="network", Scheme="internal")
    assert ":loadbalancer/app/edge/" in front["LoadBalancerArn"]
    assert ":loadbalancer/net/inner/" in inner["LoadBalancerArn"]
    assert re.fullmatch(r"edge-\d+\.eu-west-1\.elb\.amazonaws\.com", front["DNSName"])
    assert re.fullmatch(r"inner-[0-9a-f]{16}\.elb\.eu-west-1\.amazonaws\.com", inner["DNSName"])
    assert front["CanonicalHostedZoneId"] == "Z32O12XQLNTSW2"
    assert inner["CanonicalHostedZoneId"] == "Z2IFOLAFXWLO4F"


def test_tags_stay_with_a_network_load_balancer(edge: Session) -> None:
    inner = balancer(edge, network(edge), Type="network", Tags=[{"Key": "owner", "Value": "team-shop"}])
    tags = edge.client("elbv2").describe_tags(ResourceArns=[inner["LoadBalancerArn"]])["TagDescriptions"][0]["Tags"]
    assert tags == [{"Key": "owner", "Value": "team-shop"}]


def test_a_listener_of_a_network_load_balancer_says_net(edge: Session) -> None:
    place = network(edge)
    inner = balancer(edge, place, Type="network")
    elb = edge.client("elbv2")
    group = elb.create_target_group(Name="t", Protocol="TCP", Port=80, VpcId=place.vpc)["TargetGroups"][0]
    made = elb.create_listener(
        LoadBalancerArn=inner["LoadBalancerArn"],
        Protocol="TCP",
        Port=80,
        DefaultActions=[{"Type": "forward", "TargetGroupArn": group["TargetGroupArn"]}],
    )
    assert ":listener/net/edge/" in made["Listeners"][0]["ListenerArn"]


def test_a_balancer_has_an_interface_with_its_groups_in_each_subnet(edge: Session) -> None:
    place = network(edge)
    arn = balancer(edge, place)["LoadBalancerArn"]
    found = interfaces(edge, f"ELB {arn.partition('loadbalancer/')[2]}")
    assert sorted(interface["SubnetId"] for interface in found) == sorted(place.subnets)
    assert [group["GroupId"] for interface in found for group in interface["Groups"]] == [place.group] * 3
    assert {interface["Status"] for interface in found} == {"in-use"}


def test_the_interfaces_follow_the_subnets(edge: Session) -> None:
    place = network(edge)
    arn = balancer(edge, place, Subnets=place.subnets[:2])["LoadBalancerArn"]
    edge.client("elbv2").set_subnets(LoadBalancerArn=arn, Subnets=place.subnets[1:])
    assert sorted(interface["SubnetId"] for interface in interfaces(edge, "ELB ")) == sorted(place.subnets[1:])


def test_the_interfaces_go_with_the_balancer(edge: Session) -> None:
    arn = balancer(edge, network(edge))["LoadBalancerArn"]
    edge.client("elbv2").delete_load_balancer(LoadBalancerArn=arn)
    assert interfaces(edge, "ELB ") == []


def test_a_chosen_address_must_be_free_and_in_the_subnet(edge: Session) -> None:
    place = network(edge)

    def at(name: str, address: str) -> None:
        mapping = {"SubnetId": place.subnets[0], "PrivateIPv4Address": address}
        balancer(edge, place, name, Type="network", Scheme="internal", Subnets=[], SubnetMappings=[mapping])

    at("one", "10.12.0.20")
    assert [interface["PrivateIpAddress"] for interface in interfaces(edge, "ELB net/one/")] == ["10.12.0.20"]
    with refused("ValidationError", "in use"):
        at("two", "10.12.0.20")
    with refused("ValidationError", "not valid for subnet"):
        at("two", "10.12.1.20")


def test_an_application_load_balancer_without_a_group_gets_the_default_one(edge: Session) -> None:
    place = network(edge)
    groups = edge.client("ec2").describe_security_groups(
        Filters=[{"Name": "vpc-id", "Values": [place.vpc]}, {"Name": "group-name", "Values": ["default"]}]
    )
    assert balancer(edge, place, SecurityGroups=[])["SecurityGroups"] == [groups["SecurityGroups"][0]["GroupId"]]


def test_a_network_load_balancer_without_a_group_never_gets_one(edge: Session) -> None:
    place = network(edge)
    bare = balancer(edge, place, Type="network", SecurityGroups=[])["LoadBalancerArn"]
    with refused("InvalidConfigurationRequest", "created without"):
        edge.client("elbv2").set_security_groups(LoadBalancerArn=bare, SecurityGroups=[place.group])


def test_the_switch_for_privatelink_traffic_is_on_and_can_be_turned_off(edge: Session) -> None:
    place, elb = network(edge), edge.client("elbv2")
    inner = balancer(edge, place, Type="network")
    field = "EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic"
    assert inner[field] == "on"
    elb.set_security_groups(LoadBalancerArn=inner["LoadBalancerArn"], SecurityGroups=[place.group], **{field: "off"})
    assert elb.describe_load_balancers(Names=["edge"])["LoadBalancers"][0][field] == "off"


def test_deletion_protection_is_honoured_until_it_is_off(edge: Session) -> None:
    arn, elb = balancer(edge, network(edge))["LoadBalancerArn"], edge.client("elbv2")
    key = "deletion_protection.enabled"
    elb.modify_load_balancer_attributes(LoadBalancerArn=arn, Attributes=[{"Key": key, "Value": "true"}])
    with refused("OperationNotPermitted", "deletion protection is enabled"):
        elb.delete_load_balancer(LoadBalancerArn=arn)
    elb.modify_load_balancer_attributes(LoadBalancerArn=arn, Attributes=[{"Key": key, "Value": "false"}])
    elb.delete_load_balancer(LoadBalancerArn=arn)
    assert elb.describe_load_balancers()["LoadBalancers"] == []


def test_a_security_group_of_a_balancer_cannot_be_deleted(edge: Session) -> None:
    place = network(edge)
    balancer(edge, place)
    with refused("DependencyViolation"):
        edge.client("ec2").delete_security_group(GroupId=place.group)
    with refused("DependencyViolation"):
        edge.client("ec2").delete_subnet(SubnetId=place.subnets[0])
