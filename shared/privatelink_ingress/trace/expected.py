"""What the stack files say that AWS should have: the plans of all stacks, as `doctor` compares them with AWS."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping

from privatelink_ingress.arns import Arn
from privatelink_ingress.plan.edge.addresses import endpoint_address
from privatelink_ingress.plan.edge.connections import ConnectionPlan
from privatelink_ingress.plan.edge.shard import EdgePlan
from privatelink_ingress.plan.workload import WorkloadPlan
from privatelink_ingress.settings.backends import POSITIONS
from privatelink_ingress.trace.cluster_objects import ClusterKey

Place = tuple[str, str]
"""Account and Region."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Shard:
    """One load balancer with its connections, those of attached stacks included."""

    stack: str
    region: str
    plan: EdgePlan
    connections: Mapping[str, ConnectionPlan]
    slots: Mapping[str, int]
    """By connection."""
    zones_known: bool
    """Whether the stack file states the zones. Otherwise they are assumed, and so are addresses and subnets."""
    limits: Mapping[str, int]
    """By key of a quota: what the stack file relies on."""

    @property
    def account_id(self) -> str:
        """The edge account."""
        return self.plan.site.account_id

    @functools.cached_property
    def holders(self) -> Mapping[str, tuple[str, int]]:
        """Connection and generation by address, of all addresses that the connections' slots have."""
        return {
            endpoint_address(subnet.cidr, slot, backend=backend, generation=generation): (name, generation)
            for name, slot in self.slots.items()
            for subnet in self.plan.site.endpoint_subnets
            for backend in range(POSITIONS)
            for generation in (0, 1)
        }


@dataclasses.dataclass(frozen=True, kw_only=True)
class Workload:
    """One stack that publishes a service."""

    stack: str
    account_id: str
    region: str
    zones_known: bool
    plan: WorkloadPlan

    @property
    def connection(self) -> str:
        """The name that it publishes."""
        return self.plan.name

    @property
    def parameter_place(self) -> Place:
        """Account and Region of its contract's parameter, which another role may write in another account."""
        role = self.plan.publication.parameter_writer_role_arn
        return (Arn.parse(role).account_id if role else self.account_id, self.region)

    @property
    def cluster(self) -> ClusterKey:
        """The cluster that serves it."""
        return self.account_id, self.region, self.plan.cluster.name


@dataclasses.dataclass(frozen=True, kw_only=True)
class Expected:
    """All stacks whose files can be planned."""

    shards: tuple[Shard, ...] = ()
    workloads: tuple[Workload, ...] = ()
    hosts: frozenset[str] = frozenset()
    """All hosts of all stack files, in lower case."""
    unplanned: tuple[str, ...] = ()
    """Stack files that cannot be planned here, because a value is encrypted or does not fit: not compared."""
