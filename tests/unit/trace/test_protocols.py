"""A trace says what the load balancer does with HTTP/1.1, HTTP/2 and gRPC, by the version of the target group."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from privatelink_ingress.problems import UsageError
from privatelink_ingress.settings.route_protocols import ProtocolVersion, RouteProtocol
from privatelink_ingress.trace.request import Request
from privatelink_ingress.trace.trace import Trace, trace
from tests.support.topologies import EDGE_GROUP, whole

URL = "https://shop.example.com/greeter.Greeter/SayHello"


def followed(version: ProtocolVersion, url: str = URL, **request: Any) -> Trace:
    topology = whole()
    group = dataclasses.replace(topology.target_groups[EDGE_GROUP], version=version)
    return trace(
        url, dataclasses.replace(topology, target_groups={**topology.target_groups, EDGE_GROUP: group}), **request
    )


# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-target-groups.html
@pytest.mark.parametrize(
    ("speaks", "method", "version", "served"),
    [
        ("http1", "GET", "HTTP1", True),
        ("http2", "GET", "HTTP1", True),
        ("grpc", "POST", "HTTP1", False),
        ("http1", "GET", "HTTP2", False),
        ("http2", "GET", "HTTP2", True),
        ("grpc", "POST", "HTTP2", True),
        ("http1", "POST", "GRPC", False),
        ("http2", "POST", "GRPC", True),
        ("http2", "GET", "GRPC", False),
        ("grpc", "POST", "GRPC", True),
    ],
)
def test_what_a_group_does_not_take_is_answered_with_464(
    speaks: RouteProtocol, method: str, version: ProtocolVersion, served: bool
):
    found = followed(version, speaks=speaks, method=method)
    assert (found.outcome, found.status) == (("reached", None) if served else ("answered", 464))


def test_the_hop_says_why_and_what_to_do():
    hop = followed("GRPC", speaks="http1").hops[-1]
    assert (hop.name, hop.reason) == ("Target group", "the client speaks HTTP/1.1, and the group takes gRPC")
    assert hop.evidence.startswith("shop, HTTP 80 by gRPC: ")
    assert "headers: {Content-Type: [application/grpc*]}" in hop.remedy


def test_a_client_over_tls_speaks_http2_and_a_websocket_http_1():
    assert Request.parse(URL).speaks == "http2"
    assert Request.parse("http://shop.example.com/").speaks == "http1"
    assert Request.parse("wss://shop.example.com/").speaks == "http1"


def test_a_websocket_to_a_group_of_http2_is_answered_with_464():
    assert followed("HTTP2", "wss://shop.example.com/").status == 464
    assert followed("HTTP1", "wss://shop.example.com/").outcome == "reached"


def test_a_grpc_call_is_a_post_with_the_content_type_of_grpc():
    call = Request.parse(URL, speaks="grpc")
    assert (call.method, call.headers) == ("POST", (("Content-Type", "application/grpc"),))
    own = Request.parse(URL, speaks="grpc", headers=["content-type=application/grpc+proto"])
    assert own.headers == (("content-type", "application/grpc+proto"),)


@pytest.mark.parametrize(
    ("url", "given", "problem"),
    [
        (
            "http://shop.example.com/",
            {"speaks": "grpc"},
            "--protocol: is grpc, which the load balancer takes over TLS alone, and the URL begins with http://",
        ),
        (
            "wss://shop.example.com/",
            {"speaks": "http2"},
            "--protocol: is http2, which the load balancer takes over TLS alone, and the URL begins with wss://",
        ),
        (URL, {"speaks": "grpc", "method": "PUT"}, "--method: is 'PUT', and a gRPC call is a POST"),
    ],
)
def test_a_request_that_no_client_can_send_is_refused(url: str, given: dict[str, Any], problem: str):
    with pytest.raises(UsageError) as caught:
        Request.parse(url, **given)
    [found] = caught.value.problems
    assert f"{found.where}: {found.reason}" == problem


def test_the_web_acl_reads_no_body_of_grpc_and_the_trace_says_so():
    [hop] = [hop for hop in followed("GRPC", speaks="grpc", body_size=20_000).hops if hop.name == "Web ACL"]
    assert "WAF applies no rule on bodies to gRPC" in hop.evidence
    [hop] = [hop for hop in followed("HTTP2", body_size=20_000).hops if hop.name == "Web ACL"]
    assert "gRPC" not in hop.evidence
