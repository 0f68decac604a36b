"""Zones, names and slots of a live connection move, and its requests do not notice.

The claims are told in the order of one life, on one emulated AWS: each begins where the one above it ended.
`uninterrupted` also fails in a moment in which the load balancer has no web ACL.
"""

from __future__ import annotations

import json

import pytest

from tests.support.engine import REGION, Stack, World
from tests.support.engine_edge import WORKLOAD_ACCOUNT, ZONE_IDS, connect, connection, edge, publish, write_contract
from tests.support.engine_traffic import EDGE_ACCOUNT, uninterrupted

HOST = "shop.example.com"
TWO, THREE, OTHERS = list(ZONE_IDS[:2]), list(ZONE_IDS), [ZONE_IDS[0], ZONE_IDS[2]]


@pytest.fixture(scope="module")
def service(world: World) -> dict:
    return publish(world, "shop")


@pytest.fixture(scope="module")
def stack(world: World, service: dict) -> Stack:
    made = edge(world, shop=shop(service, THREE, 0))
    made.set("network", zoneIds=TWO)
    made.up()
    return made


def shop(service: dict, zone_ids: list[str], generation: int) -> dict:
    return connection("shop", 0, {"service": service | {"zoneIds": zone_ids}, "generation": generation})


def addresses(world: World) -> list[str]:
    """Of the endpoints' network interfaces."""
    filters = [{"Name": "interface-type", "Values": ["vpc_endpoint"]}]
    ec2 = world.cloud.session(EDGE_ACCOUNT, REGION).client("ec2")
    found = ec2.describe_network_interfaces(Filters=filters)["NetworkInterfaces"]
    return sorted(interface["PrivateIpAddress"] for interface in found)


REFUSAL = (
    "connections.shop, backend at position 0: the zones that its service and this edge have in common have changed"
)


def test_f7_other_zones_at_the_edge_are_refused_by_the_preview_and_by_up(world, stack):
    stack.set("network", zoneIds=OTHERS)
    assert REFUSAL in "\n".join(stack.failing("preview").errors), "one zone for another"
    stack.set("network", zoneIds=THREE)
    before = addresses(world)
    with uninterrupted(world, HOST):
        for command in ("preview", "up"):
            told = "\n".join(stack.failing(command).errors)
            assert REFUSAL in told
            assert "Write generation: 1 for this backend and run `pulumi up`" in told
    assert addresses(world) == before == ["10.12.128.16", "10.12.130.16"]


def test_f7_one_zone_more_by_the_other_generation_serves_all_the_time(world, stack, service):
    connect(stack, shop=shop(service, THREE, 1))
    with uninterrupted(world, HOST):
        stack.up()
    assert addresses(world) == ["10.12.128.17", "10.12.130.17", "10.12.132.17"]
    assert stack.up().shown() == []


def test_f7_one_zone_less_of_the_service_within_a_generation_is_refused_by_the_preview_and_by_up(world, stack, service):
    connect(stack, shop=shop(service, TWO, 1))
    before = addresses(world)
    with uninterrupted(world, HOST):
        for command in ("preview", "up"):
            told = "\n".join(stack.failing(command).errors)
            assert REFUSAL in told
            assert "Write generation: 0 for this backend and run `pulumi up`" in told
    assert addresses(world) == before


def test_f7_one_zone_less_by_the_other_generation_serves_all_the_time(world, stack, service):
    connect(stack, shop=shop(service, TWO, 0))
    with uninterrupted(world, HOST):
        stack.up()
    assert addresses(world) == ["10.12.128.16", "10.12.130.16"]
    assert stack.up().shown() == []


@pytest.mark.parametrize("zone_ids", [THREE, OTHERS], ids=["one more", "one for another"])
def test_f7_other_zones_of_the_service_within_a_generation_are_refused_by_the_preview(stack, service, zone_ids):
    connect(stack, shop=shop(service, zone_ids, 0))
    assert REFUSAL in "\n".join(stack.failing("preview").errors)


def test_f18_a_connection_renamed_in_one_up_is_refused_by_the_preview_and_by_up_and_keeps_serving(
    world, stack, service
):
    renamed = shop(service, TWO, 0)
    renamed["backends"][0]["connectionName"] = "shop"
    connect(stack, store=renamed)
    with uninterrupted(world, HOST):
        for command in ("preview", "up"):
            told = "\n".join(stack.failing(command).errors)
            assert "connections.store.slot: needs 10.12.128.16, 10.12.130.16, which an endpoint of connection" in told
            assert "If store is shop under another name, write the old name again" in told
    renamed["backends"][0]["generation"] = 1
    connect(stack, store=renamed)
    told = "\n".join(stack.failing("preview").errors)
    assert "connections.store.slot: is 0, which connection shop of stack central-ingress/prod still has" in told
    connect(stack, shop=shop(service, TWO, 0))
    with uninterrupted(world, HOST):
        stack.up()
    assert stack.up().shown() == []


PARAMETER = "/central-ingress/connections/news"


def test_f16_a_service_that_no_longer_allows_the_edge_is_refused_before_anything_is_registered(world, stack, service):
    news = publish(world, "news")
    write_contract(world, PARAMETER, "news", news)
    ec2 = world.cloud.session(WORKLOAD_ACCOUNT, REGION).client("ec2")
    ec2.modify_vpc_endpoint_service_permissions(
        ServiceId=id_of(news), RemoveAllowedPrincipals=[f"arn:aws:iam::{EDGE_ACCOUNT}:root"]
    )
    connect(stack, shop=shop(service, TWO, 0), news=connection("news", 1, {"parameter": PARAMETER}))
    assert_stale(stack, news)


def test_f16_a_parameter_that_outlives_its_service_is_refused_in_the_same_way(world, stack):
    ec2 = world.cloud.session(WORKLOAD_ACCOUNT, REGION).client("ec2")
    news = contract(world)
    ec2.delete_vpc_endpoint_service_configurations(ServiceIds=[id_of(news)])
    assert_stale(stack, news)


def contract(world: World) -> dict:
    ssm = world.cloud.session(EDGE_ACCOUNT, REGION).client("ssm")
    written = json.loads(ssm.get_parameter(Name=PARAMETER)["Parameter"]["Value"])
    return {"endpointServiceName": written["endpoint_service_name"]}


def id_of(service: dict) -> str:
    return service["endpointServiceName"].rpartition(".")[2]


def assert_stale(stack: Stack, news: dict) -> None:
    """`pulumi up` does nothing, also not for the connections that are right, and says what to do."""
    before = stack.resources()
    result = stack.failing("up")
    told = "\n".join(result.errors)
    assert (
        f"parameter {PARAMETER}, service: names the service {news['endpointServiceName']}, which does not exist or "
        "does not allow this account"
    ) in told
    assert "Run `pulumi up` in eks-service/ for the stack that publishes news, with this account among its" in told
    assert (result.shown(), stack.resources()) == ([], before)
