"""Whether several routes together leave nothing for another one, and which of them it takes."""

from __future__ import annotations

import dataclasses
import ipaddress
import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from privatelink_ingress.plan.routing.conflicts import automata, language
from privatelink_ingress.plan.routing.conflicts.meeting import METHODS, overlap
from privatelink_ingress.plan.routing.conflicts.requests import Match, Pairs, Parameter, Witness, matches

T = TypeVar("T")

_ANYONE = "192.0.2.1"
"""A client for routes that take all (RFC 5737: for examples)."""


def cover(match: Match, earlier: Sequence[Match]) -> tuple[int, ...] | None:
    """Positions in `earlier` of routes that match every request of `match`, none of them needless.

    None when some request gets through; empty when `match` has no requests at all, such as for the path `a`.

    Works by examples: a request that gets past the routes collected so far is tried on all of `earlier`; the first that
    catches it is collected, and the search goes on until nothing gets past them (covered) or one gets past all (not).

    Raises:
        TooComplex: when the proof takes more than `language.STATES` steps in one of its parts.
    """
    collected: list[int] = []
    request = overlap(match, match)
    if request is not None and request.source is None:
        request = dataclasses.replace(request, source=_ANYONE)
    while request is not None:
        caught = (position for position, other in enumerate(earlier) if matches(other, request))
        if (position := next(caught, None)) is None:
            return None
        if position in collected:
            raise AssertionError(f"{request} was to get past {earlier[position]}")  # Better than no end.
        collected.append(position)
        request = gap(match, [earlier[other] for other in collected])
    for position in sorted(collected, reverse=True):
        rest = [other for other in collected if other != position]
        if gap(match, [earlier[other] for other in rest]) is None:
            collected = rest
    return tuple(sorted(collected))


def gap(match: Match, covers: Sequence[Match]) -> Witness | None:
    """A request that `match` has and no route of `covers`.

    For each kind of condition, the values that `match` takes fall into classes by which of `covers` take them too. A
    request is a class of each kind, and gets through when no cover is in all of its classes. It is enough to look at
    requests with one value for each condition of `match` and nothing beside: whatever a request has in addition can
    only make it match more. For the same reason, a cover must not ask for a header or query that `match` does not.
    """
    names = sorted({header.name.lower() for header in match.headers})
    parts: list[Mapping[int, Any]] = [
        _texts(language.HOST, [match.hosts], [[other.hosts] for other in covers]),
        _texts(language.PATHS, [match.paths], [[other.paths] for other in covers]),
        _methods(match.methods, [other.methods for other in covers]),
        _sources(match.sources, [other.sources for other in covers]),
        _parameters(match.query, [other.query for other in covers]),
        *(
            _texts(language.HEADER_VALUE, _named(match, name), [_named(other, name) for other in covers])
            for name in names
        ),
    ]
    reached: dict[int, tuple[Any, ...]] = {(1 << len(covers)) - 1: ()}
    for part in parts:
        reached = _least(
            (
                (left & right, (*values, value))
                for (left, values), (right, value) in itertools.product(reached.items(), _least(part.items()).items())
            )
        )
    if 0 not in reached:
        return None
    host, path, method, source, query, *values = reached[0]
    return Witness(
        host=host,
        path=path,
        method=method,
        source=source,
        query=query,
        headers=tuple(zip(names, values, strict=True)),
    )


def _named(match: Match, name: str) -> list[tuple[str, ...]]:
    return [header.values for header in match.headers if header.name.lower() == name]


def _bits(flags: Iterable[bool]) -> int:
    return sum(1 << index for index, flag in enumerate(flags) if flag)


def _least(classes: Iterable[tuple[int, T]]) -> dict[int, T]:
    """The classes without those that hold all of a smaller one: where they let a request through, it does too."""
    kept: dict[int, T] = {}
    first: dict[int, T] = {}
    for bits, value in classes:
        first.setdefault(bits, value)
        if len(first) > language.STATES:
            raise language.TooComplex
    for bits, value in sorted(first.items(), key=lambda item: item[0].bit_count()):
        if not any(bits & smaller == smaller for smaller in kept):
            kept[bits] = value
    return kept


