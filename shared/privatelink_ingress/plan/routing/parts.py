"""The parts of a connection's routes: one for each band, and those that stay open where clients sign in."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Iterable, Sequence

from privatelink_ingress.plan.routing import conditions as rule_conditions
from privatelink_ingress.plan.routing import open_paths, patterns, priorities
from privatelink_ingress.plan.routing.conflicts import Header, Match, Parameter, TooComplex
from privatelink_ingress.plan.routing.conflicts.coverage import cover
from privatelink_ingress.settings.edge import Connection
from privatelink_ingress.settings.route_protocols import RouteProtocol
from privatelink_ingress.settings.routes import Rewrite, Route

ANY_PATH = "/*"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Part:
    """The part of a route that lies in one band."""

    band: int
    index: int
    """Of the route in its connection."""
    match: Match
    protocol: RouteProtocol
    rewrite: Rewrite | None
    signs_in: bool = False
    opened: bool = False
    """Whether it is what `signIn.openPaths` leaves open of the route."""

    @property
    def key(self) -> str:
        """The route as messages show it."""
        return "signIn.openPaths" if self.opened else f"routes[{self.index}]"


def parts_of(connection: Connection) -> Sequence[Part]:
    """In the order of their rules."""
    parts: Sequence[Part] = [
        Part(band=band, index=index, match=match, protocol=route.protocol, rewrite=route.rewrite)
        for index, route in enumerate(connection.routes)
        for band, match in _by_band(route).items()
    ]
    parts = sorted(parts, key=_order)
    if connection.sign_in is None:
        return parts
    opened, closed = [], []
    for part in parts:
        paths = open_paths.split(part.match.paths or (ANY_PATH,), connection.sign_in.open_paths)
        opened += _opened(part, paths.opened, opened)
        if paths.closed:
            match = part.match if ANY_PATH in paths.closed else dataclasses.replace(part.match, paths=paths.closed)
            closed.append(dataclasses.replace(part, match=match, signs_in=True))
    # Of one band, those that are open come first; beyond that, in the order of their routes.
    return sorted((*opened, *closed), key=lambda part: part.band)


def _opened(part: Part, paths: Sequence[str], earlier: Sequence[Part]) -> Iterable[Part]:
    """What stays open of a route, without what is open already: of two routes, the first one answers."""
    by_band: defaultdict[int, list[str]] = defaultdict(list)
    for path in paths:
        by_band[priorities.band(part.match.hosts[0], path).number].append(path)
    for band, patterns_of_band in by_band.items():
        match = dataclasses.replace(part.match, paths=tuple(sorted(patterns_of_band)))
        try:
            is_new = cover(match, [other.match for other in earlier]) is None
        except TooComplex:  # `conflicts.check` says so
            is_new = True
        if is_new:
            yield dataclasses.replace(part, band=band, match=match, opened=True)


def _order(part: Part) -> tuple[object, ...]:
    match = part.match
    further = bool(match.methods) + len(match.headers) + bool(match.query) + bool(match.sources)
    return (
        part.band,
        -further,
        -_fixed(match.paths),
        -_fixed(match.hosts),
        *rule_conditions.alphabetical(match),
        part.protocol,
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
