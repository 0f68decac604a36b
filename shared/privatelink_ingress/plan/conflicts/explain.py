"""From the stack file's connections to the proofs, and from what they find to messages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from privatelink_ingress.plan import priorities
from privatelink_ingress.plan.conflicts.language import TooComplex
from privatelink_ingress.plan.conflicts.prover import Conflict, Shadowed, conflicts, shadowed
from privatelink_ingress.plan.conflicts.requests import Entry, Match
from privatelink_ingress.problems import Problem
from privatelink_ingress.settings.edge import Connection
from privatelink_ingress.settings.routes import Route


def check(connections: Mapping[str, Connection]) -> list[Problem]:
    """Routes that two connections share, and routes that nothing reaches.

    Never raises: routes that are too complex to be compared are a problem among the others.
    """
    entries = [entry for name, connection in sorted(connections.items()) for entry in of_connection(name, connection)]
    problems: list[Problem] = []
    try:
        problems += conflict_problems(conflicts(entries))
        # A route that is refused for a conflict needs no second message.
        refused = {problem.where for problem in problems}
        problems += [problem for problem in shadow_problems(shadowed(entries)) if problem.where not in refused]
    except TooComplex as error:
        problems += error.problems
    return problems


def of_connection(name: str, connection: Connection) -> list[Entry]:
    """One entry for each route and band that it has hosts and paths in."""
    found: dict[int, list[tuple[Match, int]]] = defaultdict(list)
    for position, route in enumerate(connection.routes):
        for band, match in _by_band(route).items():
            found[band].append((match, position))
    return [
        Entry(
            connection=name,
            key=f"routes[{position}]",
            owner=connection.owner,
            band=band,
            # More than fit into a band are refused elsewhere (`routes.check`): here they share the last place.
            priority=priorities.priority(
                connection.slot, priorities.BANDS[band], min(index, priorities.RULES_PER_BAND - 1)
            ),
            match=match,
        )
        for band, parts in sorted(found.items())
        for index, (match, position) in enumerate(sorted(parts, key=lambda part: (part[0].hosts, part[0].paths)))
    ]


def _by_band(route: Route) -> dict[int, Match]:
    groups: defaultdict[int, tuple[set[str], set[str]]] = defaultdict(lambda: (set(), set()))
    for host in route.hosts:
        for path in route.paths:
            hosts, paths = groups[priorities.band(host, path).number]
            hosts.add(host.lower())
            paths.add(path)
    return {
        band: Match(hosts=tuple(sorted(hosts)), paths=tuple(sorted(paths))) for band, (hosts, paths) in groups.items()
    }


def conflict_problems(found: Iterable[Conflict]) -> list[Problem]:
    """One problem for each conflict, at the route that would lose, with both owners and a request that shows it."""
    return [
        Problem(
            conflict.second.where,
            f"answers the same requests as {_who(conflict.first)}, for example {conflict.witness}",
            f"Settle with {conflict.first.owner} who answers them: give one of the two another host or path, "
            "or a more specific one, which then wins.",
        )
        for conflict in found
    ]


def shadow_problems(found: Iterable[Shadowed]) -> list[Problem]:
    """One problem for each route that nothing reaches, with the routes that take its requests."""
    return [
        Problem(
            shadow.entry.where,
            f"is never reached: {_conditions(shadow.entry.match)} "
            + (f"is all taken by {_listed([_who(entry) for entry in shadow.by])}" if shadow.by else "fits no request"),
            "Remove it, or narrow the others." if shadow.by else "Begin paths with /, and use values that can occur.",
        )
        for shadow in found
    ]


def _who(entry: Entry) -> str:
    return f"{entry.where} ({entry.owner})"


def _conditions(match: Match) -> str:
    return f"{_listed(match.hosts) or 'any host'} with {_listed(match.paths) or 'any path'}"


def _listed(values: Sequence[str]) -> str:
    return " and ".join([", ".join(values[:-1]), values[-1]] if values[1:] else values)
