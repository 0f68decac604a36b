"""From routes to listener rules."""

from __future__ import annotations

import itertools
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from privatelink_ingress.plan.routing import routes
from privatelink_ingress.plan.routing.conflicts import Header, Match, Parameter
from privatelink_ingress.plan.routing.routes import Rule
from privatelink_ingress.problems import Problem
from privatelink_ingress.settings.edge import Connection

FURTHER: dict[str, Any] = {
    "methods": ["GET"],
    "headers": {"X-Tenant": ["a*"], "Accept": ["*json*"]},
    "query": [{"key": "v", "value": "2"}],
    "sources": ["198.51.100.0/24"],
}


def frozen(value: Any) -> Any:
    """As the settings loader hands values over: lists as tuples."""
    if isinstance(value, dict):
        return {key: frozen(one) for key, one in value.items()}
    return tuple(map(frozen, value)) if isinstance(value, list) else value


def connection(*entries: dict[str, Any], slot: int = 0, owner: str = "team-shop") -> Connection:
    return Connection.model_validate(
        {
            "slot": slot,
            "owner": owner,
            "backends": ({"stack": "shop"},),
            "routes": tuple(map(frozen, entries)),
        }
    )


def hosts(*indexes: int) -> list[str]:
    return [f"h{index}.example.com" for index in indexes]


def pairs(rules: tuple[Rule, ...]) -> list[tuple[str, str]]:
    return sorted((host, path) for rule in rules for host in rule.match.hosts for path in rule.match.paths or ("/*",))


def rules_of(published: Connection) -> tuple[Rule, ...]:
    plan = routes.plan_routes("shop", published)
    assert plan.problems == ()
    return plan.rules


def check(published: dict[str, Connection]) -> list[Problem]:
    return routes.check(routes.plan_all(published))


def test_a_host_with_all_paths_is_one_rule_without_a_path_condition() -> None:
    (rule,) = rules_of(connection({"hosts": ["Shop.example.com"]}))
    match = Match(hosts=("shop.example.com",), paths=())
    assert rule == Rule(key="exact-host-any-path-0", priority=20_001, match=match)


def test_every_further_condition_is_part_of_every_rule() -> None:
    rules = rules_of(connection({"hosts": hosts(1, 2), **FURTHER | {"headers": {"X-Tenant": ["a*"]}}}))
    assert [rule.match for rule in rules] == [
        Match(
            hosts=(host,),
            methods=("GET",),
            headers=(Header(name="X-Tenant", values=("a*",)),),
            query=(Parameter(key="v", value="2"),),
            sources=("198.51.100.0/24",),
        )
        for host in hosts(1, 2)
    ]
    assert [(rule.values, rule.wildcards) for rule in rules] == [(5, 1), (5, 1)]


def test_a_long_list_of_any_condition_is_spread_over_rules() -> None:
    tenants = [f"tenant-{number}" for number in range(7)]
    rules = rules_of(connection({"hosts": hosts(1), "headers": {"X-Tenant": tenants}}))
    assert sorted(value for rule in rules for header in rule.match.headers for value in header.values) == tenants
    assert [rule.values for rule in rules] == [5, 4]


def test_a_rewrite_belongs_to_every_rule_of_its_route() -> None:
    path = {"regex": "^/shop/(.*)$", "replace": "/$1"}
    rules = rules_of(connection({"hosts": hosts(*range(6)), "rewrite": {"path": path}}))
    assert [rule.rewrite.path.regex for rule in rules if rule.rewrite and rule.rewrite.path] == ["^/shop/(.*)$"] * 2


def test_the_order_in_the_stack_file_does_not_matter() -> None:
    one = {"hosts": hosts(1, 2), "paths": ["/a", "/b"], "methods": ["PUT", "POST"]}
    other = {"hosts": hosts(3), "paths": ["/c", "/d/*"]}
    backwards = [{key: values[::-1] for key, values in entry.items()} for entry in (other, one)]
    assert rules_of(connection(one, other)) == rules_of(connection(*backwards))


def test_a_route_with_more_conditions_comes_before_the_plain_route_of_its_band() -> None:
    plain = {"hosts": hosts(1), "paths": ["/a/*"]}
    one = plain | {"methods": ["POST"]}
    two = plain | {"headers": {"X-A": ["1"], "X-B": ["1"]}}
    for order in itertools.permutations([plain, one, two]):
        rules = rules_of(connection(*order))
        assert [(len(rule.match.headers), len(rule.match.methods)) for rule in rules] == [(2, 0), (0, 1), (0, 0)]
        assert [rule.priority for rule in rules] == [15_001, 15_002, 15_003]
        assert check({"shop": connection(*order)}) == []


