"""Claims about routes that meet: who is told what, and with which example."""

from __future__ import annotations

from typing import Any

import pytest

from privatelink_ingress.plan.routing import conflicts, routes
from privatelink_ingress.plan.routing.conflicts import Entry, Header, Match, Parameter, TooComplex, Witness, overlap
from privatelink_ingress.problems import Problem
from privatelink_ingress.settings.edge import Connection


def connection(slot: int, owner: str, *answers_to: dict[str, Any]) -> Connection:
    return Connection.model_validate(
        {
            "slot": slot,
            "owner": owner,
            "backends": ({"stack": "shop"},),
            "routes": tuple({key: tuple(values) for key, values in route.items()} for route in answers_to),
        }
    )


def check(connections: dict[str, Connection]) -> list[Problem]:
    return conflicts.check([entry for plan in routes.plan_all(connections) for entry in plan.entries])


def entry(name: str, priority: int, **conditions: Any) -> Entry:
    return Entry(
        connection=name,
        key="routes[0]",
        owner=f"team-{name}",
        band=0,
        priority=priority,
        match=Match(**conditions),
    )


def both(one: dict[str, Any], other: dict[str, Any]) -> str | None:
    request = overlap(Match(**one), Match(**other))
    return None if request is None else str(request)


def never_reached(*entries: Entry) -> dict[str, list[str]]:
    return {one.entry.connection: [other.connection for other in one.by] for one in conflicts.shadowed(entries)}


def test_a_shared_host_is_refused_with_the_other_owner_and_an_example_request() -> None:
    shop = connection(0, "team-shop", {"hosts": ["Shop.example.com"]})
    blog = connection(1, "team-blog", {"hosts": ["blog.example.com"]}, {"hosts": ["shop.example.com"]})
    assert check({"blog": blog, "shop": shop}) == [
        Problem(
            "connections.blog.routes[1]",
            "answers the same requests as connections.shop.routes[0] (team-shop), "
            "for example GET https://shop.example.com/",
            "Settle with team-shop who answers them: give one of the two another host or path, "
            "or a more specific one, which then wins.",
        )
    ]


def test_wildcards_that_match_a_common_host_are_a_conflict() -> None:
    shop = connection(0, "team-shop", {"hosts": ["shop-*.example.com"]})
    blog = connection(1, "team-blog", {"hosts": ["*-blog.example.com"]})
    (problem,) = check({"blog": blog, "shop": shop})
    assert "for example GET https://shop-blog.example.com/" in problem.reason


def test_the_literal_path_of_the_first_connection_is_refused_for_the_second() -> None:
    # Defect D17: one path without a host for every connection, so the second never received a request.
    entries = [entry("first", 1, paths=("/internet",)), entry("second", 2, paths=("/internet",))]
    (found,) = conflicts.conflicts(entries)
    assert (found.first.connection, found.second.connection) == ("first", "second")
    assert never_reached(*entries) == {"second": ["first"]}


def test_routes_of_one_connection_do_not_conflict() -> None:
    shop = connection(0, "team-shop", {"hosts": ["*.example.com"]}, {"hosts": ["a*.example.com"]})
    assert not conflicts.conflicts(routes.plan_routes("shop", shop).entries)


def test_a_more_specific_route_of_another_connection_is_allowed_and_shown() -> None:
    shop = connection(0, "team-shop", {"hosts": ["www.example.com"]})
    blog = connection(1, "team-blog", {"hosts": ["www.example.com"], "paths": ["/blog/*"]})
    assert not check({"shop": shop, "blog": blog})
    entries = [*routes.plan_routes("shop", shop).entries, *routes.plan_routes("blog", blog).entries]
    (found,) = conflicts.overlaps_between_bands(entries)
    assert (found.winner.connection, found.loser.connection) == ("blog", "shop")
    assert str(found.witness) == "GET https://www.example.com/blog/"


