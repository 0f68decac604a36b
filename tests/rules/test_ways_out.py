"""Every way out of the private VPC, put in one by one: each is named, and what the edge has by design is not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from privatelink_ingress import tokens as t
from privatelink_ingress.rules import judge
from privatelink_ingress.rules.ways_out import LEADING_OUT, PUBLIC_ADDRESSES
from tests.support import programs
from tests.support.recordings import Recording, recorded, sample

WAY_OUT, ROUTES = "private-side-has-no-way-out", "private-side-has-no-routes"
ADDRESSES, ENDPOINTS = "private-side-has-no-public-addresses", "endpoints-of-nodes-lead-to-aws-services"
DEFAULT, WORLD = "only-the-load-balancer-has-a-default-route", "nothing-may-reach-the-world"
GROUPS = "private-groups-send-to-private-addresses"
EVERYTHING: dict[str, Any] = {
    "network": {"zoneIds": ["euw1-az1", "euw1-az2", "euw1-az3"], "podCidr": "100.64.0.0/16"},
    "endpoints": {"preset": "article", "extra": ["kms", "secretsmanager"]},
    "podLogs": {"install": True},
    "metrics": {"install": True},
    "sessionManager": True,
}


def found(stack: str, edit: Callable[[Recording], None]) -> set[tuple[str, str]]:
    """Rule and resource of everything that is wrong with a sample once `edit` changed it."""
    recording = Recording(sample(stack))
    edit(recording)
    return {(rule.name, resource.name) for rule, (resource, _) in judge(recording.resources)}


def added(type_: str, **inputs: Any) -> Callable[[Recording], None]:
    return lambda recording: recording.add(type_, "leak", inputs)


def changed(type_: str, name: str, path: str, value: Any) -> Callable[[Recording], None]:
    return lambda recording: recording.put(type_, name, path, value)


def route(table: str, **inputs: Any) -> Callable[[Recording], None]:
    return lambda recording: recording.add(t.ROUTE, "leak", inputs, routeTableId=recording.get(t.ROUTE_TABLE, table))


@pytest.mark.parametrize("type_", [t.NAT_GATEWAY, *LEADING_OUT])
@pytest.mark.parametrize("stack", ["shop", "prod-blog"])
def test_whatever_leads_out_is_named(stack: str, type_: str):
    assert found(stack, added(type_)) == {(WAY_OUT, "leak")}


def test_the_edge_may_have_its_internet_gateway_and_no_nat_gateway():
    assert found("prod", added(t.INTERNET_GATEWAY)) == set()
    assert found("prod", added(t.NAT_GATEWAY)) == {(WAY_OUT, "leak")}


def test_a_load_balancer_that_faces_the_internet_makes_a_stack_with_nodes_no_edge():
    def edit(recording: Recording) -> None:
        recording.put(t.LOAD_BALANCER, "shop-nlb", "internal", False)
        recording.add(t.INTERNET_GATEWAY, "leak", {})

    assert (WAY_OUT, "leak") in found("shop", edit)


@pytest.mark.parametrize(
    "inputs",
    [
        {"destinationCidrBlock": "10.9.0.0/16", "vpcPeeringConnectionId": "pcx-1"},
        {"destinationCidrBlock": "203.0.113.0/24", "transitGatewayId": "tgw-1"},
        {"destinationIpv6CidrBlock": "2001:db8::/32", "egressOnlyGatewayId": "eigw-1"},
        {"destinationPrefixListId": "pl-1", "gatewayId": "vgw-1"},
    ],
)
def test_any_route_of_the_private_side_is_named(inputs: dict[str, str]):
    assert found("shop", route("shop-private", **inputs)) == {(ROUTES, "leak")}


@pytest.mark.parametrize(
    "inputs",
    [
        {"destinationCidrBlock": "0.0.0.0/0"},
        {"destinationIpv6CidrBlock": "::/0"},
        {"destinationCidrBlock": "0.0.0.0/1"},
        {"destinationCidrBlock": "128.0.0.0/1"},
        {"destinationIpv6CidrBlock": "2000::/3"},
    ],
)
def test_a_default_route_in_one_piece_or_in_halves_is_named(inputs: dict[str, str]):
    assert found("shop", route("shop-private", **inputs, gatewayId="igw-1")) == {(DEFAULT, "leak")}


def test_a_default_route_of_the_main_table_is_named_though_the_stack_makes_no_such_table():
    assert found("shop", added(t.ROUTE, routeTableId="rtb-main", destinationCidrBlock="0.0.0.0/0")) == {
        (DEFAULT, "leak")
    }


@pytest.mark.parametrize(
    ("routes", "rule"),
    [
        ([{"cidrBlock": "0.0.0.0/0", "gatewayId": "igw-1"}], DEFAULT),
        ([{"ipv6CidrBlock": "::/0", "egressOnlyGatewayId": "eigw-1"}], DEFAULT),
        ([{"cidrBlock": "10.9.0.0/16", "transitGatewayId": "tgw-1"}], ROUTES),
        ([{"destinationPrefixListId": "pl-1", "gatewayId": "vgw-1"}], ROUTES),
    ],
)
@pytest.mark.parametrize("type_", [t.ROUTE_TABLE, t.DEFAULT_ROUTE_TABLE])
def test_routes_that_stand_in_a_table_are_named_in_the_default_table_too(type_: str, routes: list[Any], rule: str):
    assert found("shop", added(type_, routes=routes)) == {(rule, "leak")}


@pytest.mark.parametrize("type_", PUBLIC_ADDRESSES)
def test_public_addresses_are_named(type_: str):
    assert found("shop", added(type_)) == {(ADDRESSES, "leak")}


@pytest.mark.parametrize(
    ("type_", "name", "key", "value"),
    [
        (t.VPC, "shop-vpc", "assignGeneratedIpv6CidrBlock", True),
        (t.VPC, "shop-vpc", "ipv6IpamPoolId", "ipam-pool-1"),
        (t.SUBNET, "shop-euw1-az1", "ipv6CidrBlock", "2001:db8::/64"),
        (t.SUBNET, "shop-euw1-az1", "assignIpv6AddressOnCreation", True),
    ],
)
def test_what_brings_public_addresses_is_named(type_: str, name: str, key: str, value: Any):
    assert found("shop", changed(type_, name, key, value)) == {(ADDRESSES, name)}


def test_an_instance_with_a_public_address_is_named():
    assert found("shop", added(t.INSTANCE, associatePublicIpAddress=True)) == {(ADDRESSES, "leak")}


def test_subnets_and_templates_that_give_public_addresses_are_named():
    edit = changed(t.SUBNET, "shop-euw1-az1", "mapPublicIpOnLaunch", True)
    assert found("shop", edit) == {("subnets-give-no-public-addresses", "shop-euw1-az1")}
    interfaces = [{"associatePublicIpAddress": "true"}]
    edit = changed(t.LAUNCH_TEMPLATE, "shop-node", "networkInterfaces", interfaces)
    assert found("shop", edit) == {("nodes-have-no-public-address", "shop-node")}


@pytest.mark.parametrize(
    "inputs",
    [
        {"vpcEndpointType": "Gateway", "serviceName": "com.amazonaws.eu-west-1.dynamodb"},
        {"serviceName": "com.amazonaws.eu-west-1.dynamodb"},
        {"vpcEndpointType": "GatewayLoadBalancer", "serviceName": "com.amazonaws.vpce.eu-west-1.vpce-svc-0a"},
        {"vpcEndpointType": "Interface", "serviceName": "com.amazonaws.vpce.eu-west-1.vpce-svc-0a"},
        {"vpcEndpointType": "Interface", "serviceName": "com.amazonaws.us-east-1.sts", "serviceRegion": "us-east-1"},
        {"vpcEndpointType": "ServiceNetwork", "serviceNetworkArn": "arn:aws:vpc-lattice:eu-west-1:1:servicenetwork/a"},
    ],
)
def test_endpoints_that_lead_elsewhere_are_named(inputs: dict[str, str]):
    assert found("shop", added(t.VPC_ENDPOINT, **inputs)) == {(ENDPOINTS, "leak")}


def test_endpoints_of_aws_services_and_those_of_the_edge_are_not():
    fine = {"vpcEndpointType": "Interface", "serviceName": "com.amazonaws.eu-west-1.sts"}
    assert found("shop", added(t.VPC_ENDPOINT, **fine)) == set()
    services = {each.inputs["serviceName"] for each in sample("prod-blog") if each.type == t.VPC_ENDPOINT}
    assert all(name.startswith("com.amazonaws.vpce.") for name in services)
    assert services


@pytest.mark.parametrize(
    ("rule", "type_", "inputs"),
    [
        (WORLD, t.EGRESS_RULE, {"cidrIpv4": "0.0.0.0/0"}),
        (WORLD, t.EGRESS_RULE, {"cidrIpv4": "128.0.0.0/1"}),
        (WORLD, t.EGRESS_RULE, {"cidrIpv6": "::/0"}),
        (WORLD, t.SECURITY_GROUP_RULE, {"type": "egress", "cidrBlocks": ["0.0.0.0/0"]}),
        (GROUPS, t.EGRESS_RULE, {"cidrIpv4": "203.0.113.0/24"}),
        (GROUPS, t.EGRESS_RULE, {"cidrIpv6": "2001:db8::/32"}),
        (GROUPS, t.EGRESS_RULE, {"prefixListId": "pl-1"}),
        (GROUPS, t.SECURITY_GROUP_RULE, {"type": "egress", "prefixListIds": ["pl-1"]}),
        (GROUPS, t.SECURITY_GROUP_RULE, {"type": "egress", "cidrBlocks": ["203.0.113.7/32"]}),
        (GROUPS, t.SECURITY_GROUP, {"egress": [{"protocol": "tcp", "cidrBlocks": ["203.0.113.0/24"]}]}),
    ],
)
def test_rules_that_let_members_send_out_are_named(rule: str, type_: str, inputs: dict[str, Any]):
    assert found("shop", added(type_, **{"ipProtocol": "tcp", "fromPort": 443, "toPort": 443, **inputs})) == {
        (rule, "leak")
    }


def test_rules_towards_private_addresses_and_s3s_own_list_are_not():
    https = {"ipProtocol": "tcp", "fromPort": 443, "toPort": 443}
    assert found("shop", added(t.EGRESS_RULE, **https, cidrIpv4="10.11.0.0/16")) == set()

    def to_s3(recording: Recording) -> None:
        recording.add(t.EGRESS_RULE, "s3", https, prefixListId=recording.get(t.VPC_ENDPOINT, "shop-s3"))

    assert found("shop", to_s3) == set()


def test_a_stack_with_every_feature_has_no_way_out_either():
    resources = recorded(programs.run_workload("shop", **EVERYTHING))
    assert len([each for each in resources if each.type == t.VPC_ENDPOINT]) > 12
    assert [f"{rule.name}: {resource.name} {message}" for rule, (resource, message) in judge(resources)] == []
