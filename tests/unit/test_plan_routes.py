"""From routes to listener rules."""

from __future__ import annotations

import itertools
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from privatelink_ingress.plan import routes
from privatelink_ingress.plan.routes import Rule
from privatelink_ingress.settings.edge import Connection


def connection(*entries: dict[str, Any], slot: int = 0, owner: str = "team-shop") -> Connection:
    return Connection.model_validate(
        {
            "slot": slot,
            "owner": owner,
            "backends": ({"stack": "shop"},),
            "routes": tuple({key: tuple(values) for key, values in entry.items()} for entry in entries),
        }
    )


def hosts(*indexes: int) -> list[str]:
    return [f"h{index}.example.com" for index in indexes]


def pairs(rules: tuple[Rule, ...]) -> list[tuple[str, str]]:
    return sorted((host, path) for rule in rules for host in rule.hosts for path in rule.paths or ("/*",))


def test_a_host_with_all_paths_is_one_rule_without_a_path_condition() -> None:
    (rule,) = routes.rules(connection({"hosts": ["shop.example.com"]}))
    assert rule == Rule(key="exact-host-any-path-0", priority=20_001, hosts=("shop.example.com",), paths=())


def test_the_order_in_the_stack_file_does_not_matter() -> None:
    one = {"hosts": hosts(1, 2), "paths": ["/a", "/b"]}
    other = {"hosts": hosts(3), "paths": ["/c", "/d/*"]}
    backwards = [{key: values[::-1] for key, values in entry.items()} for entry in (other, one)]
    assert routes.rules(connection(one, other)) == routes.rules(connection(*backwards))


def test_five_hosts_with_all_paths_are_one_rule_and_the_sixth_needs_another() -> None:
    assert len(routes.rules(connection({"hosts": hosts(*range(5))}))) == 1
    assert len(routes.rules(connection({"hosts": hosts(*range(6))}))) == 2


def test_three_hosts_and_four_paths_take_the_fewest_rules() -> None:
    rules = routes.rules(connection({"hosts": hosts(1, 2, 3), "paths": ["/a", "/b", "/c", "/d"]}))
    # 3 + 2 values twice; 1 + 4 would take three, 2 + 3 four.
    assert [(len(rule.hosts), len(rule.paths)) for rule in rules] == [(3, 2), (3, 2)]


def test_wildcards_are_counted_as_well_as_values() -> None:
    rules = routes.rules(connection({"hosts": hosts(1), "paths": ["/a/*/*/*", "/b/*/*/*", "/c/*/*/*", "/d/*"]}))
    assert [rule.paths for rule in rules] == [("/a/*/*/*", "/b/*/*/*"), ("/c/*/*/*", "/d/*")]


def test_a_pattern_with_more_wildcards_than_a_rule_may_hold_is_refused() -> None:
    (problem,) = routes.check({"shop": connection({"hosts": hosts(1), "paths": ["/a/*/*/*/*/*/*/*"]})})
    assert problem.where == "connections.shop.routes.0"
    assert "more than 6 wildcards" in problem.reason


def test_more_rules_of_one_kind_than_a_connection_has_room_for_are_refused() -> None:
    assert routes.check({"shop": connection({"hosts": hosts(*range(200))})}) == []
    (problem,) = routes.check({"shop": connection({"hosts": hosts(*range(201))})})
    assert (problem.where, "need 41 rules" in problem.reason) == ("connections.shop.routes", True)


def test_the_same_host_and_path_in_two_connections_is_refused_with_both_owners_places() -> None:
    shop = connection({"hosts": ["a.example.com", "shop.example.com"], "paths": ["/cart/*"]})
    blog = connection({"hosts": ["SHOP.example.com"], "paths": ["/*", "/cart/*"]}, slot=1, owner="team-blog")
    (problem,) = routes.check({"shop": shop, "blog": blog})
    assert problem.where == "connections.shop.routes.0"
    assert problem.reason == "shop.example.com/cart/* is already taken by connections.blog.routes.0 (owner team-blog)"


def test_the_same_host_and_path_twice_in_one_connection_is_refused() -> None:
    entry = {"hosts": hosts(1), "paths": ["/a"]}
    (problem,) = routes.check({"shop": connection(entry, entry)})
    assert problem.reason == "h1.example.com/a is already taken by connections.shop.routes.0 (owner team-shop)"


def test_two_connections_may_share_a_host_by_path() -> None:
    shop = connection({"hosts": hosts(1), "paths": ["/shop/*"]})
    blog = connection({"hosts": hosts(1), "paths": ["/*"]}, slot=1)
    assert routes.check({"shop": shop, "blog": blog}) == []


HOST = st.sampled_from([f"{label}.example.com" for label in ("a", "b", "c", "d", "e", "f", "*", "*.x", "y?")])
PATH = st.sampled_from(["/a", "/b", "/c", "/d/*", "/e/f/*", "/g/h/i/*", "/j/k/l/m*", "/n?", "/o/*/p/*", "/"])
ROUTE = st.fixed_dictionaries(
    {"hosts": st.lists(HOST, min_size=1, unique=True), "paths": st.lists(PATH, min_size=1, unique=True)}
)


@given(route=ROUTE, slot=st.integers(0, 119))
def test_rules_hold_exactly_the_route_and_keep_every_quota(route: dict[str, list[str]], slot: int) -> None:
    rules = routes.rules(connection(route, slot=slot))
    assert pairs(rules) == sorted(itertools.product(route["hosts"], route["paths"]))
    for rule in rules:
        values = [*rule.hosts, *rule.paths]
        assert len(values) <= 5
        assert sum(value.count("*") + value.count("?") for value in values) <= 6
    assert len({rule.priority for rule in rules}) == len({rule.key for rule in rules}) == len(rules)
    assert [rule.priority for rule in rules] == sorted(rule.priority for rule in rules)


@given(route=ROUTE, slots=st.lists(st.integers(0, 119), min_size=2, max_size=2, unique=True))
def test_a_rule_of_one_key_has_its_priority_whatever_the_other_routes(
    route: dict[str, list[str]], slots: list[int]
) -> None:
    before = {rule.key: rule.priority for rule in routes.rules(connection(route, slot=slots[0]))}
    more = {"hosts": hosts(7), "paths": ["/z/*"]}
    after = {rule.key: rule.priority for rule in routes.rules(connection(more, route, slot=slots[0]))}
    assert {key: after[key] for key in before} == before
    elsewhere = {rule.priority for rule in routes.rules(connection(route, slot=slots[1]))}
    assert not elsewhere & set(after.values())