def test_a_route_within_another_of_its_connection_is_never_reached() -> None:
    shop = connection(0, "team-shop", {"hosts": ["shop.example.com"]}, {"hosts": ["shop.example.com"], "paths": ["/*"]})
    assert check({"shop": shop}) == [
        Problem(
            "connections.shop.routes[1]",
            "is never reached: shop.example.com with any path is all taken by connections.shop.routes[0] (team-shop)",
            "Remove it, or narrow the others.",
        )
    ]


def test_a_route_has_one_entry_for_each_band_with_the_priorities_of_its_rules() -> None:
    shop = connection(3, "team-shop", {"hosts": ["shop.example.com", "*.example.org"], "paths": ["/a", "/b/*"]})
    assert [(one.band, one.priority, one.match) for one in routes.plan_routes("shop", shop).entries] == [
        (0, 121, Match(hosts=("shop.example.com",), paths=("/a",))),
        (3, 15_121, Match(hosts=("shop.example.com",), paths=("/b/*",))),
        (5, 25_121, Match(hosts=("*.example.org",), paths=("/a",))),
        (8, 40_121, Match(hosts=("*.example.org",), paths=("/b/*",))),
    ]


def test_more_routes_than_a_band_holds_are_compared_all_the_same() -> None:
    shop = connection(0, "team-shop", *({"hosts": [f"h{number}.example.com"]} for number in range(45)))
    blog = connection(1, "team-blog", {"hosts": ["h44.example.com"]})
    (problem,) = check({"shop": shop, "blog": blog})
    assert "connections.shop.routes[44] (team-shop)" in problem.reason


def test_an_example_has_a_valid_host_name_where_there_is_one() -> None:
    assert both({"hosts": ("*.example.com",)}, {}) == "GET https://a.example.com/"
    assert both({"hosts": ("*.example.com",)}, {"hosts": ("*.*.example.com",)}) == "GET https://a.a.example.com/"
    assert both({"hosts": ("*-.example.com", "b*.example.com")}, {}) == "GET https://b.example.com/"
    assert both({"hosts": ("-*.example.com",)}, {}) == "GET https://-.example.com/"


def test_case_counts_in_paths_and_methods_only() -> None:
    assert both({"hosts": ("A.example.com",)}, {"hosts": ("a.EXAMPLE.com",)}) == "GET https://a.example.com/"
    assert both({"paths": ("/A",)}, {"paths": ("/a",)}) is None
    assert both({"methods": ("GET",)}, {"methods": ("get",)}) is None
    header = Header(name="X-Env", values=("Blue",))
    lower = Header(name="x-env", values=("blue",))
    assert both({"headers": (header,)}, {"headers": (lower,)}) == "GET https://a/ with X-Env: blue"


def test_a_path_starts_with_a_slash() -> None:
    assert both({"paths": ("a*",)}, {}) is None
    assert never_reached(entry("none", 1, paths=("a*",))) == {"none": []}
    (problem,) = conflicts.shadow_problems(conflicts.shadowed([entry("none", 1, paths=("a*",))]))
    assert problem == Problem(
        "connections.none.routes[0]",
        "is never reached: any host with a* fits no request",
        "Start paths with /, and use values that can occur.",
    )


def test_one_header_with_two_values_keeps_routes_apart_and_two_headers_do_not() -> None:
    blue, green = Header(name="X-Env", values=("blue",)), Header(name="X-Env", values=("gr?en", "*-green"))
    assert both({"headers": (blue,)}, {"headers": (green,)}) is None
    other = Header(name="X-Team", values=("?",))
    assert both({"headers": (blue,)}, {"headers": (other,)}) == "GET https://a/ with X-Env: blue and X-Team: a"


def test_parameters_never_keep_routes_apart_because_a_request_can_have_both() -> None:
    one, two = Parameter(key="version", value="1"), Parameter(key="version", value="2")
    assert both({"query": (one,)}, {"query": (two,)}) == "GET https://a/?version=1&version=2"
    assert both({"query": (one,)}, {"query": (Parameter(value="?"),)}) == "GET https://a/?version=1"


