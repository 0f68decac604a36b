"""Paths that stay open where clients sign in: rules of their own, in front of those that ask for sign-in."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privatelink_ingress.plan.routing import conflicts
from privatelink_ingress.plan.routing.conflicts import Witness
from privatelink_ingress.plan.routing.routes import RoutePlan, Rule, check, plan_routes
from privatelink_ingress.settings.edge import Connection
from tests.support.sign_in import JWT

HOST = "shop.example.com"


def plan(*routes: dict[str, Any], open_paths: list[str] | None = None, signs_in: bool = True) -> RoutePlan:
    entry: dict[str, Any] = {"slot": 0, "owner": "team-shop", "backends": [{"stack": "shop"}], "routes": list(routes)}
    if signs_in:
        entry["signIn"] = {"jwt": JWT, "openPaths": open_paths or []}
    return plan_routes("shop", Connection.model_validate_json(json.dumps(entry)))


def route(*paths: str, **further: Any) -> dict[str, Any]:
    return {"hosts": [HOST], "paths": list(paths), **further}


def rules(*routes: dict[str, Any], open_paths: list[str]) -> list[tuple[tuple[str, ...], bool]]:
    """Paths of each rule and whether it asks for sign-in, in the order of the rules."""
    planned = plan(*routes, open_paths=open_paths)
    assert planned.problems == ()
    ordered = sorted(planned.rules, key=lambda rule: rule.priority)
    return [(rule.match.paths, rule.signs_in) for rule in ordered]


def problems(*routes: dict[str, Any], open_paths: list[str]) -> list[str]:
    return [str(problem) for problem in check([plan(*routes, open_paths=open_paths)])]


def test_without_open_paths_every_rule_asks_for_sign_in() -> None:
    planned = plan(route("/*"), route("/api/*"))
    assert [rule.signs_in for rule in planned.rules] == [True, True]
    assert [rule.signs_in for rule in plan(route("/*"), signs_in=False).rules] == [False]


def test_an_open_path_is_a_rule_of_its_own_in_front() -> None:
    assert rules(route("/*"), open_paths=["/health", "/.well-known/*"]) == [
        (("/health",), False),
        (("/.well-known/*",), False),
        ((), True),
    ]


def test_of_one_band_the_open_path_comes_first() -> None:
    assert rules(route("/api/v*"), open_paths=["/api/v1*"]) == [(("/api/v1*",), False), (("/api/v*",), True)]
    assert rules(route("/api/v1*", methods=["POST"]), open_paths=["/api/v1?*"])[0] == (("/api/v1?*",), False)


def test_a_route_that_is_open_as_a_whole_has_no_other_rule() -> None:
    assert rules(route("/*"), route("/public/*", methods=["GET"]), open_paths=["/public/*"]) == [
        (("/public/*",), False),
        (("/public/*",), False),
        ((), True),
    ]
    assert rules(route("/shop/*", "/public/a*"), open_paths=["/public/*"]) == [
        (("/public/a*",), False),
        (("/shop/*",), True),
    ]


def test_an_open_path_keeps_the_other_conditions_and_the_rewrite_of_its_route() -> None:
    rewrite = {"path": {"regex": "^/api/", "replace": "/"}}
    planned = plan(route("/*"), route("/api/*", methods=["GET"], rewrite=rewrite), open_paths=["/api/health"])
    opened = [rule for rule in planned.rules if not rule.signs_in]
    assert [(rule.match.paths, rule.match.methods, rule.rewrite is not None) for rule in opened] == [
        (("/api/health",), ("GET",), True),
        (("/api/health",), (), False),
    ]


def test_of_two_routes_with_an_open_path_the_one_that_answered_before_answers() -> None:
    rewrite = {"path": {"regex": "^/api/", "replace": "/"}}
    planned = plan(route("/*", methods=["GET"]), route("/api/*", rewrite=rewrite), open_paths=["/api/health"])
    [opened] = [rule for rule in planned.rules if not rule.signs_in]
    assert (opened.match.methods, opened.rewrite is not None) == ((), True)
    assert check([planned]) == []


def test_wildcard_hosts_keep_their_bands() -> None:
    both = {"hosts": [HOST, "*.shop.example.com"], "paths": ["/*"]}
    planned = plan(both, open_paths=["/health"])
    assert [(rule.key, rule.match.hosts, rule.signs_in) for rule in planned.rules] == [
        ("exact-host-exact-path-0", (HOST,), False),
        ("exact-host-any-path-0", (HOST,), True),
        ("wildcard-host-exact-path-0", ("*.shop.example.com",), False),
        ("wildcard-host-any-path-0", ("*.shop.example.com",), True),
    ]


def test_an_open_path_outside_of_every_route_is_refused() -> None:
    [problem] = problems(route("/shop/*"), open_paths=["/health"])
    assert problem == (
        "connections.shop.signIn.openPaths[0]: is /health, which no route of the connection has\n"
        "    Write a path within /shop/*, or remove it."
    )


def test_an_open_path_that_is_only_partly_in_a_route_is_refused() -> None:
    [problem] = problems(route("/shop/*"), open_paths=["/*/health"])
    assert problem == (
        "connections.shop.signIn.openPaths[0]: is /*/health, of which a part is in /shop/* and a part is not\n"
        "    Write a path that is wholly within /shop/*."
    )


def test_open_paths_that_leave_nothing_to_sign_in_to_are_refused() -> None:
    [problem] = problems(route("/shop/*"), open_paths=["/*"])
    assert problem == (
        "connections.shop.signIn.openPaths: leave no path that asks for sign-in\n    Remove signIn, or narrow them."
    )


def test_open_paths_count_as_rules() -> None:
    paths = [f"/open/{number}" for number in range(200)]
    [problem] = problems(route("/*"), open_paths=paths)
    assert problem.startswith("connections.shop.routes: need 50 rules of kind exact-host-exact-path, but a connection")


SEGMENTS = st.sampled_from(["a", "b", "ab", "*", "a*", "?b"])
PATHS = st.lists(SEGMENTS, min_size=1, max_size=2).map(lambda parts: "/" + "/".join(parts))
ROUTES = st.builds(
    lambda paths, methods: route(*paths, methods=methods),
    st.lists(PATHS, min_size=1, max_size=2, unique=True),
    st.sampled_from([[], ["GET"], ["POST"]]),
)


@given(
    st.lists(ROUTES, min_size=1, max_size=3),
    st.lists(PATHS, min_size=1, max_size=2, unique=True),
    PATHS,
    st.sampled_from(["GET", "POST"]),
)
def test_exactly_the_open_paths_are_open_and_the_same_rule_answers_as_without_them(
    routes: list[dict[str, Any]], open_paths: list[str], path: str, method: str
) -> None:
    before, after = plan(*routes), plan(*routes, open_paths=open_paths)
    if before.problems or after.problems:
        return
    request = Witness(host=HOST, path=path.replace("*", "x").replace("?", "y"), method=method)
    answering, now = first(before, request), first(after, request)
    assert (answering is None) == (now is None)
    if now is not None and answering is not None:
        opened = conflicts.matches(conflicts.Match(paths=tuple(open_paths)), request)
        assert now.signs_in is not opened
        assert now.match.methods == answering.match.methods


def first(planned: RoutePlan, request: Witness) -> Rule | None:
    matching = (rule for rule in planned.rules if conflicts.matches(rule.match, request))
    return min(matching, key=lambda rule: rule.priority, default=None)


@pytest.mark.parametrize("open_paths", [["/public/*", "/public/a"], ["/public/a", "/public/*"]])
def test_an_open_path_within_another_is_not_refused(open_paths: list[str]) -> None:
    planned = plan(route("/*"), open_paths=open_paths)
    assert check([planned]) == []
