"""Whether requests for the hosts of a sample application come to its cluster at all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from privatelink_ingress.plan.files import Workload
from privatelink_ingress.plan.patterns import matches_host
from privatelink_ingress.problems import Problem
from privatelink_ingress.settings.edge import Connection


def unrouted(workload: Workload, connections: Sequence[Connection]) -> Iterator[Problem]:
    """Hosts of the sample application that no edge routes to its workload.

    Args:
        workload: The stack with the sample application.
        connections: All that the workload serves. Without any, and where a route rewrites hosts, nothing is known.
    """
    sample = workload.settings.sample
    routes = [route for connection in connections for route in connection.routes]
    if not sample.install or not routes or any(route.rewrite and route.rewrite.host for route in routes):
        return
    routed = sorted({host for route in routes for host in route.hosts})
    for place, host in enumerate(sample.hosts):
        if not any(matches_host(pattern, host) for pattern in routed):
            reason = f"is {host}, which no edge routes to this connection"
            remedy = f"Write one that is: {', '.join(routed)}. Or add {host} to a route of the connection."
            yield Problem(f"sample.hosts[{place}]", reason, remedy)
