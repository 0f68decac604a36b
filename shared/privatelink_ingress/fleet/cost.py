"""What every stack and connection costs a month by AWS's list prices: from the stack files alone."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

from privatelink_ingress import stack_names
from privatelink_ingress.contracts import service as service_contract
from privatelink_ingress.fleet import shards
from privatelink_ingress.fleet.repository import Stacks, read_right
from privatelink_ingress.plan.capacity import cost
from privatelink_ingress.plan.capacity.cost import Bill, Traffic
from privatelink_ingress.plan.capacity.placement import zone_count
from privatelink_ingress.plan.edge import shard as edge
from privatelink_ingress.plan.edge.firewall.web_acl import plan_firewall
from privatelink_ingress.plan.workload import declared_zones, endpoints
from privatelink_ingress.problems import Problem, UserError


@dataclasses.dataclass(frozen=True, kw_only=True)
class StackCost:
    """One stack's month."""

    project: str
    stack: str
    region: str
    shared: Bill
    """All but its connections."""
    connections: Mapping[str, Bill]

    @property
    def bill(self) -> Bill:
        """All of it."""
        return cost.together([self.shared, *self.connections.values()])


@dataclasses.dataclass(frozen=True, kw_only=True)
class Report:
    """What the command found."""

    stacks: tuple[StackCost, ...]
    traffic: Traffic
    """Of each connection."""
    notes: tuple[str, ...]

    @property
    def total(self) -> Bill:
        """All stacks together."""
        return cost.together(stack.bill for stack in self.stacks)

    @property
    def regions(self) -> tuple[str, ...]:
        """Regions of the stacks."""
        return tuple(sorted({stack.region for stack in self.stacks}))


def report(root: Path, *, traffic: Traffic) -> Report:
    """The cost of every stack of the repository at `root`, with so much traffic on each connection.

    Raises:
        UserError: when a stack file has a mistake, or there is none.
    """
    stacks = read_right(root)
    costs = (*_edges(stacks, traffic), *_workloads(stacks, traffic))
    if not costs:
        problem = Problem(str(root), "holds no stack file of an edge or a workload", "Name the repository with --root.")
        raise UserError("There is nothing that costs", [problem])
    return Report(stacks=costs, traffic=traffic, notes=tuple(stacks.report.notes))


def _edges(stacks: Stacks, traffic: Traffic) -> Iterator[StackCost]:
    grouped, _ = shards.group(stacks.edges, stacks.attached)
    for shard in grouped:
        zones, region = zone_count(shard.edge.settings.network), shard.edge.region
        connections = len(shard.routes)
        settings = shard.edge.settings
        web_acl = plan_firewall(settings.firewall, settings.connections, name="")
        for stack in shard.stacks:
            yield StackCost(
                project=edge.PROJECT,
                stack=stack.stack,
                region=region,
                shared=cost.shard_cost(
                    region,
                    zones=zones,
                    firewall_rules=len(web_acl.rules),
                    firewall_capacity=web_acl.capacity,
                    firewall_fees=web_acl.fees,
                    million_requests=connections * traffic.million_requests,
                )
                if stack is shard.edge
                else cost.together([]),
                connections={
                    name: cost.connection_cost(region, zones=zones, backends=len(connection.backends), traffic=traffic)
                    for name, connection in sorted(stack.settings.connections.items())
                },
            )


def _workloads(stacks: Stacks, traffic: Traffic) -> Iterator[StackCost]:
    gb: defaultdict[str, float] = defaultdict(float)
    for stack in (*stacks.edges, *stacks.attached):
        for connection in stack.settings.connections.values():
            for backend in connection.backends:
                if backend.stack:
                    # Which of two backends has how much of the traffic changes with the weights: half each.
                    gb[stack_names.short(backend.stack)] += traffic.gb / len(connection.backends)
    for workload in stacks.workloads:
        zones = declared_zones.zone_count(workload.settings)
        yield StackCost(
            project=service_contract.PROJECT,
            stack=workload.stack,
            region=workload.region,
            shared=cost.workload_cost(
                workload.settings,
                workload.region,
                endpoints=endpoints.services(workload.settings),
                zones=zones,
                gb=gb[workload.stack],
            ),
            connections={},
        )
