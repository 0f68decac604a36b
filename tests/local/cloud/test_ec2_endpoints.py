"""Endpoints of the emulated AWS: what a plain client gets, and what it is refused."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from privatelink_ingress.local.cloud import service_quotas

OWNER, CONSUMER = "111111111111", "arn:aws:iam::222222222222:root"
ZONES = ("euw1-az1", "euw1-az2", "euw1-az3")
S3 = "com.amazonaws.eu-west-1.s3"
EC2_API = "com.amazonaws.eu-west-1.ec2"


@dataclasses.dataclass
class Network:
    """A VPC with one /24 in each of the three zones."""

    ec2: Any
    vpc: str
    subnets: list[str]
    group: str

    def connect(self, service: str, count: int = 2, **more: Any) -> dict[str, Any]:
        request = {"SubnetIds": self.subnets[:count], "SecurityGroupIds": [self.group]} | more
        return self.ec2.create_vpc_endpoint(
            VpcId=self.vpc, ServiceName=service, VpcEndpointType="Interface", **request
        )["VpcEndpoint"]

    def interfaces(self, endpoint: dict[str, Any]) -> dict[str, dict[str, Any]]:
        described = self.ec2.describe_vpc_endpoints(VpcEndpointIds=[endpoint["VpcEndpointId"]])["VpcEndpoints"][0]
        found = self.ec2.describe_network_interfaces(NetworkInterfaceIds=described["NetworkInterfaceIds"])
        return {eni["SubnetId"]: eni for eni in found["NetworkInterfaces"]}


def network(session: Any, second: int) -> Network:
    ec2 = session.client("ec2")
    vpc = ec2.create_vpc(CidrBlock=f"10.{second}.0.0/16")["Vpc"]["VpcId"]
    ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.{second}.{i}.0/24", AvailabilityZoneId=zone)["Subnet"]["SubnetId"]
        for i, zone in enumerate(ZONES)
    ]
    group = ec2.create_security_group(GroupName="endpoints", Description="endpoints", VpcId=vpc)["GroupId"]
    return Network(ec2, vpc, subnets, group)


@pytest.fixture
def side(edge) -> Network:
    return network(edge, 12)


def balancer(session: Any, subnets: list[str], kind: str = "network", name: str = "shop") -> str:
    client = session.client("elbv2")
    created = client.create_load_balancer(Name=name, Type=kind, Scheme="internal", Subnets=subnets)
    return created["LoadBalancers"][0]["LoadBalancerArn"]


def publish(session: Any, subnets: list[str], *, acceptance: bool = False, to: str | None = CONSUMER) -> dict[str, Any]:
    ec2 = session.client("ec2")
    service = ec2.create_vpc_endpoint_service_configuration(
        NetworkLoadBalancerArns=[balancer(session, subnets)], AcceptanceRequired=acceptance
    )["ServiceConfiguration"]
    if to:
        ec2.modify_vpc_endpoint_service_permissions(ServiceId=service["ServiceId"], AddAllowedPrincipals=[to])
    return service


@pytest.fixture
def service(workload) -> str:
    """A service in the first two zones, that the edge account may use without being accepted."""
    return publish(workload, network(workload, 11).subnets[:2])["ServiceName"]


def test_asked_for_addresses_are_given_to_interfaces_with_the_endpoints_group(side, service):
    pinned = [{"SubnetId": s, "Ipv4": f"10.12.{i}.16"} for i, s in enumerate(side.subnets[:2])]
    endpoint = side.connect(service, SubnetConfigurations=pinned)
    interfaces = side.interfaces(endpoint)
    assert {subnet: eni["PrivateIpAddress"] for subnet, eni in interfaces.items()} == {
        side.subnets[0]: "10.12.0.16",
        side.subnets[1]: "10.12.1.16",
    }
    for eni in interfaces.values():
        assert eni["Description"] == f"VPC Endpoint Interface {endpoint['VpcEndpointId']}"
        assert eni["InterfaceType"] == "vpc_endpoint"
        assert eni["Status"] == "in-use"
        assert [group["GroupId"] for group in eni["Groups"]] == [side.group]
    assert endpoint["SubnetIds"] == side.subnets[:2]
    assert endpoint["Groups"] == [{"GroupId": side.group, "GroupName": "endpoints"}]
    assert endpoint["State"] == "available"


def test_without_configuration_a_free_unreserved_address_of_the_subnet_is_given(side, service):
    side.ec2.create_subnet_cidr_reservation(SubnetId=side.subnets[0], Cidr="10.12.0.240/28", ReservationType="explicit")
    side.ec2.create_network_interface(SubnetId=side.subnets[0], PrivateIpAddress="10.12.0.239")
    endpoint = side.connect(service, count=1)
    assert side.interfaces(endpoint)[side.subnets[0]]["PrivateIpAddress"] == "10.12.0.238"


@pytest.mark.parametrize(
    ("address", "code", "text"),
    [
        ("10.12.1.16", "InvalidParameterValue", "does not fall within the subnet's address range"),
        ("10.12.0.3", "InvalidParameterValue", "reserved address range"),
        ("10.12.0.255", "InvalidParameterValue", "reserved address range"),
        ("10.12.0.99", "InvalidIPAddress.InUse", "10.12.0.99 is in use"),
    ],
)
def test_addresses_outside_reserved_or_taken_are_refused_and_nothing_is_made(
    side, service, refused, address, code, text
):
    side.ec2.create_network_interface(SubnetId=side.subnets[0], PrivateIpAddress="10.12.0.99")
    pinned = [{"SubnetId": side.subnets[0], "Ipv4": address}]
    assert text in refused(code, side.connect, service=service, SubnetConfigurations=pinned)
    assert side.ec2.describe_vpc_endpoints()["VpcEndpoints"] == []
    assert len(side.ec2.describe_network_interfaces()["NetworkInterfaces"]) == 1


def test_a_network_interface_obeys_the_same_rules(side, refused):
    make = side.ec2.create_network_interface
    refused("InvalidParameterValue", make, SubnetId=side.subnets[0], PrivateIpAddress="10.99.0.9")
    make(SubnetId=side.subnets[0], PrivateIpAddress="10.12.0.9")
    refused("InvalidIPAddress.InUse", make, SubnetId=side.subnets[0], PrivateIpAddress="10.12.0.9")


def test_a_configuration_for_a_subnet_that_is_not_listed_is_refused(side, service, refused):
    pinned = [{"SubnetId": side.subnets[2], "Ipv4": "10.12.2.16"}]
    message = refused("InvalidParameter", side.connect, service=service, SubnetConfigurations=pinned)
    assert side.subnets[2] in message


def test_two_subnets_of_one_zone_are_refused(side, service, refused):
    twin = side.ec2.create_subnet(VpcId=side.vpc, CidrBlock="10.12.9.0/24", AvailabilityZoneId=ZONES[0])
    pair = [side.subnets[0], twin["Subnet"]["SubnetId"]]
    refused("DuplicateSubnetsInSameZone", side.connect, service=service, SubnetIds=pair)


def test_a_subnet_outside_the_services_zones_is_refused(side, service, refused):
    message = refused("InvalidParameter", side.connect, service=service, count=3)
    assert message == (
        f"The VPC endpoint service {service} does not support the availability zone of the subnet: {side.subnets[2]}."
    )


@pytest.mark.parametrize("name", ["com.amazonaws.vpce.eu-west-1.vpce-svc-0123456789abcdef0", "nonsense", f"{EC2_API}2"])
def test_an_unknown_service_is_refused(side, refused, name):
    message = refused("InvalidServiceName", side.connect, service=name)
    assert message == f"The Vpc Endpoint Service '{name}' does not exist"


@pytest.mark.parametrize("principal", [None, "arn:aws:iam::333333333333:root"])
def test_a_consumer_that_is_not_allowed_sees_and_reaches_nothing(workload, side, refused, principal):
    name = publish(workload, network(workload, 11).subnets, to=principal)["ServiceName"]
    refused("InvalidServiceName", side.connect, service=name)
    refused("InvalidServiceName", side.ec2.describe_vpc_endpoint_services, ServiceNames=[name])


@pytest.mark.parametrize("principal", ["*", CONSUMER, "arn:aws:iam::222222222222:role/deployer"])
def test_an_allowed_principal_connects(workload, side, principal):
    name = publish(workload, network(workload, 11).subnets, to=principal)["ServiceName"]
    assert side.connect(name)["State"] == "available"


def test_the_owner_needs_no_permission(workload):
    own = network(workload, 11)
    assert own.connect(publish(workload, own.subnets, to=None)["ServiceName"])["State"] == "available"


def test_groups_must_exist_in_the_endpoints_vpc(side, edge, service, refused):
    other = network(edge, 13)
    assert other.group in refused("InvalidParameter", side.connect, service=service, SecurityGroupIds=[other.group])
    refused("InvalidGroup.NotFound", side.connect, service=service, SecurityGroupIds=["sg-0123456789abcdef0"])
    message = refused("InvalidParameter", side.connect, service=service, SubnetIds=other.subnets[:1])
    assert side.vpc in message


def test_a_vpc_holds_fifty_interface_endpoints_until_the_quota_is_raised(side, service, refused):
    for _ in range(50):
        side.connect(service, count=1)
    refused("VpcEndpointLimitExceeded", side.connect, service=service, count=1)
    service_quotas.apply("222222222222", "eu-west-1", "L-29B6F2EB", 51)
    side.connect(service, count=1)
    refused("VpcEndpointLimitExceeded", side.connect, service=service, count=1)


def test_names_are_regional_zonal_and_private_as_aws_spells_them(side, service):
    endpoint = side.connect(service)
    names = [entry["DnsName"] for entry in endpoint["DnsEntries"]]
    label, suffix = names[0].split(".", 1)
    assert suffix == f"{service.rsplit('.', 1)[1]}.eu-west-1.vpce.amazonaws.com"
    assert label.startswith(f"{endpoint['VpcEndpointId']}-")
    assert names[1:] == [f"{label}-eu-west-1b.{suffix}", f"{label}-eu-west-1c.{suffix}"]
    private = side.connect(EC2_API, PrivateDnsEnabled=True)
    assert private["DnsEntries"][-1]["DnsName"] == "ec2.eu-west-1.amazonaws.com"


def test_private_dns_needs_a_name_the_vpcs_attributes_and_no_rival(side, service, refused):
    assert "private DNS name" in refused("InvalidParameter", side.connect, service=service, PrivateDnsEnabled=True)
    side.connect(EC2_API)
    assert "conflicting DNS domain" in refused("InvalidParameter", side.connect, service=EC2_API)
    side.ec2.modify_vpc_attribute(VpcId=side.vpc, EnableDnsHostnames={"Value": False})
    message = refused("InvalidParameter", side.connect, service="com.amazonaws.eu-west-1.logs")
    assert "enableDnsHostnames" in message


def test_modify_moves_adds_and_removes_interfaces(workload, side):
    name = publish(workload, network(workload, 11).subnets)["ServiceName"]
    endpoint = side.connect(name)
    before = side.interfaces(endpoint)
    group = side.ec2.create_security_group(GroupName="second", Description="second", VpcId=side.vpc)["GroupId"]
    side.ec2.modify_vpc_endpoint(
        VpcEndpointId=endpoint["VpcEndpointId"],
        AddSubnetIds=[side.subnets[2]],
        RemoveSubnetIds=[side.subnets[1]],
        AddSecurityGroupIds=[group],
        RemoveSecurityGroupIds=[side.group],
        SubnetConfigurations=[
            {"SubnetId": side.subnets[0], "Ipv4": "10.12.0.40"},
            {"SubnetId": side.subnets[2], "Ipv4": "10.12.2.40"},
        ],
    )
    after = side.interfaces(endpoint)
    assert {subnet: eni["PrivateIpAddress"] for subnet, eni in after.items()} == {
        side.subnets[0]: "10.12.0.40",
        side.subnets[2]: "10.12.2.40",
    }
    assert all([g["GroupId"] for g in eni["Groups"]] == [group] for eni in after.values())
    assert after[side.subnets[0]]["NetworkInterfaceId"] != before[side.subnets[0]]["NetworkInterfaceId"]
    described = side.ec2.describe_vpc_endpoints()["VpcEndpoints"][0]
    assert sorted(described["SubnetIds"]) == sorted([side.subnets[0], side.subnets[2]])
    assert [g["GroupId"] for g in described["Groups"]] == [group]


def test_an_unchanged_address_keeps_its_interface(side, service):
    endpoint = side.connect(service, SubnetConfigurations=[{"SubnetId": side.subnets[0], "Ipv4": "10.12.0.40"}])
    before = side.interfaces(endpoint)
    side.ec2.modify_vpc_endpoint(
        VpcEndpointId=endpoint["VpcEndpointId"],
        SubnetConfigurations=[{"SubnetId": side.subnets[0], "Ipv4": "10.12.0.40"}],
    )
    assert side.interfaces(endpoint) == before


def test_the_last_group_of_an_endpoint_stays(side, service, refused):
    endpoint = side.connect(service)
    change = {"VpcEndpointId": endpoint["VpcEndpointId"], "RemoveSecurityGroupIds": [side.group]}
    refused("InvalidParameter", side.ec2.modify_vpc_endpoint, **change)


def test_a_deleted_endpoint_frees_its_addresses(side, service, refused):
    pinned = [{"SubnetId": side.subnets[0], "Ipv4": "10.12.0.16"}]
    first = side.connect(service, count=1, SubnetConfigurations=pinned)
    refused("InvalidIPAddress.InUse", side.connect, service=service, count=1, SubnetConfigurations=pinned)
    answer = side.ec2.delete_vpc_endpoints(VpcEndpointIds=[first["VpcEndpointId"], "vpce-0123456789abcdef0"])
    assert [(u["ResourceId"], u["Error"]["Code"]) for u in answer["Unsuccessful"]] == [
        ("vpce-0123456789abcdef0", "InvalidVpcEndpoint.NotFound")
    ]
    assert side.ec2.describe_network_interfaces()["NetworkInterfaces"] == []
    again = side.connect(service, count=1, SubnetConfigurations=pinned)
    assert side.interfaces(again)[side.subnets[0]]["PrivateIpAddress"] == "10.12.0.16"


def test_an_endpoints_interface_cannot_be_deleted_by_hand(side, service, refused):
    (eni_id,) = side.connect(service, count=1)["NetworkInterfaceIds"]
    refused("InvalidParameterValue", side.ec2.delete_network_interface, NetworkInterfaceId=eni_id)


def test_a_route_table_has_one_gateway_endpoint_for_a_service(side, refused):
    table = side.ec2.create_route_table(VpcId=side.vpc)["RouteTable"]["RouteTableId"]
    gateway = {"VpcId": side.vpc, "ServiceName": S3, "RouteTableIds": [table]}
    first = side.ec2.create_vpc_endpoint(**gateway)["VpcEndpoint"]
    assert first["VpcEndpointType"] == "Gateway"
    assert table in refused("RouteAlreadyExists", side.ec2.create_vpc_endpoint, **gateway)
    side.ec2.delete_vpc_endpoints(VpcEndpointIds=[first["VpcEndpointId"]])
    routes = side.ec2.describe_route_tables(RouteTableIds=[table])["RouteTables"][0]["Routes"]
    assert [route.get("DestinationCidrBlock") for route in routes] == ["10.12.0.0/16"]
    side.ec2.create_vpc_endpoint(**gateway)


def test_the_type_must_be_one_that_the_service_has(side, refused):
    message = refused("InvalidParameter", side.ec2.create_vpc_endpoint, VpcId=side.vpc, ServiceName=EC2_API)
    assert message == "Endpoint type (Gateway) does not match available service types ([Interface])."