def test_of_two_routes_of_a_band_the_one_with_more_fixed_characters_comes_first() -> None:
    rewrite = {"path": {"regex": "a", "replace": "b"}}
    rules = rules_of(
        connection({"hosts": hosts(1), "paths": ["/a*"]}, {"hosts": hosts(1), "paths": ["/ab*"], "rewrite": rewrite})
    )
    assert [rule.match.paths for rule in rules] == [("/ab*",), ("/a*",)]


def test_five_hosts_with_all_paths_are_one_rule_and_the_sixth_needs_another() -> None:
    assert len(rules_of(connection({"hosts": hosts(*range(5))}))) == 1
    assert len(rules_of(connection({"hosts": hosts(*range(6))}))) == 2


def test_a_pattern_with_more_wildcards_than_a_rule_may_hold_is_refused() -> None:
    wide = {"hosts": ["*.example.com"], "paths": ["/a/*/*/*", "/b/*/?/*/*/*/*"]}
    (problem,) = check({"shop": connection(wide)})
    assert problem.where == "connections.shop.routes[0]"
    assert problem.reason == (
        "needs a rule with 7 wildcards (1 in hosts, 6 in paths), but a rule of the load balancer holds 6"
    )
    assert problem.remedy == "Use fewer * and ? in hosts or paths."


def test_a_route_with_more_conditions_than_a_rule_has_values_is_refused() -> None:
    (problem,) = check({"shop": connection({"hosts": hosts(1)}, {"hosts": hosts(2), "paths": ["/a"], **FURTHER})})
    assert problem.where == "connections.shop.routes[1]"
    assert problem.reason == (
        "has 7 conditions (hosts, paths, methods, headers.Accept, headers.X-Tenant, query, sources), "
        "but a rule of the load balancer holds 5 values"
    )


def test_more_rules_of_one_kind_than_a_connection_has_room_for_are_refused() -> None:
    assert check({"shop": connection({"hosts": hosts(*range(200))})}) == []
    for too_many in (201, 1_000):
        over = connection({"hosts": hosts(*range(too_many))})
        (problem,) = check({"shop": over})
        assert problem.where == "connections.shop.routes"
        assert f"need {-(-too_many // 5)} rules of kind exact-host-any-path" in problem.reason
        assert routes.plan_routes("shop", over).rules == ()


def test_the_same_requests_of_two_connections_are_refused_with_owners_and_an_example() -> None:
    shop = connection({"hosts": ["a.example.com", "shop.example.com"], "paths": ["/cart/*"]})
    blog = connection(
        {"hosts": hosts(1)}, {"hosts": ["SHOP.example.com"], "paths": ["/ca*"]}, slot=1, owner="team-blog"
    )
    (problem,) = check({"shop": shop, "blog": blog})
    assert problem.where == "connections.blog.routes[1]"
    assert "connections.shop.routes[0] (team-shop)" in problem.reason
    assert "GET https://shop.example.com/cart/" in problem.reason


def test_two_connections_may_share_a_path_by_method_header_query_or_source() -> None:
    apart: list[tuple[dict[str, Any], dict[str, Any]]] = [
        ({"methods": ["GET", "HEAD"]}, {"methods": ["POST"]}),
        ({"headers": {"X-Tenant": ["a"]}}, {"headers": {"x-tenant": ["b", "c*"]}}),
        ({"sources": ["198.51.100.0/25"]}, {"sources": ["198.51.100.128/25"]}),
    ]
    for one, other in apart:
        shop = connection({"hosts": hosts(1), **one})
        blog = connection({"hosts": hosts(1), **other}, slot=1)
        assert check({"shop": shop, "blog": blog}) == []
        (problem,) = check({"shop": shop, "blog": connection({"hosts": hosts(1)}, slot=1)})
        assert problem.where == "connections.blog.routes[0]"
    versions = [
        connection({"hosts": hosts(1), "query": [{"key": "v", "value": str(slot)}]}, slot=slot) for slot in (0, 1)
    ]
    (problem,) = check(dict(zip(("blog", "shop"), versions, strict=True)))
    assert "GET https://h1.example.com/?v=0&v=1" in problem.reason  # a query can hold both


