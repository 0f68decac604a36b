"""A shard in an existing VPC: what the stack creates in it, what the VPC must be like, and the rights for it."""

from __future__ import annotations

import dataclasses
from typing import Any

import pulumi
import pytest

from privatelink_ingress import tokens as t
from privatelink_ingress.local.engine.runner import StackRun
from privatelink_ingress.local.iam_policies import Request
from tests.support.adopted_edge import (
    ENDPOINT,
    GATEWAY,
    PUBLIC,
    VPC,
    ZONES,
    FoundVpc,
    edge_in_existing_vpc,
    network,
    route,
)
from tests.support.aws_requests import Account
from tests.support.deployers import CI, EDGE, REGION, ZONE, account, policies, services
from tests.support.programs import run_edge


def refused(found: FoundVpc | None = None, **overrides: Any) -> list[str]:
    """Every line of the message but the remedies, without its title."""
    with pytest.raises(pulumi.RunError) as caught:
        edge_in_existing_vpc(found, **overrides)
    return [line.strip() for line in str(caught.value).splitlines()[1:] if not line.startswith("    ")]


@pytest.fixture(scope="module")
def edge() -> StackRun:
    return edge_in_existing_vpc()


def test_no_vpc_subnet_route_gateway_flow_log_or_default_group_is_registered(edge: StackRun):
    made, usual = ({one.urn for one in run.registrations} for run in (edge, run_edge()))
    assert made < usual
    gone = sorted({urn.split("$")[-1].partition("::")[0] for urn in usual - made})
    assert gone == [
        "aws:cloudwatch/logGroup:LogGroup",
        "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
        "aws:ec2/flowLog:FlowLog",
        "aws:ec2/internetGateway:InternetGateway",
        "aws:ec2/route:Route",
        "aws:ec2/routeTable:RouteTable",
        "aws:ec2/routeTableAssociation:RouteTableAssociation",
        "aws:ec2/subnet:Subnet",
        "aws:ec2/vpc:Vpc",
        "aws:iam/role:Role",
        "aws:iam/rolePolicy:RolePolicy",
        "privatelink-ingress:index:FlowLogs",
        "privatelink-ingress:index:InternetNetwork",
    ]


def test_load_balancer_endpoints_groups_and_targets_are_in_the_owners_vpc(edge: StackRun):
    assert edge.only(t.LOAD_BALANCER).inputs["subnets"] == list(PUBLIC)
    endpoints = edge.of_type(t.VPC_ENDPOINT)
    assert {tuple(one.inputs["subnetIds"]) for one in endpoints} == {ENDPOINT}
    first = endpoints[0].inputs["subnetConfigurations"]
    assert [one["ipv4"] for one in first] == ["10.40.16.20", "10.40.18.20", "10.40.20.20"]
    in_a_vpc = [one for one in edge.registrations if "vpcId" in one.inputs]
    assert {one.type for one in in_a_vpc} == {t.SECURITY_GROUP, t.TARGET_GROUP, t.VPC_ENDPOINT}
    assert {one.inputs["vpcId"] for one in in_a_vpc} == {VPC}


def test_attached_stacks_read_the_owners_subnets_from_the_shards_outputs(edge: StackRun):
    values = edge.outputs.values
    assert values["vpc_id"] == VPC
    assert values["endpoint_subnet_ids"] == dict(zip(ZONES, ENDPOINT, strict=True))
    assert values["endpoint_subnet_cidrs"] == {
        "euw1-az1": "10.40.16.0/23",
        "euw1-az2": "10.40.18.0/23",
        "euw1-az3": "10.40.20.0/23",
    }
    assert values["public_subnet_cidrs"] == ["10.40.0.0/24", "10.40.1.0/24", "10.40.2.0/24"]
    assert values["zone_names"] == {"euw1-az1": "eu-west-1a", "euw1-az2": "eu-west-1b", "euw1-az3": "eu-west-1c"}


def test_a_preview_shows_every_resource_with_the_owners_ids(edge: StackRun):
    preview = edge_in_existing_vpc(preview=True)
    assert {one.urn for one in preview.registrations} == {one.urn for one in edge.registrations}
    assert preview.only(t.LOAD_BALANCER).inputs["subnets"] == list(PUBLIC)


def test_subnets_need_not_be_written_in_the_order_of_their_zones(edge: StackRun):
    turned = edge_in_existing_vpc(network=network(publicSubnetIds=[*reversed(PUBLIC)]))
    assert {one.urn: one.inputs for one in turned.registrations} == {one.urn: one.inputs for one in edge.registrations}


