"""From what a connection answers to, to the rules of the listener. Derived once for each connection: `plan_routes`."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

from privatelink_ingress.plan.routing import conditions as rule_conditions
from privatelink_ingress.plan.routing import conflicts, open_paths, packing, priorities
from privatelink_ingress.plan.routing.conflicts import Entry, Match
from privatelink_ingress.plan.routing.parts import Part, parts_of
from privatelink_ingress.problems import Problem
from privatelink_ingress.settings.edge import Connection
from privatelink_ingress.settings.route_protocols import RouteProtocol
from privatelink_ingress.settings.routes import Rewrite


@dataclasses.dataclass(frozen=True, kw_only=True)
class Rule:
    """One listener rule."""

    key: str
    """Stable within its connection: `exact-host-prefix-2-0`. A rule of one key never changes its priority."""
    priority: int
    match: Match
    protocol: RouteProtocol = "http1"
    """In which it forwards."""
    rewrite: Rewrite | None = None
    signs_in: bool = False
    """Whether the connection's `signIn` comes before the request is forwarded."""

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

    @property
    def protocols(self) -> tuple[RouteProtocol, ...]:
        """Those of the routes, sorted: each backend has a target group for each."""
        return tuple(sorted({route.protocol for route in self.connection.routes}))


def plan_routes(name: str, connection: Connection) -> RoutePlan:
    """The routes of connection `name` as rules. The order of the entries in the stack file does not matter.

    Within a band, routes with more further conditions (methods, each header, query, sources) come first, then those
    whose paths, then those whose hosts have more characters that are not wildcards, then by alphabet.

    Never raises: routes that cannot become rules are `problems` of the plan, so that one message can hold those of all
    connections.
    """
    parts = parts_of(connection)
    matches, problems = _split(name, parts)
    if connection.sign_in:
        paths = [path for route in connection.routes for path in route.paths]
        problems += open_paths.check(f"connections.{name}", connection.sign_in.open_paths, paths)
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


def _split(name: str, parts: Sequence[Part]) -> tuple[list[list[Match]], list[Problem]]:
    """For each part the matches of its rules, and what keeps parts from becoming rules."""
    matches: list[list[Match]] = []
    needed: defaultdict[int, int] = defaultdict(int)
    too_wide: dict[int, Problem] = {}
    for part in parts:
        conditions = rule_conditions.wildcards(part.match)
        split: list[Match] = []
        if not packing.fits_at_all(conditions):
            too_wide.setdefault(part.index, rule_conditions.too_wide(f"connections.{name}.{part.key}", part.match))
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


def _rules(slot: int, matches: Iterable[tuple[Part, Sequence[Match]]]) -> Iterable[Rule]:
    for number, parts in groupby(matches, key=lambda pair: pair[0].band):
        band = priorities.BANDS[number]
        rules = ((part, match) for part, split in parts for match in split)
        for index, (part, match) in enumerate(rules):
            priority = priorities.priority(slot, band, index)
            yield Rule(
                key=f"{band.key}-{index}",
                priority=priority,
                match=match,
                protocol=part.protocol,
                rewrite=part.rewrite,
                signs_in=part.signs_in,
            )


def _entries(name: str, connection: Connection, parts: Iterable[Part]) -> Iterable[Entry]:
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
                protocol=part.protocol,
            )