def test_a_route_that_another_one_takes_whole_is_refused() -> None:
    entry = {"hosts": hosts(1), "paths": ["/a"]}
    (problem,) = check({"shop": connection(entry, entry | {"methods": ["GET"]}, entry)})
    assert problem.where == "connections.shop.routes[2]"
    assert "is never reached" in problem.reason


def test_two_connections_may_share_a_host_by_path() -> None:
    shop = connection({"hosts": hosts(1), "paths": ["/shop/*"]})
    blog = connection({"hosts": hosts(1), "paths": ["/*"]}, slot=1)
    assert check({"shop": shop, "blog": blog}) == []


HOST = st.sampled_from([f"{label}.example.com" for label in ("a", "b", "c", "d", "e", "f", "*", "*.x", "y?")])
PATH = st.sampled_from(["/a", "/b", "/c", "/d/*", "/e/f/*", "/g/h/i/*", "/j/k/l/m*", "/n?", "/o/*/p/*", "/"])
METHOD = st.sampled_from(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"])
ROUTE = st.fixed_dictionaries(
    {
        "hosts": st.lists(HOST, min_size=1, max_size=6, unique=True),
        "paths": st.lists(PATH, min_size=1, max_size=6, unique=True),
    },
    optional={
        "methods": st.lists(METHOD, max_size=3, unique=True),
        "headers": st.fixed_dictionaries({"X-Tenant": st.lists(HOST, min_size=1, max_size=2, unique=True)}),
    },
)


@given(route=ROUTE, slot=st.integers(0, 119))
def test_rules_hold_exactly_the_route_and_keep_every_quota(route: dict[str, Any], slot: int) -> None:
    plan = routes.plan_routes("shop", connection(route, slot=slot))
    if plan.problems:  # more rules than a connection has room for: none is planned
        assert plan.rules == ()
        assert all("room for 40" in problem.reason for problem in plan.problems)
        return
    rules = plan.rules
    combinations = sorted(
        itertools.product(
            route["hosts"],
            route["paths"],
            route.get("methods") or [None],
            route.get("headers", {}).get("X-Tenant", [None]),
        ),
        key=str,
    )
    held = [
        combination
        for rule in rules
        for combination in itertools.product(
            rule.match.hosts,
            rule.match.paths or ("/*",),
            rule.match.methods or (None,),
            rule.match.headers[0].values if rule.match.headers else (None,),
        )
    ]
    assert sorted(held, key=str) == combinations
    assert all(rule.values <= 5 and rule.wildcards <= 6 for rule in rules)
    assert len({rule.priority for rule in rules}) == len({rule.key for rule in rules}) == len(rules)
    assert [rule.priority for rule in rules] == sorted(rule.priority for rule in rules)


@given(route=ROUTE, slots=st.lists(st.integers(0, 119), min_size=2, max_size=2, unique=True))
def test_a_rule_of_one_key_has_its_priority_whatever_the_other_routes(route: dict[str, Any], slots: list[int]) -> None:
    more = {"hosts": hosts(7), "paths": ["/z/*"]}
    assume(not routes.plan_routes("shop", connection(more, route)).problems)  # more than 40 rules of one kind
    before = {rule.key: rule.priority for rule in rules_of(connection(route, slot=slots[0]))}
    after = {rule.key: rule.priority for rule in rules_of(connection(more, route, slot=slots[0]))}
    assert {key: after[key] for key in before} == before
    elsewhere = {rule.priority for rule in rules_of(connection(route, slot=slots[1]))}
    assert not elsewhere & set(after.values())


def test_the_proofs_see_routes_in_the_order_of_their_rules() -> None:
    some = connection(
        {"hosts": hosts(1), "paths": ["/a*"]},
        {"hosts": hosts(1), "paths": ["/ab*", "/"]},
        {"hosts": hosts(1), "paths": ["/a*"], "methods": ["GET"]},
    )
    entries = routes.plan_routes("shop", some).entries
    assert [entry.key for entry in entries] == ["routes[1]", "routes[2]", "routes[1]", "routes[0]"]
    rules = rules_of(some)
    assert [(one.match, one.priority) for one in entries] == [(rule.match, rule.priority) for rule in rules]