def test_an_escaped_wildcard_in_a_query_is_the_character() -> None:
    star = Match(query=(Parameter(key="q", value=r"a\*"),))
    assert str(overlap(star, star)) == "GET https://a/?q=a*"
    assert not conflicts.matches(star, Witness(host="a", path="/", query=(("q", "ab"),)))


@pytest.mark.parametrize(
    ("one", "other", "source"),
    [
        ("10.0.0.0/8", "10.1.0.0/16", "10.1.0.1"),
        ("10.1.2.3/32", "0.0.0.0/0", "10.1.2.3"),
        ("2001:db8::/32", "2001:db8:1::/48", "2001:db8:1::1"),
        ("10.0.0.0/9", "10.128.0.0/9", None),
        ("0.0.0.0/0", "::/0", None),
    ],
)
def test_sources_meet_in_the_narrower_block(one: str, other: str, source: str | None) -> None:
    request = overlap(Match(sources=(one,)), Match(sources=(other,)))
    assert (request.source if request else None) == source


def test_routes_that_only_together_take_everything_shadow_the_rest() -> None:
    rest = entry("rest", 9, hosts=("shop.example.com",))
    some, root = entry("some", 1, paths=("/?*",)), entry("root", 2, paths=("/",))
    assert never_reached(some, rest) == {}
    assert never_reached(root, rest) == {}
    assert never_reached(some, entry("idle", 3, paths=("/x",), methods=("PUT",)), root, rest) == {
        "idle": ["some"],
        "rest": ["some", "root"],
    }


def test_halves_of_all_sources_and_a_method_each_cover_only_what_they_share() -> None:
    low, high = entry("low", 1, sources=("0.0.0.0/1",)), entry("high", 2, sources=("128.0.0.0/1",))
    v4, all_of_it = entry("v4", 3, sources=("0.0.0.0/0",)), entry("all", 4)
    assert never_reached(low, high, v4, all_of_it) == {"v4": ["low", "high"]}
    get = entry("get", 1, methods=("GET",))
    assert never_reached(get, entry("all", 2)) == {}
    assert never_reached(get, entry("again", 2, methods=("GET",), paths=("/a",))) == {"again": ["get"]}


def test_a_block_covers_no_address_after_its_end() -> None:
    first, both_halves = entry("first", 1, sources=("10.0.0.0/31",)), entry("both", 3, sources=("10.0.0.0/30",))
    assert never_reached(first, both_halves) == {}
    assert never_reached(first, entry("second", 2, sources=("10.0.0.2/31",)), both_halves) == {
        "both": ["first", "second"]
    }


def test_a_route_for_some_requests_does_not_hide_a_route_for_all() -> None:
    tenant = entry("tenant", 1, headers=(Header(name="X-Tenant", values=("*",)),))
    search = entry("search", 2, query=(Parameter(value="*"),))
    assert never_reached(tenant, search, entry("all", 3)) == {}


def test_patterns_beyond_the_limit_are_an_error_that_names_the_route_and_never_a_guess() -> None:
    tangled = ("/*a" + "?" * 20,)
    entries = [entry("one", 1, paths=tangled), entry("two", 2, paths=tangled)]
    assert len(conflicts.conflicts(entries)) == 1
    with pytest.raises(TooComplex) as raised:
        conflicts.shadowed(entries)
    assert raised.value.problems == (
        Problem(
            "connections.two.routes[0]",
            "need more than 50000 steps to be compared",
            "Use fewer ? after a *, or fewer wildcards in one route.",
        ),
    )


def test_check_tells_of_routes_that_are_too_complex_instead_of_failing() -> None:
    tangled = {"hosts": ["shop.example.com"], "paths": ["/*a" + "?" * 20]}
    shop = connection(0, "team-shop", tangled, tangled)
    assert [problem.where for problem in check({"shop": shop})] == ["connections.shop.routes[1]"]


def test_six_wildcards_in_a_rule_are_never_too_complex() -> None:
    entries = [entry(str(number), number, paths=(f"/*{letter}?????",)) for number, letter in enumerate("abcdefgh")]
    assert never_reached(*entries, entry("all", 9, paths=("/*a?????", "/*h?????"))) == {"all": ["0", "7"]}
