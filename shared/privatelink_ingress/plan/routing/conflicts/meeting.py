"""Whether one request can match two routes, and which."""

from __future__ import annotations

import ipaddress
import itertools
from collections.abc import Iterable

from privatelink_ingress.plan.routing.conflicts import automata, language
from privatelink_ingress.plan.routing.conflicts.requests import Header, Match, Pairs, Parameter, Witness

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
"""Methods that an example takes before others (RFC 9110, RFC 5789)."""


def overlap(one: Match, other: Match) -> Witness | None:
    """A request that matches both routes; None when there is none. The same in either order, and short.

    Exact: conditions of different kinds do not touch each other, so a request for both exists when there is a value for
    each kind. Patterns are compared in pairs, each in time proportional to the product of their lengths.
    """
    # The cheapest first: among many routes of one host, most pairs are apart by method or header.
    if (
        (method := _method(one.methods, other.methods)) is None
        or (headers := _headers((*one.headers, *other.headers))) is None
        or (source := _source(one.sources, other.sources)) is None
        or (host := _text(language.HOST, one.hosts, other.hosts)) is None
        or (path := _text(language.PATHS, one.paths, other.paths)) is None
        or (query := _query(one.query, other.query)) is None
    ):
        return None
    return Witness(host=host, path=path, method=method, headers=headers, query=query, source=source or None)


def _text(kind: language.Language, one: tuple[str, ...], other: tuple[str, ...]) -> str | None:
    pairs = itertools.product(one or ("*",), other or ("*",))
    # A text of the wrong form is found only where the pair has no better one: prefer what other pairs offer.
    return min(
        (text for pair in pairs if (text := automata.meet(kind, *pair)) is not None),
        key=lambda text: (not has_form(kind.preferred, text), len(text), text),
        default=None,
    )


def has_form(shape: language.Shape, text: str) -> bool:
    """Whether a text has the form."""
    state: int | None = 0
    for character in text:
        if state is None:
            return False
        state = shape.step(state, character)
    return state in shape.ends


def _method(one: tuple[str, ...], other: tuple[str, ...]) -> str | None:
    if not one and not other:
        return METHODS[0]
    both = set(one) & set(other) if one and other else {*one, *other}
    return min(both, key=lambda word: (METHODS.index(word) if word in METHODS else len(METHODS), word), default=None)


def _headers(conditions: Iterable[Header]) -> Pairs | None:
    by_name: dict[str, list[Header]] = {}
    for condition in conditions:
        by_name.setdefault(condition.name.lower(), []).append(condition)
    found = []
    for _, same in sorted(by_name.items()):
        value = _value([condition.values for condition in same])
        if value is None:
            return None
        found.append((min(condition.name for condition in same), value))
    return tuple(found)


def _value(conditions: list[tuple[str, ...]]) -> str | None:
    """A shortest header value that meets every condition."""
    if len(conditions) <= 2:
        return _text(language.HEADER_VALUE, conditions[0], conditions[-1])
    patterns = list(itertools.chain.from_iterable(conditions))
    places = iter(range(len(patterns)))
    masks = [sum(1 << next(places) for _ in values) for values in conditions]
    found = automata.classes(language.HEADER_VALUE, patterns, masks[0])
    texts = [text for signature, text in found.items() if all(signature & mask for mask in masks)]
    return min(texts, key=lambda text: (not text, len(text), text), default=None)


def _query(one: tuple[Parameter, ...], other: tuple[Parameter, ...]) -> Pairs | None:
    """One parameter for both conditions if it can be, else one for each: two conditions never exclude each other."""
    if not one or not other:
        return _parameter(one or other, one or other) if one or other else ()
    if shared := _parameter(one, other):
        return shared
    left, right = _parameter(one, one), _parameter(other, other)
    return tuple(sorted({*left, *right})) if left and right else None


def _parameter(one: tuple[Parameter, ...], other: tuple[Parameter, ...]) -> Pairs | None:
    found = []
    for left, right in itertools.product(one, other):
        key = automata.meet(language.QUERY_KEY, left.key, right.key)
        value = automata.meet(language.QUERY_VALUE, left.value, right.value)
        if key is not None and value is not None:
            found.append((key, value))
    best = min(found, key=lambda pair: (not pair[0], len(pair[0]) + len(pair[1]), pair), default=None)
    return None if best is None else (best,)


def _source(one: tuple[str, ...], other: tuple[str, ...]) -> str | None:
    """An address for both; empty when neither asks for one, None when there is none."""
    if not one or not other:
        return _address(one or other) if one or other else ""
    return _address([_narrower(left, right) for left, right in itertools.product(one, other) if _touch(left, right)])


def _touch(one: str, other: str) -> bool:
    left, right = ipaddress.ip_network(one), ipaddress.ip_network(other)
    return left.version == right.version and left.overlaps(right)


def _narrower(one: str, other: str) -> str:
    return max(one, other, key=lambda block: ipaddress.ip_network(block).prefixlen)


def _address(blocks: Iterable[str]) -> str | None:
    """The first address of the lowest block, after its network address where there is one."""
    networks = [ipaddress.ip_network(block) for block in blocks]
    lowest = min(networks, key=lambda block: (block.version, int(block.network_address)), default=None)
    if lowest is None:
        return None
    return str(lowest.network_address + (lowest.num_addresses > 1))