def test_settings_of_a_vpc_that_the_stack_would_create_are_named_in_one_message():
    keys = {"cidr": "10.12.0.0/16", "publicPrefix": 24, "endpointPrefix": 23, "zones": 3}
    assert refused(network={**network(), **keys}) == [
        f"network.{key}: cannot be set together with network.existing"
        for key in ("cidr", "endpointPrefix", "publicPrefix", "zones")
    ]


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"endpointSubnetIds": ENDPOINT[:2]}, "endpointSubnetIds: has 2 entries, but publicSubnetIds has 3"),
        (
            {"endpointSubnetIds": [*ENDPOINT[:2], PUBLIC[2]]},
            f"endpointSubnetIds[2]: is {PUBLIC[2]}, which publicSubnetIds has too: AWS gives the load balancer any "
            "address there, also one that the stack plans for an endpoint",
        ),
        ({"zoneIds": ZONES[:2]}, "zoneIds: has 2 entries, but publicSubnetIds has 3"),
        ({"zoneIds": ["euw1-az1", "euw1-az2", "euw1-az9"]}, None),
        ({"publicSubnetIds": PUBLIC[:1]}, "publicSubnetIds: has 1 entry, but needs at least 2"),
        ({"vpcId": "shared"}, "vpcId: is 'shared'"),
    ],
)
def test_ids_that_do_not_belong_together_are_refused(keys: dict[str, Any], said: str | None):
    more = {key: list(value) if isinstance(value, tuple) else value for key, value in keys.items()}
    lines = [f"network.existing.{said}"]
    if said is None:
        where = "network.existing.zoneIds: is euw1-az1, euw1-az2, euw1-az9, but the subnets are in "
        lines = [f"{where}euw1-az1, euw1-az2, euw1-az3"] * 2
    assert refused(network=network(**more)) == lines


def test_the_vpc_that_the_stack_created_itself_is_refused():
    found = FoundVpc()
    found.tags = {"Stack": "central-ingress/prod"}
    said = f"network.existing.vpcId: is {VPC}, which this stack created itself and would now delete"
    assert refused(found) == [said]


def test_a_load_balancer_cannot_move_to_another_vpc():
    found = FoundVpc()
    found.balancer = {"vpcId": "vpc-000000000000000ff", "subnets": []}
    assert refused(found) == [
        f"network.existing.vpcId: is {VPC}, but the stack's load balancer is in vpc-000000000000000ff, and none can "
        "move"
    ]
    found.balancer = {"vpcId": VPC, "subnets": list(PUBLIC)}
    assert edge_in_existing_vpc(found).messages == ()


def test_a_vpc_without_an_internet_gateway_or_dns_is_refused():
    found = FoundVpc()
    found.gateway = None
    (line,) = refused(found)
    assert line.startswith(f"network.existing.vpcId: is {VPC}, whose internet gateway cannot be looked up")
    found.gateway, found.dns = GATEWAY, False
    assert refused(found) == [
        f"network.existing.vpcId: is {VPC}, whose DNS support is off: no name resolves in it, also none of "
        "AWS's services"
    ]


@pytest.mark.parametrize(
    ("routes", "leads"),
    [
        ([], "has no route of 0.0.0.0/0"),
        ([route("nat-1")], "sends 0.0.0.0/0 to nat-1"),
        # Left over from a gateway that was detached: the route is a black hole.
        ([route("igw-00000000000000001")], "sends 0.0.0.0/0 to igw-00000000000000001"),
        ([route(GATEWAY, "203.0.113.0/24")], "has no route of 0.0.0.0/0"),
    ],
)
def test_subnets_without_a_route_to_the_vpcs_internet_gateway_are_not_public(routes: list[dict[str, str]], leads: str):
    found = FoundVpc()
    found.public_routes = routes
    assert refused(found) == [
        f"network.existing.publicSubnetIds: has {id_} (10.40.{number}.0/24), whose route table rtb-public {leads}, but "
        f"the VPC's internet gateway is {GATEWAY}"
        for number, id_ in enumerate(PUBLIC)
    ]


def test_subnets_of_another_vpc_are_refused():
    found = FoundVpc()
    found.vpcs = {ENDPOINT[1]: "vpc-000000000000000ff"}
    assert refused(found) == [
        f"network.existing.endpointSubnetIds: has {ENDPOINT[1]}, which is in vpc-000000000000000ff, but "
        f"network.existing.vpcId is in {VPC}"
    ]


def test_two_subnets_of_a_zone_are_refused_and_so_are_tiers_in_different_zones():
    found = FoundVpc()
    found.zones[PUBLIC[1]] = "euw1-az1"
    assert refused(found) == [
        "network.existing.endpointSubnetIds: is in euw1-az1, euw1-az2, euw1-az3, but publicSubnetIds is in euw1-az1, "
        "euw1-az3",
        "network.existing.publicSubnetIds: has 2 subnets in euw1-az1, but a load balancer takes only one: "
        f"{PUBLIC[0]} (10.40.0.0/24), {PUBLIC[1]} (10.40.1.0/24)",
    ]


def test_fewer_than_two_zones_are_refused():
    found = FoundVpc()
    found.zones = dict.fromkeys(found.zones, "euw1-az1")
    spans = "spans 1 zone (euw1-az1), but a load balancer needs 2"
    said = [line for line in refused(found) if "spans" in line]
    assert said == [f"network.existing.{key}: {spans}" for key in ("endpointSubnetIds", "publicSubnetIds")]


