"""Hosts of a shard's `firewall.hosts` to which no connection answers."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterator

from privatelink_ingress.fleet.shards import ShardStacks
from privatelink_ingress.fleet.stacks import Finding
from privatelink_ingress.problems import Problem, suggest


def unanswered(shard: ShardStacks) -> Iterator[Finding]:
    """One warning for each. Another repository may have the attached stack, so it is no mistake for certain."""
    known = sorted(
        {
            host.lower()
            for stack in shard.attached
            for connection in stack.settings.connections.values()
            for route in connection.routes
            for host in route.hosts
        }
    )
    for written in shard.edge.settings.firewall.hosts:
        if not any(fnmatch.fnmatchcase(host, written.lower()) for host in known):
            reason = "is not a host of any attached stack in this repository"
            remedy = suggest(written, known, none="Remove it, unless another repository attaches a stack with it.")
            yield Finding(shard.edge.file, Problem(f"firewall.hosts.{written}", reason, remedy))