def _texts(
    kind: language.Language, own: Sequence[tuple[str, ...]], covers: Sequence[Sequence[tuple[str, ...]]]
) -> dict[int, str]:
    """Classes of texts. Each of `own` and of a cover is one condition, and all of one's conditions must be met."""
    patterns = sorted({pattern for side in (own, *covers) for condition in side for pattern in condition or ("*",)})
    bit = {pattern: 1 << index for index, pattern in enumerate(patterns)}

    def masks(side: Sequence[tuple[str, ...]]) -> list[int]:
        return [sum(bit[pattern] for pattern in set(condition or ("*",))) for condition in side]

    own_masks, cover_masks = masks(own), [masks(side) for side in covers]
    found: dict[int, str] = {}
    for signature, text in automata.classes(kind, patterns, own_masks[0]).items():
        if all(signature & mask for mask in own_masks):
            met = _bits(all(signature & mask for mask in side) for side in cover_masks)
            found.setdefault(met, text)
    return found


def _methods(own: tuple[str, ...], covers: Sequence[tuple[str, ...]]) -> dict[int, str]:
    named = {word for words in covers for word in words}
    # Any word can be a method, so where all are taken there is always one that no cover names.
    inventions = ("X" * length for length in itertools.count(1))
    another = next(word for word in itertools.chain(METHODS, inventions) if word not in named)
    found: dict[int, str] = {}
    for word in own or (*sorted(named), another):
        found.setdefault(_bits(not words or word in words for words in covers), word)
    return found


def _sources(own: tuple[str, ...], covers: Sequence[tuple[str, ...]]) -> dict[int, str]:
    """Classes of addresses: membership changes only where a block begins or has just ended."""
    everything = ("0.0.0.0/0", "::/0")
    blocks = [ipaddress.ip_network(block) for block in own or everything]
    others = [[ipaddress.ip_network(block) for block in side] for side in covers]
    found: dict[int, str] = {}
    for version in (4, 6):
        mine = [block for block in (*blocks, *itertools.chain(*others)) if block.version == version]
        edges = {int(block.network_address) for block in mine} | {int(block.broadcast_address) + 1 for block in mine}
        make: Callable[[int], ipaddress.IPv4Address | ipaddress.IPv6Address] = (
            ipaddress.IPv4Address if version == 4 else ipaddress.IPv6Address
        )
        for edge in sorted(edges):
            if edge >= 1 << (32 if version == 4 else 128):
                continue
            address = make(edge)
            if any(address in block for block in blocks):
                met = _bits(not side or any(address in block for block in side) for side in others)
                found.setdefault(met, str(address))
    return found


def _parameters(own: tuple[Parameter, ...], covers: Sequence[tuple[Parameter, ...]]) -> dict[int, Pairs]:
    """Classes of one key and value; a request without parameters where no rule needs one."""
    if not own:
        return {(1 << len(covers)) - 1: ()}
    wanted = sorted({(parameter.key, parameter.value) for side in (own, *covers) for parameter in side})
    bit = {pair: 1 << index for index, pair in enumerate(wanted)}
    keys = _by_wanted(language.QUERY_KEY, [key for key, _ in wanted])
    values = _by_wanted(language.QUERY_VALUE, [value for _, value in wanted])
    mine = sum(bit[pair] for pair in {(parameter.key, parameter.value) for parameter in own})
    masks = [sum({bit[parameter.key, parameter.value] for parameter in side}) for side in covers]
    if len(keys) * len(values) > language.STATES:
        raise language.TooComplex
    found: dict[int, Pairs] = {}
    for (left, key), (right, value) in itertools.product(keys.items(), values.items()):
        if left & right & mine:
            met = _bits(not side or bool(left & right & mask) for side, mask in zip(covers, masks, strict=True))
            found.setdefault(met, ((key, value),))
    return found


def _by_wanted(kind: language.Language, patterns: Sequence[str]) -> dict[int, str]:
    return automata.classes(kind, patterns, (1 << len(patterns)) - 1)
