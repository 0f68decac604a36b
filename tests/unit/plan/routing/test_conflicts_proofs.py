"""The prover's answers are those of a plain enumeration of requests, which reads patterns with `tests.support.globs`.

Patterns have at most three tokens over few characters. Whether a text matches such patterns then depends on its first
two and last two characters, on its length up to five and on the characters that it holds, so texts of up to five
characters, one of which stands for all that no pattern names, show every case.
"""

from __future__ import annotations

import dataclasses
import functools
import ipaddress
import itertools
from collections.abc import Callable, Iterable
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from privatelink_ingress.plan.routing.conflicts import (
    Entry,
    Header,
    Match,
    Parameter,
    Witness,
    conflicts,
    matches,
    overlap,
    overlaps_between_bands,
    shadowed,
)
from tests.support import globs
from tests.support.examples import examples

LONGEST = 5
OTHER = "z"
"""Stands for the characters that no pattern names."""

HOST_TEXTS = ["".join(text) for n in range(LONGEST + 1) for text in itertools.product("ab." + OTHER, repeat=n)]
PATH_TEXTS = ["/" + "".join(text) for n in range(LONGEST) for text in itertools.product("aA/" + OTHER, repeat=n)]
VALUE_TEXTS = ["".join(text) for n in range(LONGEST + 1) for text in itertools.product("ab" + OTHER, repeat=n)]
METHODS = ["GET", "get", "PUT", OTHER]
SOURCES = ["10.0.0.0", "10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4", "192.0.2.1", "fd00::", "fd00::1", "2001:db8::1"]
BLOCKS = ["0.0.0.0/0", "10.0.0.0/30", "10.0.0.0/31", "10.0.0.2/31", "10.0.0.1/32", "::/0", "fd00::/127", "fd00::1/128"]


def texts(characters: str) -> st.SearchStrategy[str]:
    return st.text(characters + "*?", min_size=1, max_size=3)


def some(values: st.SearchStrategy, most: int = 2) -> st.SearchStrategy:
    return st.lists(values, max_size=most).map(tuple)


PATHS = st.one_of(texts("aA/").map(lambda text: "/" + text[:2]), texts("aA/"))
HEADERS = st.builds(
    Header,
    name=st.sampled_from(["X-One", "x-one", "X-Two"]),
    values=st.lists(texts("abB"), min_size=1, max_size=2).map(tuple),
)
PARAMETERS = st.one_of(st.builds(Parameter, value=texts("aB")), st.builds(Parameter, key=texts("aB"), value=texts("a")))

ROUTES = st.builds(Match, hosts=some(texts("aB.")), paths=some(PATHS))
"""Routes as they are now."""

MATCHES = st.builds(
    Match,
    hosts=some(texts("aB."), 1),
    paths=some(PATHS),
    methods=some(st.sampled_from(METHODS[:3])),
    headers=some(HEADERS),
    query=some(PARAMETERS),
    sources=some(st.sampled_from(BLOCKS)),
)
"""Routes with every kind of condition."""

Truth = tuple[bool, ...]


def rows(values: Iterable[Any], hit: Callable[[Match, Any], bool], routes: tuple[Match, ...]) -> set[Truth]:
    """For each value, which routes it suits; each combination once."""
    return {tuple(hit(route, value) for route in routes) for value in values}


@functools.cache
def hosts_of(pattern: str) -> frozenset[str]:
    return frozenset(text for text in HOST_TEXTS if globs.matches_host(pattern, text))


@functools.cache
def paths_of(pattern: str) -> frozenset[str]:
    return frozenset(text for text in PATH_TEXTS if globs.matches_path(pattern, text))


@functools.cache
def values_of(pattern: str) -> frozenset[str]:
    return frozenset(text for text in VALUE_TEXTS if globs.matches_host(pattern, text))


def suits_header(route: Match, name: str, value: str | None) -> bool:
    conditions = [header.values for header in route.headers if header.name.lower() == name]
    return all(
        value is not None and any(value in values_of(pattern) for pattern in condition) for condition in conditions
    )


