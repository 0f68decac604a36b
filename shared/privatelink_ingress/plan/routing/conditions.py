"""The conditions of one listener rule, and their use of a rule's quotas."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from privatelink_ingress.plan.routing import packing, patterns
from privatelink_ingress.plan.routing.conflicts import Header, Match, Parameter
from privatelink_ingress.problems import Problem

ANY_KEY = Parameter.key
"""Key pattern of a query parameter whose rule names no key."""


def names(match: Match) -> list[str]:
    """The conditions of a rule, by their keys in a stack file."""
    return [name for name, _ in _conditions(match)]


def wildcards(match: Match) -> list[list[int]]:
    """For each condition, in the order of `names`, the wildcards of each of its values."""
    return [[_weight(value) for value in values] for _, values in _conditions(match)]


def split(match: Match) -> list[Match]:
    """The fewest rules for it (`packing.split`), each with a share of every condition's values."""
    return sorted((_share(match, rule) for rule in packing.split(wildcards(match))), key=alphabetical)


def alphabetical(match: Match) -> tuple[object, ...]:
    """A key to sort by."""
    return (match.hosts, match.paths, match.methods, repr(match.headers), repr(match.query), match.sources)


def _share(match: Match, rule: Sequence[Sequence[int]]) -> Match:
    positions = dict(zip(names(match), rule, strict=True))

    def share(name: str, values: Sequence[Any]) -> tuple[Any, ...]:
        return tuple(values[position] for position in positions[name]) if values else ()

    return Match(
        hosts=share("hosts", match.hosts),
        paths=share("paths", match.paths),
        methods=share("methods", match.methods),
        headers=tuple(
            Header(name=header.name, values=share(_header(header), header.values)) for header in match.headers
        ),
        query=share("query", match.query),
        sources=share("sources", match.sources),
    )


def _conditions(match: Match) -> list[tuple[str, Sequence[str | Parameter]]]:
    conditions: list[tuple[str, Sequence[str | Parameter]]] = [
        ("hosts", match.hosts),
        ("paths", match.paths),
        ("methods", match.methods),
        *((_header(header), header.values) for header in match.headers),
        ("query", match.query),
        ("sources", match.sources),
    ]
    return [(name, values) for name, values in conditions if values]


def _header(header: Header) -> str:
    return f"headers.{header.name}"


def _weight(value: str | Parameter) -> int:
    if isinstance(value, str):
        return patterns.wildcards(value)
    # AWS does not document whether an escaped wildcard counts, so it does here. An unnamed key has none.
    return patterns.wildcards(value.value) + (patterns.wildcards(value.key) if value.key != ANY_KEY else 0)


def too_wide(where: str, match: Match) -> Problem:
    """Why no rule of the load balancer holds even one value of each condition of a route."""
    conditions = dict(zip(names(match), wildcards(match), strict=True))
    if len(conditions) > packing.VALUES:
        return Problem(
            where,
            f"has {len(conditions)} conditions ({', '.join(conditions)}), but a rule of the load balancer holds "
            f"{packing.VALUES} values",
            "Use fewer conditions, and leave the rest to the service.",
        )
    heaviest = {name: max(wildcards) for name, wildcards in conditions.items() if max(wildcards)}
    return Problem(
        where,
        f"needs a rule with {sum(heaviest.values())} wildcards "
        f"({', '.join(f'{count} in {name}' for name, count in heaviest.items())}), "
        f"but a rule of the load balancer holds {packing.WILDCARDS}",
        f"Use fewer * and ? in {' or '.join(heaviest)}.",
    )
