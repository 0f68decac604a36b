"""The private network that `eks-service` asks for, not whether AWS grants it."""

from __future__ import annotations

import json
import re

import pulumi
import pytest

from privatelink_ingress.local.adapters.base import AdapterError, Properties
from privatelink_ingress.local.engine.runner import StackRun
from tests.support.programs import Run
from tests.support.strict_backend import At, StrictBackend

WAYS_OUT = (
    "aws:ec2/internetGateway:InternetGateway",
    "aws:ec2/egressOnlyInternetGateway:EgressOnlyInternetGateway",
    "aws:ec2/natGateway:NatGateway",
    "aws:ec2/eip:Eip",
    "aws:ec2/route:Route",
    "aws:ec2/vpcPeeringConnection:VpcPeeringConnection",
    "aws:ec2transitgateway/vpcAttachment:VpcAttachment",
)


@pytest.fixture
def shop(workload_run: Run) -> StackRun:
    return workload_run()


def aws_urns(run: StackRun) -> set[str]:
    # Not the controller's: the name of its ConfigMap follows from the subnets.
    return {each.urn for each in run.registrations if each.type.startswith("aws:")}


@pytest.mark.parametrize("way_out", WAYS_OUT)
def test_nothing_leads_out_of_the_vpc(shop: StackRun, way_out: str):
    assert shop.of_type(way_out) == ()


def test_the_one_route_table_holds_no_route_and_serves_every_subnet(shop: StackRun):
    table = shop.only("aws:ec2/routeTable:RouteTable")
    assert table.inputs["routes"] == []
    associations = shop.of_type("aws:ec2/routeTableAssociation:RouteTableAssociation")
    assert {each.inputs["routeTableId"] for each in associations} == {table.id}
    assert {each.inputs["subnetId"] for each in associations} == {
        subnet.id for subnet in shop.of_type("aws:ec2/subnet:Subnet")
    }


def test_no_registration_names_the_whole_internet(shop: StackRun):
    naming = [each.urn for each in shop.registrations if "0.0.0.0/0" in json.dumps(each.inputs, default=str)]
    assert naming == []


def test_subnets_are_placed_by_zone_id_and_hand_out_no_public_address(shop: StackRun):
    subnets = shop.of_type("aws:ec2/subnet:Subnet")
    assert {subnet.inputs["availabilityZoneId"]: subnet.inputs["cidrBlock"] for subnet in subnets} == {
        "euw1-az1": "10.11.0.0/21",
        "euw1-az2": "10.11.8.0/21",
        "euw1-az3": "10.11.16.0/21",
    }
    assert all(subnet.inputs["mapPublicIpOnLaunch"] is False for subnet in subnets)
    assert all("availabilityZone" not in subnet.inputs for subnet in subnets)


def test_the_vpc_resolves_names_and_its_default_group_lets_nothing_through(shop: StackRun):
    vpc = shop.only("aws:ec2/vpc:Vpc").inputs
    assert (vpc["enableDnsSupport"], vpc["enableDnsHostnames"]) == (True, True)
    group = shop.only("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup").inputs
    assert (group["ingress"], group["egress"]) == ([], [])


def test_endpoints_answer_https_from_the_node_subnets_alone(shop: StackRun):
    (group,) = [each for each in shop.of_type("aws:ec2/securityGroup:SecurityGroup") if each.name == "shop-endpoints"]
    assert "egress" not in group.inputs
    assert "ingress" not in group.inputs
    rules = [
        (each.inputs["cidrIpv4"], each.inputs["ipProtocol"], each.inputs["fromPort"], each.inputs["toPort"])
        for each in shop.of_type("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")
        if each.inputs["securityGroupId"] == group.id
    ]
    assert sorted(rules) == [
        ("10.11.0.0/21", "tcp", 443, 443),
        ("10.11.16.0/21", "tcp", 443, 443),
        ("10.11.8.0/21", "tcp", 443, 443),
    ]
    outward = shop.of_type("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule")
    assert group.id not in {each.inputs["securityGroupId"] for each in outward}


def test_every_interface_endpoint_lies_in_every_zone_under_its_usual_name(shop: StackRun):
    subnets = {subnet.id for subnet in shop.of_type("aws:ec2/subnet:Subnet")}
    endpoints = {each.inputs["serviceName"]: each.inputs for each in shop.of_type("aws:ec2/vpcEndpoint:VpcEndpoint")}
    gateway = endpoints.pop("com.amazonaws.eu-west-1.s3")
    assert gateway["vpcEndpointType"] == "Gateway"
    assert gateway["routeTableIds"] == [shop.only("aws:ec2/routeTable:RouteTable").id]
    assert sorted(endpoints) == [
        f"com.amazonaws.eu-west-1.{name}" for name in ("ec2", "ecr.api", "ecr.dkr", "eks-auth")
    ]
    for inputs in endpoints.values():
        assert inputs["vpcEndpointType"] == "Interface"
        assert inputs["privateDnsEnabled"] is True
        assert set(inputs["subnetIds"]) == subnets


