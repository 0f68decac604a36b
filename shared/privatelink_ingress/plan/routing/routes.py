"""From what a connection answers to, to the rules of the listener. Derived once for each connection: `plan_routes`."""

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
class RoutePlan:
    """Everything that follows from one connection's routes alone; certificates, names, usage and proofs read it."""

    name: str
    """The connection's key."""
    connection: Connection
    """Its entry."""
    hosts: Mapping[str, str]
    """The distinct hosts in lower case, since case does not count, each with the key path where it is first listed."""
    entries: tuple[Entry, ...]
    """What `conflicts` compares: each route's part in each band, in the order of the rules."""
    rules: tuple[Rule, ...]
    """By priority. Empty when there are `problems`."""
    problems: tuple[Problem, ...]
    """Why the routes cannot become rules."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Part:
    """The part of a route that lies in one band."""

    band: int
    index: int
    """Of the route in its connection."""
    match: Match
    rewrite: Rewrite | None

    @property
    def key(self) -> str:
        """The route as messages show it."""
        return f"routes[{self.index}]"


def plan_routes(name: str, connection: Connection) -> RoutePlan:
    """The routes of connection `name` as rules. The order of the entries in the stack file does not matter.

    Within a band, routes with more further conditions (methods, each header, query, sources) come first, then those
    whose paths, then those whose hosts have more characters that are not wildcards, then by alphabet.

    Never raises: routes that cannot become rules are `problems` of the plan, so that one message can hold those of all
    connections.
    """
    parts = _parts(connection)
    matches, problems = _split(name, parts)
    return RoutePlan(
        name=name,
        connection=connection,
        hosts=_hosts(name, connection),
        entries=tuple(_entries(name, connection, parts)),
        rules=() if problems else tuple(_rules(connection.slot, zip(parts, matches, strict=True))),
        problems=tuple(problems),
    )


def plan_all(connections: Mapping[str, Connection]) -> tuple[RoutePlan, ...]:
    """The routes of each connection, by name."""
    return tuple(plan_routes(name, connection) for name, connection in sorted(connections.items()))


def check(plans: Iterable[RoutePlan]) -> list[Problem]:
    """The problems of each connection's routes, and those between them: shared requests, and unreachable routes."""
    plans = sorted(plans, key=lambda plan: plan.name)
    problems = [problem for plan in plans for problem in plan.problems]
    return problems + conflicts.check([entry for plan in plans for entry in plan.entries])


def _hosts(name: str, connection: Connection) -> dict[str, str]:
    hosts: dict[str, str] = {}
    for index, route in enumerate(connection.routes):
        for position, host in enumerate(route.hosts):
            hosts.setdefault(host.lower(), f"connections.{name}.routes[{index}].hosts[{position}]")
    return hosts


def _split(name: str, parts: Sequence[_Part]) -> tuple[list[list[Match]], list[Problem]]:
    """For each part the matches of its rules, and what keeps parts from becoming rules."""
    matches: list[list[Match]] = []
    needed: defaultdict[int, int] = defaultdict(int)
    too_wide: dict[int, Problem] = {}
    for part in parts:
        conditions = rule_conditions.wildcards(part.match)
        split: list[Match] = []
        if not packing.fits_at_all(conditions):
            too_wide.setdefault(part.index, _too_wide(f"connections.{name}.{part.key}", part.match))
        elif (least := packing.at_least(conditions)) > priorities.RULES_PER_BAND:
            needed[part.band] += least  # more than a band holds, so the exact number does not matter
        else:
            split = rule_conditions.split(part.match)
            needed[part.band] += len(split)
        matches.append(split)
    too_many = [
        Problem(
            f"connections.{name}.routes",
            f"need {total} rules of kind {priorities.BANDS[number].key}, but a connection has room for "
            f"{priorities.RULES_PER_BAND}",
            "Use wildcards, or publish some of the routes as another connection.",
        )
        for number, total in needed.items()
        if total > priorities.RULES_PER_BAND
    ]
    return matches, [*too_wide.values(), *too_many]


def _rules(slot: int, matches: Iterable[tuple[_Part, Sequence[Match]]]) -> Iterable[Rule]:
    for number, parts in groupby(matches, key=lambda pair: pair[0].band):
        band = priorities.BANDS[number]
        rules = ((part, match) for part, split in parts for match in split)
        for index, (part, match) in enumerate(rules):
            priority = priorities.priority(slot, band, index)
            yield Rule(key=f"{band.key}-{index}", priority=priority, match=match, rewrite=part.rewrite)


def _entries(name: str, connection: Connection, parts: Iterable[_Part]) -> Iterable[Entry]:
    for number, in_band in groupby(parts, key=lambda part: part.band):
        for index, part in enumerate(in_band):
            # In the order of its rules; more than fit into a band share the last place.
            rank = min(index, priorities.RULES_PER_BAND - 1)
            yield Entry(
                connection=name,
                key=part.key,
                owner=connection.owner,
                band=number,
                priority=priorities.priority(connection.slot, priorities.BANDS[number], rank),
                match=part.match,
            )


def _too_wide(where: str, match: Match) -> Problem:
    conditions = dict(zip(rule_conditions.names(match), rule_conditions.wildcards(match), strict=True))
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


def _parts(connection: Connection) -> list[_Part]:
    """In the order of their rules."""
    parts = [
        _Part(band=band, index=index, match=match, rewrite=route.rewrite)
        for index, route in enumerate(connection.routes)
        for band, match in _by_band(route).items()
    ]
    return sorted(parts, key=_order)


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


def _fixed(texts: Sequence[str]) -> int:
    """Characters that are not wildcards, of the pattern with the fewest."""
    return min((len(text) - patterns.wildcards(text) for text in texts), default=0)


def _by_band(route: Route) -> dict[int, Match]:
    """A route for each band. Both kinds of host meet every path, so each band has a full product."""
    groups: defaultdict[int, tuple[set[str], set[str]]] = defaultdict(lambda: (set(), set()))
    for host in route.hosts:
        for path in route.paths:
            hosts, paths = groups[priorities.band(host, path).number]
            hosts.add(host.lower())
            paths.add(path)
    return {
        band: Match(
            hosts=tuple(sorted(hosts)),
            # A route for every path needs no path condition, which would only use up values and wildcards.
            paths=() if ANY_PATH in paths else tuple(sorted(paths)),
            methods=tuple(sorted(route.methods)),
            headers=tuple(
                Header(name=name, values=tuple(sorted(values)))
                for name, values in sorted(route.headers.items(), key=lambda header: header[0].lower())
            ),
            query=tuple(
                sorted(
                    (
                        Parameter(key=parameter.key or rule_conditions.ANY_KEY, value=parameter.value)
                        for parameter in route.query
                    ),
                    key=lambda parameter: (parameter.key, parameter.value),
                )
            ),
            sources=tuple(sorted(route.sources)),
        )
        for band, (hosts, paths) in groups.items()
    }
