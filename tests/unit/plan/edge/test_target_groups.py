"""Target groups of HTTP/2 and gRPC beside that of HTTP/1.1, at the same endpoint, and services that offer neither."""

from __future__ import annotations

import json
from typing import Any

import pytest

from privatelink_ingress.contracts.service import Contract
from privatelink_ingress.plan.capacity.usage import connection_usage
from privatelink_ingress.plan.edge import connections
from privatelink_ingress.plan.edge.connections import ConnectionPlan
from privatelink_ingress.plan.routing.routes import check, plan_all, plan_routes
from privatelink_ingress.problems import UserError
from privatelink_ingress.settings.edge import Connection
from tests.unit.plan.edge.test_backends import FIELDS, ZONES, site

OFFERED = {
    "contract_version": 2,
    "protocol_versions": ("HTTP1", "HTTP2", "GRPC"),
    "protocol": "HTTPS",
    "port": 443,
}
GRPC = {"hosts": ["shop.example.com"], "headers": {"Content-Type": ["application/grpc*"]}, "protocol": "grpc"}
WEB = {"hosts": ["shop.example.com"]}
HTTP2 = {"hosts": ["h2.example.com"], "protocol": "http2"}
SERVICE = {
    "endpointServiceName": "com.amazonaws.vpce.eu-west-1.vpce-svc-0a",
    "accountId": "111111111111",
    "zoneIds": list(ZONES),
}


def connection(*routes: dict[str, Any], **over: Any) -> Connection:
    values = {"slot": 0, "owner": "team-shop", "backends": [{"stack": "shop"}], "routes": routes, **over}
    return Connection.model_validate_json(json.dumps(values))


def planned(*routes: dict[str, Any], **fields: Any) -> ConnectionPlan:
    contract = Contract.model_validate({**FIELDS, **OFFERED, **fields})
    entry = plan_routes("shop", connection(*routes))
    return connections.plan_connection(entry, {"shop": contract}, site("eu-west-1", ZONES), stack="prod")


def groups(plan: ConnectionPlan) -> list[tuple[str, str, str | None, str, str]]:
    [backend] = plan.backends
    return [(one.name, one.key, one.version, one.health_path, one.health_codes) for one in backend.groups]


def refused(*routes: dict[str, Any], **fields: Any) -> list[tuple[str, str, str]]:
    with pytest.raises(UserError) as caught:
        planned(*routes, **fields)
    return [(one.where, one.reason, one.remedy) for one in caught.value.problems]


def test_each_protocol_of_the_routes_has_a_group_at_the_same_addresses():
    plan = planned(WEB, GRPC, HTTP2)
    assert groups(plan) == [
        ("prod-shop-0-https-443-grpc", "https-443-grpc", "GRPC", "/grpc.health.v1.Health/Check", "0"),
        ("prod-shop-0-https-443", "https-443", None, "/nginx-health", "200"),
        ("prod-shop-0-https-443-http2", "https-443-http2", "HTTP2", "/nginx-health", "200"),
    ]
    [backend] = plan.backends
    assert {(one.port, one.protocol) for one in backend.groups} == {(443, "HTTPS")}
    assert len(backend.targets) == 3


def test_a_rule_forwards_in_the_protocol_of_its_route():
    by_host = {(rule.match.hosts, bool(rule.match.headers)): rule.protocol for rule in planned(WEB, GRPC, HTTP2).rules}
    assert by_host == {
        (("shop.example.com",), True): "grpc",
        (("shop.example.com",), False): "http1",
        (("h2.example.com",), False): "http2",
    }


def test_the_contract_says_where_and_by_which_codes_grpc_is_healthy():
    found = groups(planned(GRPC, grpc_health_path="/AWS.ALB/healthcheck", grpc_health_codes="12"))
    assert [one[3:] for one in found] == [("/AWS.ALB/healthcheck", "12")]


def test_a_service_without_tls_is_refused_with_what_to_write_there():
    assert refused(GRPC, protocol="HTTP", port=80, protocol_versions=("HTTP1",)) == [
        (
            "connections.shop.routes[0].protocol",
            "is grpc, but stack shop publishes HTTP, and HTTP/2 and gRPC need TLS to the controller",
            "Write publication.protocol: https and publication.http2: true there, and deploy it with this release; or "
            "remove protocol from the route.",
        )
    ]


def test_a_service_without_http2_is_refused_for_every_route_that_needs_it():
    why = "but stack shop offers HTTP1 alone"
    found = refused(WEB, GRPC, HTTP2, protocol_versions=("HTTP1",))
    assert [(where, reason) for where, reason, _ in found] == [
        ("connections.shop.routes[1].protocol", f"is grpc, {why}"),
        ("connections.shop.routes[2].protocol", f"is http2, {why}"),
    ]


def test_a_contract_of_version_1_offers_http_1_alone():
    old = {"contract_version": 1, "protocol_versions": ("HTTP1",)}
    [(_, reason, _)] = refused(HTTP2, **old)
    assert reason == "is http2, but the contract of stack shop is of version 1, which knows HTTP/1.1 alone"


def test_a_literal_service_is_told_what_to_write_beside_it():
    entry = connection(GRPC, backends=[{"service": SERVICE}])
    [backend] = entry.backends
    assert backend.service is not None
    contract = connections.backends.literal_contract("shop", entry, backend, backend.service)
    with pytest.raises(UserError) as caught:
        connections.plan_connection(
            plan_routes("shop", entry), {backend.source: contract}, site("eu-west-1", ZONES), stack="prod"
        )
    [problem] = caught.value.problems
    assert problem.remedy == (
        "Write protocol: HTTPS, port: 443 and http2: true under service; or remove protocol from the route."
    )


def test_capacity_counts_a_group_and_targets_for_each_protocol_of_each_backend():
    two = [{"stack": "shop"}, {"stack": "green", "connectionName": "green", "position": 1}]
    routes = plan_routes("shop", connection(WEB, GRPC, HTTP2, backends=two))
    usage = connection_usage(routes, zones=3)
    assert (usage["endpoints"], usage["targetGroups"], usage["targets"]) == (2, 6, 18)
    assert (usage["rules"], usage["targetGroupsPerAction"]) == (3, 2)


def test_two_connections_with_one_host_conflict_whatever_their_protocols():
    other = {"slot": 1, "owner": "team-blog", "backends": [{"stack": "blog"}], "dns": False}
    plans = plan_all({"shop": connection(WEB), "blog": connection({**WEB, "protocol": "grpc"}, **other)})
    [problem] = check(plans)
    assert "shop.example.com" in f"{problem.reason} {problem.remedy}"


def test_routes_of_one_connection_that_differ_by_protocol_alone_are_refused():
    [problem] = check([plan_routes("shop", connection(WEB, {**WEB, "protocol": "http2"}))])
    assert problem.where == "connections.shop.routes[1]"