def test_descriptions_use_only_the_signs_that_ec2_allows(shop: StackRun):
    # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpRange.html
    described = [
        each.inputs["description"]
        for each in shop.registrations
        if "securityGroup" in each.type and "description" in each.inputs
    ]
    assert len(described) == 2 + 3 + 3 + 2
    assert [text for text in described if not re.fullmatch(r"[a-zA-Z0-9 ._\-:/()#,@\[\]+=&;{}!$*]{1,255}", text)] == []


def test_all_traffic_is_logged_into_a_group_with_retention(shop: StackRun):
    log = shop.only("aws:ec2/flowLog:FlowLog")
    assert (log.inputs["trafficType"], log.inputs["vpcId"]) == ("ALL", shop.only("aws:ec2/vpc:Vpc").id)
    groups = {each.outputs["arn"]: each for each in shop.of_type("aws:cloudwatch/logGroup:LogGroup")}
    assert groups[log.inputs["logDestination"]].inputs["retentionInDays"] == 365


def test_leaving_out_the_middle_zone_touches_only_its_own_resources(shop: StackRun, workload_run: Run):
    two = workload_run(network={"zoneIds": ["euw1-az1", "euw1-az3"]})
    three, fewer = aws_urns(shop), aws_urns(two)
    assert {urn.rsplit("::", 1)[1] for urn in three - fewer} == {"shop-euw1-az2", "shop-endpoints-euw1-az2"}
    assert fewer < three
    before = {subnet.name: subnet.inputs["cidrBlock"] for subnet in shop.of_type("aws:ec2/subnet:Subnet")}
    after = {subnet.name: subnet.inputs["cidrBlock"] for subnet in two.of_type("aws:ec2/subnet:Subnet")}
    assert after.items() < before.items()


def offering(**services: list[str]) -> StrictBackend:
    """A backend on which AWS offers these services in some zones, by this account's names, and the others in all."""

    def answer(args: Properties, at: At) -> Properties:
        service = args["serviceName"].removeprefix(f"com.amazonaws.{at.region}.")
        if service == "kmss":
            raise AdapterError("InvalidServiceName")
        letters = services.get(service, ["a", "b", "c"])
        return {**args, "id": service, "availabilityZones": [f"{at.region}{letter}" for letter in letters]}

    return StrictBackend(answers={"aws:ec2/getVpcEndpointService:getVpcEndpointService": answer})


def test_an_endpoint_is_in_the_subnets_of_the_zones_that_have_its_service(workload_run: Run):
    run = workload_run(endpoints={"extra": ["kms"]}, backend=offering(kms=["a", "c"]))
    subnets = {each.name: each.id for each in run.of_type("aws:ec2/subnet:Subnet")}
    found = {each.name: each.inputs.get("subnetIds") for each in run.of_type("aws:ec2/vpcEndpoint:VpcEndpoint")}
    assert found["shop-kms"] == [subnets["shop-euw1-az1"], subnets["shop-euw1-az3"]]
    assert found["shop-ec2"] == list(subnets.values())
    (warning,) = [text for text in run.messages if "kms" in text]
    assert warning.startswith("endpoints.extra[0]: AWS does not offer kms in euw1-az2: ")


def test_a_preview_refuses_a_service_that_no_zone_of_the_stack_has_and_one_that_does_not_exist(workload_run: Run):
    with pytest.raises(pulumi.RunError) as caught:
        workload_run(endpoints={"extra": ["kms"]}, backend=offering(kms=[]), preview=True)
    assert str(caught.value) == (
        "The endpoints do not fit:\n"
        "  endpoints.extra[0]: needs an endpoint of kms, which AWS offers in no zone of this Region\n"
        "    Remove what asks for it, or use another Region."
    )
    with pytest.raises(pulumi.RunError) as caught:
        workload_run(endpoints={"extra": ["sts", "kmss"]}, backend=offering(), preview=True)
    assert str(caught.value).splitlines()[1:] == [
        "  endpoints.extra[1]: needs kmss, which cannot be looked up: invoke of "
        "aws:ec2/getVpcEndpointService:getVpcEndpointService failed: InvalidServiceName ()",
        "    Write the last part of a name that `aws ec2 describe-vpc-endpoint-services --filters "
        "Name=service-type,Values=Interface --region eu-west-1` lists.",
    ]