def parameter_rows(routes: tuple[Match, ...]) -> set[Truth]:
    """Which routes the query of a request suits: of none, one, or any number of parameters."""
    wanted = sorted({(one.key, one.value) for route in routes for one in route.query})
    keys = {tuple(text in values_of(key) for key, _ in wanted) for text in VALUE_TEXTS}
    values = {tuple(text in values_of(value) for _, value in wanted) for text in VALUE_TEXTS}
    single = {tuple(map(all, zip(key, value, strict=True))) for key in keys for value in values}
    met = {
        tuple(any(hits[wanted.index((one.key, one.value))] for one in route.query) for route in routes)
        for hits in single
    }
    queries = {tuple(False for _ in routes)}
    while larger := {tuple(map(any, zip(*pair, strict=True))) for pair in itertools.product(queries, met)} - queries:
        queries |= larger
    return {tuple(hit or not route.query for hit, route in zip(row, routes, strict=True)) for row in queries}


def enumerated(routes: tuple[Match, ...]) -> set[Truth]:
    """Every combination of routes that some request matches, and no other."""
    kinds = [
        rows(HOST_TEXTS, lambda r, text: not r.hosts or any(text in hosts_of(p) for p in r.hosts), routes),
        rows(PATH_TEXTS, lambda r, text: not r.paths or any(text in paths_of(p) for p in r.paths), routes),
        rows(METHODS, lambda r, word: not r.methods or word in r.methods, routes),
        rows(
            map(ipaddress.ip_address, SOURCES),
            lambda r, ip: not r.sources or any(ip in ipaddress.ip_network(block) for block in r.sources),
            routes,
        ),
        rows([None, *VALUE_TEXTS], lambda r, value: suits_header(r, "x-one", value), routes),
        rows([None, *VALUE_TEXTS], lambda r, value: suits_header(r, "x-two", value), routes),
        parameter_rows(routes),
    ]
    found = {tuple(True for _ in routes)}
    for kind in kinds:
        found = {tuple(map(all, zip(*pair, strict=True))) for pair in itertools.product(found, kind)}
    return found


def suits(route: Match, request: Witness) -> bool:
    """Whether a request matches a route, read with `plan/patterns`."""
    headers = {name.lower(): value for name, value in request.headers}
    return (
        (not route.hosts or any(globs.matches_host(pattern, request.host) for pattern in route.hosts))
        and (not route.paths or any(globs.matches_path(pattern, request.path) for pattern in route.paths))
        and (not route.methods or request.method in route.methods)
        and all(
            header.name.lower() in headers
            and any(globs.matches_host(pattern, headers[header.name.lower()]) for pattern in header.values)
            for header in route.headers
        )
        and (
            not route.query
            or any(
                globs.matches_host(one.key, key) and globs.matches_host(one.value, value)
                for one in route.query
                for key, value in request.query
            )
        )
        and (
            not route.sources
            or any(ipaddress.ip_address(request.source or "") in ipaddress.ip_network(b) for b in route.sources)
        )
    )


def entry(position: int, match: Match, *, band: int = 0) -> Entry:
    return Entry(
        connection=f"c{position}",
        key="routes[0]",
        owner=f"team-{position}",
        band=band,
        priority=100 * band + position,
        match=match,
    )


@examples(quick=40, whole=300)
@given(st.one_of(st.tuples(ROUTES, ROUTES), st.tuples(MATCHES, MATCHES)))
def test_two_routes_overlap_exactly_when_some_request_matches_both(routes: tuple[Match, Match]) -> None:
    assert (overlap(*routes) is not None) == ((True, True) in enumerated(routes))


@examples(quick=40, whole=300)
@given(MATCHES, MATCHES)
def test_the_example_matches_both_routes_and_is_the_same_in_either_order(one: Match, other: Match) -> None:
    request = overlap(one, other)
    assert request == overlap(other, one)
    if request is not None:
        assert suits(one, request)
        assert suits(other, request)
        assert request.path.startswith("/")
        assert set(request.host) <= set("ab.-")


@examples(quick=40, whole=300)
@given(MATCHES, st.sampled_from(HOST_TEXTS), st.sampled_from(PATH_TEXTS), st.sampled_from(METHODS), st.data())
def test_matches_reads_patterns_as_the_plan_does(match: Match, host: str, path: str, method: str, data) -> None:
    pairs = st.lists(st.tuples(st.sampled_from(VALUE_TEXTS), st.sampled_from(VALUE_TEXTS)), max_size=2).map(tuple)
    value = st.sampled_from(VALUE_TEXTS)
    request = Witness(
        host=host,
        path=path,
        method=method,
        query=data.draw(pairs),
        headers=data.draw(st.sampled_from([(), (("x-ONE", data.draw(value)),), (("X-Two", data.draw(value)),)])),
        source=data.draw(st.sampled_from(SOURCES)),
    )
    assert matches(match, request) == suits(match, request)


