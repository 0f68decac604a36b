"""Shards in one existing VPC: each plans its endpoints' addresses by slot, so no two can share an endpoint subnet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from privatelink_ingress.fleet.stacks import Edge, Finding
from privatelink_ingress.plan.edge.existing_network import ENDPOINT
from privatelink_ingress.problems import Problem


def endpoint_subnets(edges: Iterable[Edge]) -> Iterator[Finding]:
    """Endpoint subnets of `network.existing` that an earlier stack file has too."""
    holders: dict[str, Edge] = {}
    for edge in edges:
        existing = edge.settings.network.existing
        for index, subnet_id in enumerate(existing.endpoint_subnet_ids if existing else ()):
            holder = holders.setdefault(subnet_id, edge)
            if holder is not edge:
                reason = (
                    f"is {subnet_id}, which {holder.file} has too: both stacks would give their endpoints the same "
                    "addresses in it"
                )
                yield Finding(edge.file, Problem(f"{ENDPOINT}[{index}]", reason, "Write a subnet of this stack alone."))
