"""Whether requests for a host come to a workload's cluster at all."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from privatelink_ingress.fleet.stacks import Workload
from privatelink_ingress.plan.routing.conflicts import Match, Witness, matches
from privatelink_ingress.problems import Problem
from privatelink_ingress.settings.edge import Connection


def patterns(connections: Sequence[Connection], *, grpc: bool = False) -> tuple[str, ...]:
    """The hosts that edges route to a workload, with wildcards as AWS takes them.

    Args:
        connections: All that the workload serves. Without any, and where a route rewrites hosts, nothing is known, and
            the answer is empty.
        grpc: Those of routes that forward gRPC alone.
    """
    routes = [route for connection in connections for route in connection.routes]
    if any(route.rewrite and route.rewrite.host for route in routes):
        return ()
    return tuple(sorted({host for route in routes for host in route.hosts if route.protocol == "grpc" or not grpc}))


def unrouted(host: str, routed: Sequence[str], *, where: str) -> Iterator[Problem]:
    """The problem of a host that is not in `routed`, and so gets no requests."""
    if matches(Match(hosts=tuple(routed)), Witness(host=host, path="/")):
        return
    reason = f"is {host}, which no edge routes to this connection"
    yield Problem(where, reason, f"{_one_of(routed)} Or add {host} to a route of the connection.")


def without_grpc(host: str, routed: Sequence[str], grpc: Sequence[str], *, where: str) -> Iterator[Problem]:
    """The problem of a host with gRPC Services, to which the edge forwards requests and no gRPC."""
    asked = Witness(host=host, path="/")
    if not matches(Match(hosts=tuple(routed)), asked) or (grpc and matches(Match(hosts=tuple(grpc)), asked)):
        return
    reason = f"is for gRPC, and no route of the edge forwards gRPC to {host}: the load balancer answers calls with 464"
    yield Problem(where, reason, "Write protocol: grpc in the route of these calls, in the connection's file.")


def _one_of(routed: Sequence[str]) -> str:
    plain = [host for host in routed if not re.search("[*?]", host)]
    if not plain:
        return f"Write a host that {' or '.join(routed[:_LISTED])} stands for."
    further = len(plain) - _LISTED
    return f"Write one that is: {', '.join(plain[:_LISTED])}{f' or one of {further} more' if further > 0 else ''}."


_LISTED = 5


def of_sample(workload: Workload, connections: Sequence[Connection]) -> Iterator[Problem]:
    """Hosts of a workload's sample application that no edge routes to it."""
    sample, routed = workload.settings.sample, patterns(connections)
    if sample.install:
        for index, host in enumerate(sample.hosts):
            yield from unrouted(host, routed, where=f"sample.hosts[{index}]")
