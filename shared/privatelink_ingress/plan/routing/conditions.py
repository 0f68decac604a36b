"""The conditions of one listener rule, and what they use up of the quotas of a rule."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from privatelink_ingress.plan.routing import packing, patterns
from privatelink_ingress.plan.routing.conflicts import Header, Match, Parameter

ANY_KEY = Parameter.key
"""Of a query parameter; the rule then names no key."""


def names(match: Match) -> list[str]:
    """The conditions that a rule has, by their keys in a stack file."""
    return [name for name, _ in _conditions(match)]


def wildcards(match: Match) -> list[list[int]]:
    """For each condition, in the order of `names`, the wildcards of each of its values."""
    return [[_weight(value) for value in values] for _, values in _conditions(match)]


def split(match: Match) -> list[Match]:
    """The fewest rules that hold it (`rule_split.split`), each with a share of every condition."""
    return sorted((_share(match, rule) for rule in packing.split(wildcards(match))), key=alphabetical)


def alphabetical(match: Match) -> tuple[object, ...]:
    """A key to sort by."""
    return (match.hosts, match.paths, match.methods, repr(match.headers), repr(match.query), match.sources)


def _share(match: Match, rule: Sequence[Sequence[int]]) -> Match:
    places = dict(zip(names(match), rule, strict=True))

    def some(name: str, values: Sequence[Any]) -> tuple[Any, ...]:
        return tuple(values[place] for place in places[name]) if values else ()

    return Match(
        hosts=some("hosts", match.hosts),
        paths=some("paths", match.paths),
        methods=some("methods", match.methods),
        headers=tuple(
            Header(name=header.name, values=some(_header(header), header.values)) for header in match.headers
        ),
        query=some("query", match.query),
        sources=some("sources", match.sources),
    )


def _conditions(match: Match) -> list[tuple[str, Sequence[str | Parameter]]]:
    every: list[tuple[str, Sequence[str | Parameter]]] = [
        ("hosts", match.hosts),
        ("paths", match.paths),
        ("methods", match.methods),
        *((_header(header), header.values) for header in match.headers),
        ("query", match.query),
        ("sources", match.sources),
    ]
    return [(name, values) for name, values in every if values]


def _header(header: Header) -> str:
    return f"headers.{header.name}"


def _weight(value: str | Parameter) -> int:
    if isinstance(value, str):
        return patterns.wildcards(value)
    # AWS does not say whether an escaped one counts, so it does. A key that is not named has none.
    return patterns.wildcards(value.value) + (patterns.wildcards(value.key) if value.key != ANY_KEY else 0)