def test_subnets_that_are_too_small_are_refused():
    found = FoundVpc()
    found.cidrs |= {PUBLIC[0]: "10.40.0.0/28", ENDPOINT[0]: "10.40.16.0/24"}
    assert refused(found) == [
        f"network.existing.endpointSubnetIds: has {ENDPOINT[0]} (10.40.16.0/24), but the addresses of all slots need a "
        "/23 or larger",
        f"network.existing.publicSubnetIds: has {PUBLIC[0]} (10.40.0.0/28), but a load balancer needs a /27 or larger",
    ]
    found.cidrs |= {PUBLIC[0]: "10.40.0.0/27", ENDPOINT[0]: "10.40.16.0/23"}
    assert edge_in_existing_vpc(found).messages == ()


def test_a_load_balancer_is_not_created_in_full_subnets_but_one_that_is_there_is_still_updated():
    found = FoundVpc()
    found.free_addresses = 7
    said = [
        f"network.existing.publicSubnetIds: has {id_} (10.40.{number}.0/24) with 7 free addresses; a load balancer "
        "needs 8 in each subnet"
        for number, id_ in enumerate(PUBLIC)
    ]
    assert refused(found) == said
    found.balancer = {"vpcId": VPC, "subnets": list(PUBLIC[:2])}
    assert refused(found) == said[2:]
    found.balancer["subnets"] = list(PUBLIC)
    messages = edge_in_existing_vpc(found).messages
    assert [line in text for line, text in zip(said, messages, strict=True)] == [True] * 3
    found.free_addresses = 8
    assert edge_in_existing_vpc(found).messages == ()


def test_a_way_out_of_the_endpoints_subnets_is_warned_about():
    found = FoundVpc()
    found.endpoint_routes = [route("nat-1")]
    messages = edge_in_existing_vpc(found).messages
    said = f"has {ENDPOINT[0]} (10.40.16.0/23), whose route table rtb-endpoint leads to nat-1"
    assert said in messages[0]
    assert len(messages) == 3


def test_what_does_not_exist_is_named_all_at_once():
    found = FoundVpc()
    found.missing = {PUBLIC[2], ENDPOINT[0]}
    lines = refused(found)
    assert [line.partition(" which cannot")[0] for line in lines] == [
        f"network.existing.endpointSubnetIds: has {ENDPOINT[0]},",
        f"network.existing.publicSubnetIds: has {PUBLIC[2]},",
    ]


LOOK_UPS = {t.GET_VPC, t.GET_SUBNET, t.GET_INTERNET_GATEWAY, t.GET_ROUTE_TABLES, t.GET_ROUTE_TABLE, t.GET_LOAD_BALANCER}
EC2 = f"arn:aws:ec2:{REGION}:{EDGE}"


def theirs(request: Request) -> Request:
    """The request as AWS sees it: the owner's VPC and subnets have no tags of ours."""
    untagged = {key: value for key, value in request.context.items() if not key.startswith("aws:ResourceTag/")}
    if request.resource.endswith(":vpc/vpc-1"):
        return dataclasses.replace(request, resource=f"{EC2}:vpc/{VPC}", context=untagged)
    if request.resource.endswith(":subnet/subnet-1"):
        in_vpc = {**untagged, "ec2:Vpc": f"{EC2}:vpc/{VPC}"}
        return dataclasses.replace(request, resource=f"{EC2}:subnet/x", context=in_vpc)
    return request


def test_the_role_deploys_into_the_named_vpc_and_changes_nothing_of_it(edge: StackRun):
    asking = Account(EDGE, REGION, stack="central-ingress/prod", boundary="")
    in_the_vpc = (t.SECURITY_GROUP, t.VPC_ENDPOINT, t.LOAD_BALANCER)
    requests = [theirs(one) for made in edge.registrations if made.type in in_the_vpc for one in asking.of(made)]
    looked_up = [one for call in edge.invokes if call.token in LOOK_UPS for one in asking.of_look_up(call)]
    settings = {"stacks": ["prod"], "hostedZoneIds": [ZONE], "endpointServices": services(edge)}

    def role(**more: Any) -> Any:
        return policies(account({"trust": {"principals": [CI]}, "edge": settings | more}, EDGE), "edge-network")

    assert role(existingVpcIds=[VPC]).refused([*requests, *looked_up]) == []
    without = {(one.action, one.resource) for one in role().refused(requests)}
    assert without == {
        ("ec2:CreateSecurityGroup", f"{EC2}:vpc/{VPC}"),
        ("ec2:CreateVpcEndpoint", f"{EC2}:vpc/{VPC}"),
        ("ec2:CreateVpcEndpoint", f"{EC2}:subnet/x"),
        ("ec2:ModifyVpcEndpoint", f"{EC2}:subnet/x"),
    }
    of_a_vpc = {t.VPC, t.SUBNET, t.ROUTE_TABLE, t.ROUTE_TABLE_ASSOCIATION}
    changes = [
        theirs(one)
        for made in run_edge().registrations
        if made.type in of_a_vpc
        for one in asking.of(made)
        if one.resource.rpartition("/")[0].endswith((":vpc", ":subnet"))
        and not one.action.startswith(("ec2:Describe", "ec2:Create"))
    ]
    assert len(changes) > 3
    assert role(existingVpcIds=[VPC]).allowed(changes) == []
