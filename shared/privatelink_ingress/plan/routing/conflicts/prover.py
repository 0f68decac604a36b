"""Conflicts, overlaps and unreachable routes on one listener."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Iterable, Sequence

from privatelink_ingress.plan.routing.conflicts import language
from privatelink_ingress.plan.routing.conflicts.coverage import cover
from privatelink_ingress.plan.routing.conflicts.index import candidates
from privatelink_ingress.plan.routing.conflicts.meeting import overlap
from privatelink_ingress.plan.routing.conflicts.requests import Entry, Witness


@dataclasses.dataclass(frozen=True, kw_only=True)
class Conflict:
    """Routes of two connections that can match one request in the same band, so that only their slots would decide."""

    first: Entry
    """The one that would answer."""
    second: Entry
    witness: Witness


@dataclasses.dataclass(frozen=True, kw_only=True)
class Overlap:
    """Routes of two connections that can match one request, of which the more specific band is meant to answer."""

    winner: Entry
    loser: Entry
    witness: Witness


@dataclasses.dataclass(frozen=True, kw_only=True)
class Shadowed:
    """A route that no request reaches."""

    entry: Entry
    by: tuple[Entry, ...]
    """Earlier routes that take all of its requests, none of them needless; empty when it has no requests at all."""


def conflicts(entries: Sequence[Entry]) -> list[Conflict]:
    """Every pair of entries of different connections in the same band that some request matches, by priority.

    Exact. Takes time in proportion to the entries, and to the pairs whose hosts meet and whose paths begin alike.
    """
    by_band: defaultdict[int, list[Entry]] = defaultdict(list)
    for entry in _in_order(entries):
        by_band[entry.band].append(entry)
    return [
        Conflict(first=first, second=second, witness=witness)
        for _, band in sorted(by_band.items())
        for first, second, witness in _meeting(band)
    ]


def overlaps_between_bands(entries: Sequence[Entry]) -> list[Overlap]:
    """Every pair of entries of different connections in different bands that some request matches, by priority."""
    return [
        Overlap(winner=first, loser=second, witness=witness)
        for first, second, witness in _meeting(_in_order(entries))
        if first.band != second.band
    ]


def shadowed(entries: Sequence[Entry]) -> list[Shadowed]:
    """Every entry that nothing reaches, because earlier ones of any connection take all of its requests together.

    Exact over texts of any length. Most entries are settled by one or two example requests; for the others, the classes
    of texts that patterns can tell apart are counted out.

    Raises:
        TooComplex: when that takes more than `language.STATES` steps; it names the entry.
    """
    ordered = _in_order(entries)
    earlier: defaultdict[int, list[Entry]] = defaultdict(list)
    for before, after in candidates(ordered):
        earlier[after].append(ordered[before])
    unreachable = []
    for position, entry in enumerate(ordered):
        try:
            by = cover(entry.match, [other.match for other in earlier[position]])
        except language.TooComplex as error:
            raise language.TooComplex(entry.where, error.problems[0].reason) from None
        if by is not None:
            unreachable.append(Shadowed(entry=entry, by=tuple(earlier[position][index] for index in by)))
    return unreachable


def _in_order(entries: Iterable[Entry]) -> list[Entry]:
    return sorted(entries, key=lambda entry: entry.priority)


def _meeting(ordered: Sequence[Entry]) -> Iterable[tuple[Entry, Entry, Witness]]:
    for before, after in candidates(ordered):
        first, second = ordered[before], ordered[after]
        if first.connection != second.connection and (witness := overlap(first.match, second.match)) is not None:
            yield first, second, witness
