"""From what a connection answers to, to the rules of the listener."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

from privatelink_ingress.plan.routing import conditions as rule_conditions
from privatelink_ingress.plan.routing import conflicts, packing, patterns, priorities
from privatelink_ingress.plan.routing.conflicts import Entry, Header, Match, Parameter
from privatelink_ingress.problems import Problem
from privatelink_ingress.settings.edge import Connection
from privatelink_ingress.settings.routes import Rewrite, Route

ANY_PATH = "/*"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Rule:
    """One listener rule."""

    key: str
    """Stable within its connection: `exact-host-prefix-2-0`. A rule of one key never changes its priority."""
    priority: int
    match: Match
    rewrite: Rewrite | None = None

    @property
    def values(self) -> int:
        """Condition values that it uses up."""
        return sum(map(len, rule_conditions.wildcards(self.match)))

    @property
    def wildcards(self) -> int:
        """Wildcards that it uses up."""
        return sum(map(sum, rule_conditions.wildcards(self.match)))


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Part:
    """The part of a route that lies in one band."""

    band: int
    place: int
    """Of the route in its connection."""
    match: Match
    rewrite: Rewrite | None


def hosts(connection: Connection) -> tuple[str, ...]:
    """The distinct hosts of a connection, in lower case: case does not count in a host."""
    return tuple(sorted(places("", connection)))


def places(name: str, connection: Connection) -> dict[str, str]:
    """For each host of connection `name`, in lower case, the key path where it is first listed."""
    found: dict[str, str] = {}
    for place, route in enumerate(connection.routes):
        for position, host in enumerate(route.hosts):
            found.setdefault(host.lower(), f"connections.{name}.routes[{place}].hosts[{position}]")
    return found


def rules(connection: Connection) -> tuple[Rule, ...]:
    """The rules of a connection by priority. The order of the entries in the stack file does not matter.

    Within a band, routes that ask for more come first: those with more further conditions (methods, each header, query,
    sources), then those whose paths, then whose hosts have more characters that are no wildcards, then by alphabet.

    Raises:
        ValueError: when they are too many, or a route fits no rule; `check` rules that out for users.
    """
    planned = []
    for number, parts in groupby(_parts(connection), key=lambda part: part.band):
        band, index = priorities.BANDS[number], 0
        for part in parts:
            if packing.at_least(rule_conditions.wildcards(part.match)) > priorities.RULES_PER_BAND:
                raise ValueError(f"routes[{part.place}] needs more rules than a band holds")
            for match in rule_conditions.split(part.match):
                priority = priorities.priority(connection.slot, band, index)
                planned.append(Rule(key=f"{band.key}-{index}", priority=priority, match=match, rewrite=part.rewrite))
                index += 1
    return tuple(planned)


def entries(name: str, connection: Connection) -> list[Entry]:
    """What the proofs of `plan/conflicts` compare: a route's part in each band, in the order of the rules."""
    return [
        Entry(
            connection=name,
            key=_key(part),
            owner=connection.owner,
            band=number,
            # In the order of its rules; more than fit into a band share the last place.
            priority=priorities.priority(
                connection.slot, priorities.BANDS[number], min(index, priorities.RULES_PER_BAND - 1)
            ),
            match=part.match,
        )
        for number, parts in groupby(_parts(connection), key=lambda part: part.band)
        for index, part in enumerate(parts)
    ]


def check(connections: Mapping[str, Connection]) -> list[Problem]:
    """What keeps routes from being rules: a quota, the same requests as another connection's, or none at all."""
    problems = [problem for name, connection in connections.items() for problem in _check_size(name, connection)]
    return problems + conflicts.check(
        [entry for name, connection in sorted(connections.items()) for entry in entries(name, connection)]
    )


def _check_size(name: str, connection: Connection) -> Iterable[Problem]:
    needed: defaultdict[int, int] = defaultdict(int)
    refused: set[int] = set()
    for part in _parts(connection):
        conditions = rule_conditions.wildcards(part.match)
        if packing.fits_at_all(conditions):
            # More than a band holds need not be counted out.
            least = packing.at_least(conditions)
            needed[part.band] += least if least > priorities.RULES_PER_BAND else len(rule_conditions.split(part.match))
        elif part.place not in refused:
            refused.add(part.place)
            yield _too_wide(f"connections.{name}.{_key(part)}", part.match)
    for number, total in needed.items():
        if total > priorities.RULES_PER_BAND:
            yield Problem(
                f"connections.{name}.routes",
                f"need {total} rules of kind {priorities.BANDS[number].key}, but a connection has room for "
                f"{priorities.RULES_PER_BAND}",
                "Use wildcards, or publish some of the routes as another connection.",
            )


def _too_wide(where: str, match: Match) -> Problem:
    conditions = dict(zip(rule_conditions.names(match), rule_conditions.wildcards(match), strict=True))
    if len(conditions) > packing.VALUES:
        return Problem(
            where,
            f"asks for {len(conditions)} conditions ({', '.join(conditions)}), but a rule of the load balancer holds "
            f"{packing.VALUES} values",
            "Ask for fewer, and leave the rest to the service.",
        )
    heaviest = {name: max(wildcards) for name, wildcards in conditions.items() if max(wildcards)}
    return Problem(
        where,
        f"needs a rule with {sum(heaviest.values())} wildcards "
        f"({', '.join(f'{count} in {name}' for name, count in heaviest.items())}), "
        f"but one of the load balancer holds {packing.WILDCARDS}",
        f"Use fewer * and ? in {' or '.join(heaviest)}.",
    )


def _parts(connection: Connection) -> list[_Part]:
    """In the order of their rules."""
    parts = [
        _Part(band=band, place=place, match=match, rewrite=route.rewrite)
        for place, route in enumerate(connection.routes)
        for band, match in _by_band(route).items()
    ]
    return sorted(parts, key=_order)


def _key(part: _Part) -> str:
    return f"routes[{part.place}]"


def _order(part: _Part) -> tuple[object, ...]:
    match = part.match
    further = bool(match.methods) + len(match.headers) + bool(match.query) + bool(match.sources)
    return (
        part.band,
        -further,
        -_fixed(match.paths),
        -_fixed(match.hosts),
        *rule_conditions.alphabetical(match),
        repr(part.rewrite),
    )


def _fixed(some: Sequence[str]) -> int:
    """Characters that are no wildcards, of the pattern with the fewest."""
    return min((len(one) - patterns.wildcards(one) for one in some), default=0)


def _by_band(route: Route) -> dict[int, Match]:
    """A route for each band. Both kinds of host meet every path, so each band has a full product."""
    groups: defaultdict[int, tuple[set[str], set[str]]] = defaultdict(lambda: (set(), set()))
    for host in route.hosts:
        for path in route.paths:
            some, paths = groups[priorities.band(host, path).number]
            some.add(host.lower())
            paths.add(path)
    return {
        band: Match(
            hosts=tuple(sorted(some)),
            # Where every path is meant, no path condition is needed: it would only use up values and wildcards.
            paths=() if ANY_PATH in paths else tuple(sorted(paths)),
            methods=tuple(sorted(route.methods)),
            headers=tuple(
                Header(name=name, values=tuple(sorted(values)))
                for name, values in sorted(route.headers.items(), key=lambda header: header[0].lower())
            ),
            query=tuple(
                sorted(
                    (Parameter(key=one.key or rule_conditions.ANY_KEY, value=one.value) for one in route.query),
                    key=lambda one: (one.key, one.value),
                )
            ),
            sources=tuple(sorted(route.sources)),
        )
        for band, (some, paths) in groups.items()
    }
