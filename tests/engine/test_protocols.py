"""A live route changes the protocol in which it forwards, and its requests do not notice.

The claims are told in the order of one life, on one emulated AWS: each begins where the one above it ended.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.engine import REGION, Stack, World
from tests.support.engine_edge import connect, connection, edge, publish
from tests.support.engine_traffic import EDGE_ACCOUNT, uninterrupted

HOST = "shop.example.com"
CALLS = {"hosts": [HOST], "headers": {"Content-Type": ["application/grpc*"]}, "protocol": "grpc"}


@pytest.fixture(scope="module")
def service(world: World) -> dict[str, Any]:
    return publish(world, "shop", protocol="HTTPS", port=443)


@pytest.fixture(scope="module")
def stack(world: World, service: dict[str, Any]) -> Stack:
    made = edge(world, shop=shop(service, {"hosts": [HOST]}))
    made.up()
    return made


def shop(service: dict[str, Any], *routes: dict[str, Any], **over: Any) -> dict[str, Any]:
    return connection("shop", 0, {"service": service}, routes=list(routes), **over)


def changes(result: Any) -> list[str]:
    return [str(step) for step in result.steps if "TargetGroup " in str(step) or "Rule" in str(step)]


def group(world: World) -> dict[str, Any]:
    groups = world.cloud.session(EDGE_ACCOUNT, REGION).client("elbv2").describe_target_groups()["TargetGroups"]
    [found] = [one for one in groups if one["TargetGroupName"].startswith("prod-shop-0")]
    return found


def test_grpc_to_a_service_that_does_not_offer_it_is_refused_by_the_preview_and_touches_nothing(stack, service):
    connect(stack, shop=shop(service, {"hosts": [HOST], "protocol": "grpc"}))
    before = stack.resources()
    for command in ("preview", "up"):
        told = "\n".join(stack.failing(command).errors)
        assert "connections.shop.routes[0].protocol: is grpc, but service" in told
        assert "offers HTTP1 alone" in told
        assert "Write protocol: HTTPS, port: 443 and http2: true under service" in told
    assert stack.resources() == before


def test_a_live_route_moves_to_grpc_when_the_new_group_is_healthy(world, stack, service):
    connect(stack, shop=shop(service | {"http2": True}, {"hosts": [HOST], "protocol": "grpc"}))
    with uninterrupted(world, HOST):
        result = stack.up_as_previewed()
    assert changes(result) == [
        "create TargetGroup shop-0-https-443-grpc",
        "update ListenerRule shop-exact-host-any-path-0",
        "delete TargetGroup shop-0-https-443",
    ]
    found = group(world)
    assert (found["ProtocolVersion"], found["HealthCheckPath"], found["Matcher"]) == (
        "GRPC",
        "/grpc.health.v1.Health/Check",
        {"GrpcCode": "0"},
    )
    assert stack.up().shown() == []


def test_its_health_check_changes_in_place(world, stack, service):
    own = service | {"http2": True, "grpcHealthPath": "/AWS.ALB/healthcheck", "grpcHealthCodes": "12"}
    connect(stack, shop=shop(own, {"hosts": [HOST], "protocol": "grpc"}))
    with uninterrupted(world, HOST):
        assert changes(stack.up_as_previewed()) == ["update TargetGroup shop-0-https-443-grpc"]
    assert (group(world)["HealthCheckPath"], group(world)["Matcher"]) == ("/AWS.ALB/healthcheck", {"GrpcCode": "12"})
    assert stack.refresh().shown() == []


def test_and_back_to_http_1_as_smoothly(world, stack, service):
    connect(stack, shop=shop(service, {"hosts": [HOST]}))
    with uninterrupted(world, HOST):
        result = stack.up_as_previewed()
    assert changes(result) == [
        "create TargetGroup shop-0-https-443",
        "update ListenerRule shop-exact-host-any-path-0",
        "delete TargetGroup shop-0-https-443-grpc",
    ]
    assert stack.up().shown() == []


def test_one_host_serves_pages_and_grpc_by_two_rules_at_one_endpoint(world, stack, service):
    connect(stack, shop=shop(service | {"http2": True}, {"hosts": [HOST]}, CALLS))
    with uninterrupted(world, HOST):
        stack.up()
    names = {urn.rpartition("::")[2] for urn in stack.resources() if "TargetGroup::" in urn or "VpcEndpoint::" in urn}
    assert names == {"shop-0-0", "shop-0-https-443", "shop-0-https-443-grpc"}
    assert stack.up().shown() == []


def test_maintenance_beside_grpc_is_refused_and_the_connection_keeps_serving(world, stack, service):
    connect(stack, shop=shop(service | {"http2": True}, {"hosts": [HOST]}, CALLS, state="maintenance"))
    before = stack.resources()
    with uninterrupted(world, HOST):
        told = "\n".join(stack.failing("up").errors)
    assert "connections.shop.state: is maintenance, but routes[1] has protocol: grpc" in told
    assert stack.resources() == before
