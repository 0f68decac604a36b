"""The protocol of a route, and what a connection cannot have beside a route for gRPC."""

from __future__ import annotations

import json
from typing import Any

import pytest

from privatelink_ingress.settings.attached import load_edge
from privatelink_ingress.settings.edge import Connection
from privatelink_ingress.settings.load import SettingsError

APART = "publish these routes as a connection of their own"


def load(*routes: dict[str, Any], **connection: Any) -> Connection:
    entry = {
        "slot": 0,
        "owner": "team-shop",
        "backends": [{"stack": "shop"}],
        "routes": [{"hosts": ["shop.example.com"], **route} for route in routes],
        **connection,
    }
    values = {
        "accountId": "222222222222",
        "owner": "team-shop",
        "edgeStack": "prod",
        "connections": json.dumps({"shop": entry}),
    }
    return load_edge(values, project="central-ingress", stack="prod-shop").connections["shop"]


def refused(*routes: dict[str, Any], **connection: Any) -> list[tuple[str, str, str]]:
    with pytest.raises(SettingsError) as raised:
        load(*routes, **connection)
    return [(problem.where, problem.reason, problem.remedy) for problem in raised.value.problems]


def test_a_route_forwards_over_http_1_unless_it_says_otherwise():
    protocols = [route.protocol for route in load({}, {"protocol": "http2"}, {"protocol": "grpc"}).routes]
    assert protocols == ["http1", "http2", "grpc"]


def test_another_protocol_is_refused_with_the_three_there_are():
    [(where, reason, remedy)] = refused({"protocol": "http3"})
    assert where == "connections.shop.routes[0].protocol"
    assert all(word in f"{reason} {remedy}" for word in ("http3", "http1", "http2", "grpc"))


def test_maintenance_beside_a_route_for_grpc_is_refused():
    assert refused({}, {"protocol": "grpc"}, state="maintenance") == [
        (
            "connections.shop.state",
            "is maintenance, but routes[1] has protocol: grpc, and a gRPC client cannot read the page",
            "Remove the route while the connection is in maintenance: its clients then get 404, which gRPC reports as "
            f"UNIMPLEMENTED. Or {APART}.",
        )
    ]


def test_stickiness_beside_a_route_for_grpc_is_refused():
    assert refused({"protocol": "grpc"}, stickinessSeconds=60) == [
        (
            "connections.shop.stickinessSeconds",
            "is set, but routes[0] has protocol: grpc, and gRPC clients keep no cookies",
            f"Remove it, or {APART}.",
        )
    ]


def test_a_browser_over_http2_reads_the_page_and_keeps_the_cookie():
    assert load({"protocol": "http2"}, state="maintenance").state == "maintenance"
    assert load({"protocol": "http2"}, stickinessSeconds=60).stickiness_seconds == 60


def test_a_route_for_grpc_that_lets_no_post_through_is_refused():
    assert refused({"protocol": "grpc", "methods": ["GET", "PUT"]}) == [
        (
            "connections.shop.routes[0].methods",
            "are GET, PUT, but a gRPC call is a POST, so the route would never match",
            "Write POST, or remove methods.",
        )
    ]
    assert load({"protocol": "grpc", "methods": ["GET", "POST"]}).routes[0].methods == ("GET", "POST")


@pytest.mark.parametrize("protocol", ["http2", "grpc"])
def test_sign_in_beside_a_route_that_only_forwards_is_refused(protocol: str):
    token = {"issuer": "https://login.example.com", "jwksEndpoint": "https://login.example.com/keys"}
    [problem] = refused({}, {"protocol": protocol}, signIn={"jwt": token})
    assert problem == (
        "connections.shop.signIn",
        f"is set, but routes[1] has protocol: {protocol}, and the load balancer only forwards such requests",
        f"Remove it and check tokens in the application, or {APART}.",
    )
