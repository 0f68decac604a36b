"""Whether requests for a host come to a workload's cluster at all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from privatelink_ingress.fleet.stacks import Workload
from privatelink_ingress.plan.routing.conflicts import Match, Witness, matches
from privatelink_ingress.problems import Problem
from privatelink_ingress.settings.edge import Connection


def patterns(connections: Sequence[Connection]) -> tuple[str, ...]:
    """The hosts that edges route to a workload, with wildcards as AWS takes them.

    Args:
        connections: All that the workload serves. Without any, and where a route rewrites hosts, nothing is known, and
            the answer is empty.
    """
    routes = [route for connection in connections for route in connection.routes]
    if any(route.rewrite and route.rewrite.host for route in routes):
        return ()
    return tuple(sorted({host for route in routes for host in route.hosts}))


def unrouted(host: str, routed: Sequence[str], *, where: str) -> Iterator[Problem]:
    """The problem of a host that is not in `routed`, and so gets no requests."""
    if matches(Match(hosts=tuple(routed)), Witness(host=host, path="/")):
        return
    reason = f"is {host}, which no edge routes to this connection"
    remedy = f"Write one that is: {', '.join(routed)}. Or add {host} to a route of the connection."
    yield Problem(where, reason, remedy)


def of_sample(workload: Workload, connections: Sequence[Connection]) -> Iterator[Problem]:
    """Hosts of a workload's sample application that no edge routes to it."""
    sample, routed = workload.settings.sample, patterns(connections)
    if sample.install:
        for index, host in enumerate(sample.hosts):
            yield from unrouted(host, routed, where=f"sample.hosts[{index}]")
