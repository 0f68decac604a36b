"""`doctor`: follows a request for each route and host of the stack files, and judges what it passes."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Sequence
from pathlib import Path

from privatelink_ingress.fleet import examples, repository
from privatelink_ingress.fleet.repository import Stacks
from privatelink_ingress.plan.routing.routes import RoutePlan
from privatelink_ingress.problems import Problem, UsageError, suggest
from privatelink_ingress.trace.diagnosis import Diagnosis, Followed, diagnose
from privatelink_ingress.trace.hops import Path as Way
from privatelink_ingress.trace.request import Request
from privatelink_ingress.trace.topology import Topology
from privatelink_ingress.trace.trace import follow


@dataclasses.dataclass(frozen=True, kw_only=True)
class Report:
    """What was looked at, and what is wrong."""

    connections: tuple[str, ...]
    requests: int
    found: tuple[Diagnosis, ...]

    @property
    def healthy(self) -> bool:
        """Whether there is no error and no warning."""
        return all(one.severity == "not seen" for one in self.found)


def published(root: Path, wanted: Sequence[str]) -> tuple[tuple[examples.Example, ...], frozenset[str]]:
    """The requests to follow, and all hosts of the stack files.

    Raises:
        UserError: a stack file has a mistake.
        UsageError: with each wanted connection that no stack file has.
    """
    stacks = repository.read_right(root)
    shards = [_routes(stacks, edge.stack) for edge in stacks.edges]
    names = sorted({one.name for shard in shards for one in shard})
    if unknown := [
        Problem(name, "no stack file has a connection of this name", suggest(name, names))
        for name in wanted
        if name not in names
    ]:
        raise UsageError("The connection does not exist", unknown)
    hosts = frozenset(host for shard in shards for one in shard for host in one.hosts)
    every = (one for shard in shards for one in examples.of_shard(shard))
    return tuple(one for one in every if not wanted or one.connection in wanted), hosts


def report(requests: Sequence[examples.Example], hosts: frozenset[str], topology: Topology) -> Report:
    """Follow the requests."""
    followed = []
    for one in requests:
        request = Request.parse(one.url, method=one.method, headers=one.headers, source=one.source, speaks=one.speaks)
        request = dataclasses.replace(request, signed_in=True)
        way = Way(request=request, topology=topology)
        followed.append(Followed(connection=one.connection, active=one.active, trace=follow(one.url, way), path=way))
    found = diagnose(followed, topology, hosts, now=datetime.datetime.now(datetime.UTC))
    names = tuple(dict.fromkeys(one.connection for one in requests))
    return Report(connections=names, requests=len(followed), found=tuple(found))


def _routes(stacks: Stacks, shard: str) -> list[RoutePlan]:
    """The routes of a shard's connections, and of those attached to it."""
    edges = [one for one in stacks.edges if one.stack == shard]
    attached = [one for one in stacks.attached if one.shard == shard]
    return [routes for one in (*edges, *attached) for routes in one.routes]
