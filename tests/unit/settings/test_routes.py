"""What a stack file may say of a route, and what it is told when it cannot."""

from __future__ import annotations

import json
from typing import Any

import pytest

from privatelink_ingress.settings.attached import load_edge
from privatelink_ingress.settings.load import SettingsError
from privatelink_ingress.settings.routes import Route


def load(**route: Any) -> Route:
    connection = {
        "slot": 0,
        "owner": "team-shop",
        "backends": [{"stack": "shop"}],
        "routes": [{"hosts": ["shop.example.com"], **route}],
    }
    values = {
        "accountId": "222222222222",
        "owner": "team-shop",
        "edgeStack": "prod",
        "connections": json.dumps({"shop": connection}),
    }
    return load_edge(values, project="central-ingress", stack="prod-shop").connections["shop"].routes[0]


def refused(**route: Any) -> list[tuple[str, str]]:
    """Place below the route, and reason, of every mistake."""
    with pytest.raises(SettingsError) as raised:
        load(**route)
    prefix = "connections.shop.routes[0]."
    return [(problem.where.removeprefix(prefix), problem.reason) for problem in raised.value.problems]


def test_a_route_can_have_every_condition_of_a_rule():
    route = load(
        paths=["/api/*"],
        methods=["GET", "M-SEARCH", "X_Y"],
        headers={"X-Tenant": ["acme*", "?"], "~!#$": ["a b"]},
        query=[{"key": "version", "value": r"v\*"}, {"value": "1"}],
        sources=["198.51.100.0/24", "203.0.113.7/32"],
        rewrite={
            "host": {"regex": r"^(\w+)\.example\.com$", "replace": "$1.internal"},
            "path": {"regex": "^/api/(.*)$", "replace": "/$1"},
        },
    )
    assert route.headers == {"X-Tenant": ("acme*", "?"), "~!#$": ("a b",)}
    assert [one.key for one in route.query] == ["version", None]
    assert route.rewrite is not None
    assert route.rewrite.path is not None
    assert route.rewrite.path.replace == "/$1"


def test_a_route_with_hosts_alone_matches_every_request_to_them():
    route = load()
    assert (route.paths, route.methods, route.headers, route.query, route.sources) == (("/*",), (), {}, (), ())


def test_every_mistake_of_a_route_names_its_place():
    assert refused(methods=["get"], headers={"Host": ["x"], "X-A": []}, sources=["x"], header={}) == [
        ("header", "is not a known key"),
        ("headers.Host", "cannot be a condition on a header"),
        ("headers.X-A", "has 0 entries, but needs at least 1"),
        ("methods[0]", "is 'get'"),
        ("sources[0]", "is 'x', which is not a network: 'x' does not appear to be an IPv4 or IPv6 network"),
    ]


@pytest.mark.parametrize(
    ("key", "value", "where", "reason"),
    [
        ("methods", ["A" * 41], "methods[0]", "is 'AAAA"),
        ("methods", ["GET", "GET"], "methods[1]", "repeats 'GET'"),
        ("headers", {"X Tenant": ["a"]}, "headers.X Tenant", "is not a header name"),
        ("headers", {"X" * 41: ["a"]}, f"headers.{'X' * 41}", "is not a header name"),
        ("headers", {"X-A": ["a"], "x-a": ["b"]}, "headers.x-a", "is the same header as X-A"),
        ("headers", {"X-A": ["é"]}, "headers.X-A[0]", "is 'é'"),
        ("headers", {"X-A": ["a" * 129]}, "headers.X-A[0]", "is 'aaa"),
        ("headers", {"X-A": [1]}, "headers.X-A[0]", "is the number 1, but must be text"),
        ("query", [{"key": "a"}], "query[0].value", "is missing"),
        ("query", [{"key": "a=b", "value": "1"}], "query[0].key", "is 'a=b'"),
        ("query", [{"value": "a&b"}], "query[0].value", "is 'a&b'"),
        ("query", [{"value": "1"}, {"value": "1"}], "query[1]", "repeats an entry before it"),
        ("query", ["a=b"], "query[0]", "is 'a=b', but must be a mapping"),
        ("sources", ["198.51.100.7"], "sources[0]", "is '198.51.100.7', which has no prefix"),
        ("sources", ["198.51.100.0/255.255.255.0"], "sources[0]", "with a mask in place of a prefix"),
        ("sources", ["2001:db8::7/32"], "sources[0]", "which is not a network: 2001:db8::7/32 has host bits set"),
        ("sources", ["198.51.100.7/24"], "sources[0]", "198.51.100.7/24 has host bits set"),
        ("rewrite", {}, "rewrite", "rewrites nothing"),
        (
            "rewrite",
            {"path": {"regex": "(a", "replace": ""}},
            "rewrite.path.regex",
            "RE2 takes: missing )",
        ),
        (
            "rewrite",
            {"host": {"regex": "a", "replace": "$1"}},
            "rewrite.host.replace",
            "names $1, but regex has 0 groups",
        ),
        ("rewrite", {"path": {"regex": "a" * 1025, "replace": ""}}, "rewrite.path.regex", "may have at most 1024"),
    ],
)
def test_a_value_that_aws_would_refuse_is_refused(key: str, value: Any, where: str, reason: str):
    ((found_where, found_reason),) = refused(**{key: value})
    assert found_where == where
    assert reason in found_reason


@pytest.mark.parametrize("regex", ["(?=a)", "(?!a)", "(?<=a)b", "(?<!a)b", r"(a)\1", "(?>a)", "a*+", "a{2}+", r"\p{L}"])
def test_a_regular_expression_that_load_balancers_do_not_support_is_refused(regex: str):
    ((where, reason),) = refused(rewrite={"path": {"regex": regex, "replace": ""}})
    assert where == "rewrite.path.regex"
    assert reason.endswith("which load balancers do not support")


@pytest.mark.parametrize("regex", [r"\\1", r"^/(?:a|b)/(\d+)$", r"a\++", "[a+]+b", "[(?=]+"])
def test_an_expression_that_only_resembles_an_unsupported_one_is_accepted(regex: str):
    assert load(rewrite={"path": {"regex": regex, "replace": ""}}).rewrite is not None
