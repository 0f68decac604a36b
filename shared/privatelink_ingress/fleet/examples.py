"""A request for each route and host of the connections: what `demo` and `doctor` follow."""

from __future__ import annotations

import dataclasses
import urllib.parse
from collections.abc import Iterable, Iterator

from privatelink_ingress.plan.edge import dns
from privatelink_ingress.plan.routing import conflicts
from privatelink_ingress.plan.routing.conflicts import Entry
from privatelink_ingress.plan.routing.routes import RoutePlan
from privatelink_ingress.settings.route_protocols import RouteProtocol


@dataclasses.dataclass(frozen=True, kw_only=True)
class Example:
    """A request that meets all conditions of a route. Its fields are those of `Request.parse`."""

    connection: str
    active: bool
    """False while the connection is in maintenance: the load balancer answers."""
    url: str
    method: str = "GET"
    headers: tuple[str, ...] = ()
    source: str | None = None
    speaks: RouteProtocol | None = None
    """What the route is for; the usual one of the scheme when it is HTTP/1.1."""


def of_shard(published: Iterable[RoutePlan]) -> Iterator[Example]:
    """The requests for the connections of one shard and of the stacks attached to it.

    A host without an alias record is left out: whoever has its record knows where it leads.
    """
    routes = tuple(published)
    named = {host for one in routes for host in dns.records(one)}
    for one in routes:
        for entry in one.entries:
            for host in entry.match.hosts:
                if host in named:
                    yield _meeting(entry, host, one)


def _meeting(entry: Entry, host: str, routes: RoutePlan) -> Example:
    match, grpc = dataclasses.replace(entry.match, hosts=(host,)), entry.protocol == "grpc"
    example = conflicts.overlap(match, match)
    if example is None:
        raise ValueError(f"{entry.where} fits no request, which the plan of the edge rules out")
    query = f"?{urllib.parse.urlencode(example.query)}" if example.query else ""
    return Example(
        connection=routes.name,
        active=routes.connection.state == "active",
        url=f"https://{example.host}{example.path}{query}",
        method="POST" if grpc and not match.methods else example.method,
        headers=tuple(f"{name}={value}" for name, value in example.headers),
        source=example.source,
        speaks=None if entry.protocol == "http1" else entry.protocol,
    )