def prove_reachability(routes: tuple[Match, ...]) -> None:
    entries = [entry(position, match) for position, match in enumerate(routes)]
    requests = enumerated(routes)
    reached = {row.index(True) for row in requests if True in row}
    found = shadowed(entries)
    assert {int(one.entry.connection[1:]) for one in found} == set(range(len(routes))) - reached
    for one in found:
        place, by = int(one.entry.connection[1:]), [int(other.connection[1:]) for other in one.by]
        assert all(other < place for other in by)
        own = [row for row in requests if row[place]]
        assert all(any(row[other] for other in by) for row in own)
        for spared in by:
            assert not all(any(row[other] for other in by if other != spared) for row in own)


@examples(quick=40, whole=300)
@given(st.lists(ROUTES, min_size=2, max_size=5).map(tuple))
def test_a_route_of_hosts_and_paths_is_shadowed_exactly_when_no_request_reaches_it(routes: tuple[Match, ...]) -> None:
    prove_reachability(routes)


@examples(quick=40, whole=300)
@given(st.lists(MATCHES, min_size=2, max_size=4).map(tuple))
def test_a_route_of_any_kind_is_shadowed_exactly_when_no_request_reaches_it(routes: tuple[Match, ...]) -> None:
    prove_reachability(routes)


@examples(quick=40, whole=300)
@given(
    st.lists(
        st.builds(
            Match,
            methods=some(st.sampled_from(METHODS[:3])),
            headers=some(st.builds(Header, name=st.just("X-One"), values=st.sampled_from([("a*",), ("?",), ("*",)]))),
            query=some(st.builds(Parameter, value=st.sampled_from(["a*", "?*", "*", "a", ""]))),
            sources=some(st.sampled_from(BLOCKS), 3),
        ),
        min_size=3,
        max_size=5,
    ).map(tuple)
)
def test_routes_that_several_others_cover_together_are_found(routes: tuple[Match, ...]) -> None:
    prove_reachability(routes)


@examples(quick=40, whole=300)
@given(st.lists(st.builds(Match, sources=some(st.sampled_from(BLOCKS), 3)), min_size=2, max_size=4).map(tuple))
def test_blocks_of_addresses_that_cover_another_together_are_found(routes: tuple[Match, ...]) -> None:
    prove_reachability(routes)


@examples(quick=30, whole=200)
@given(st.lists(st.tuples(st.integers(0, 1), ROUTES), min_size=2, max_size=6))
def test_the_look_up_misses_no_pair(routes: list[tuple[int, Match]]) -> None:
    entries = [entry(position, match, band=band) for position, (band, match) in enumerate(routes)]
    expected = {
        (one.connection, other.connection)
        for one, other in itertools.combinations(sorted(entries, key=lambda each: each.priority), 2)
        if overlap(one.match, other.match) is not None
    }
    same = {(one.first.connection, one.second.connection) for one in conflicts(entries)}
    apart = {(one.winner.connection, one.loser.connection) for one in overlaps_between_bands(entries)}
    assert same | apart == expected
    bands = {each.connection: each.band for each in entries}
    assert all(bands[one] == bands[other] for one, other in same)
    assert all(bands[one] < bands[other] for one, other in apart)


@examples(quick=30, whole=200)
@given(st.lists(ROUTES, min_size=1, max_size=4), ROUTES)
def test_another_route_changes_nothing_between_the_others(routes: list[Match], newcomer: Match) -> None:
    entries = [entry(position, match) for position, match in enumerate(routes)]
    more = [*entries, entry(len(routes), newcomer)]
    others = [one for one in conflicts(more) if f"c{len(routes)}" not in (one.first.connection, one.second.connection)]
    assert others == conflicts(entries)
    assert [one for one in shadowed(more) if one.entry.connection != f"c{len(routes)}"] == shadowed(entries)


@examples(quick=30, whole=200)
@given(st.lists(ROUTES, min_size=1, max_size=4))
def test_a_route_twice_is_always_shadowed_the_second_time(routes: list[Match]) -> None:
    entries = [entry(position, match) for position, match in enumerate(routes)]
    again = dataclasses.replace(entries[-1], connection="again", priority=len(routes))
    assert "again" in {one.entry.connection for one in shadowed([*entries, again])}
