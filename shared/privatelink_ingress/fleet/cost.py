"""What every stack and connection costs a month by AWS's list prices: from the stack files alone."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

from privatelink_ingress import stack_names
from privatelink_ingress.contracts import service as service_contract
from privatelink_ingress.fleet import alarm_costs, check, prices, shard_costs, shards
from privatelink_ingress.fleet.repository import Stacks, read_right
from privatelink_ingress.plan.capacity import cost
from privatelink_ingress.plan.capacity.alternatives import Fleet, Way, ways
from privatelink_ingress.plan.capacity.bills import Bill, together
from privatelink_ingress.plan.capacity.cost import Traffic
from privatelink_ingress.plan.capacity.prices import PriceList
from privatelink_ingress.plan.edge import shard as edge
from privatelink_ingress.plan.edge.network_zones import zone_count
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
        return together([self.shared, *self.connections.values()])


@dataclasses.dataclass(frozen=True, kw_only=True)
class Report:
    """What the command found."""

    stacks: tuple[StackCost, ...]
    traffic: Traffic
    """Of each connection."""
    notes: tuple[str, ...]
    prices: PriceList
    ways: Mapping[str, tuple[Way, ...]]
    """By region of edges: what other ways to the clusters would cost, PrivateLink first."""

    @property
    def total(self) -> Bill:
        """All stacks together."""
        return together(stack.bill for stack in self.stacks)

    @property
    def regions(self) -> tuple[str, ...]:
        """Regions of the stacks."""
        return tuple(sorted({stack.region for stack in self.stacks}))

    def per_gb(self, region: str) -> Bill:
        """What each GB costs in a region."""
        return cost.per_gb(region, price_list=self.prices)


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Use:
    """What the stack files do not say."""

    traffic: Traffic
    nodes: int | None
    log_gb: float
    prices: PriceList


def report(root: Path, *, traffic: Traffic, nodes: int | None = None, log_gb: float = 0.0) -> Report:
    """The cost of every stack of the repository at `root`, by the repository's prices.

    Args:
        root: Top directory of the repository.
        traffic: Of each connection.
        nodes: Nodes of each group; the least of its stack file when None.
        log_gb: GB of logs that CloudWatch takes in a month, of each stack with a cluster or a load balancer.

    Raises:
        UserError: when a stack file has a mistake, there is none, or the prices cannot be read.
    """
    stacks = read_right(root)
    check.compare(stacks)  # which plans them
    return of(stacks, root, traffic=traffic, nodes=nodes, log_gb=log_gb)


def of(stacks: Stacks, root: Path, *, traffic: Traffic, nodes: int | None = None, log_gb: float = 0.0) -> Report:
    """As `report`, of stacks that are read and planned already.

    Raises:
        UserError: when there is none, or the prices cannot be read.
    """
    use = _Use(traffic=traffic, nodes=nodes, log_gb=log_gb, prices=prices.of_repository(root))
    costs = (*_edges(stacks, use), *_workloads(stacks, use))
    if not costs:
        problem = Problem(str(root), "holds no stack file of an edge or a workload", "Name the repository with --root.")
        raise UserError("There is nothing that costs", [problem])
    return Report(
        stacks=costs, traffic=traffic, notes=tuple(stacks.report.notes), prices=use.prices, ways=_ways(stacks, use)
    )


def instance_types(root: Path) -> Mapping[str, frozenset[str]]:
    """The regions of all stacks, each with the instance types of its nodes.

    Raises:
        UserError: when a stack file has a mistake.
    """
    stacks = read_right(root)
    found: dict[str, frozenset[str]] = {stack.region: frozenset() for stack in stacks.edges}
    for workload in stacks.workloads:
        types = cost.instance_types(workload.settings)
        found[workload.region] = found.get(workload.region, frozenset()) | frozenset(types)
    return found


def _ways(stacks: Stacks, use: _Use) -> Mapping[str, tuple[Way, ...]]:
    grouped, _ = shards.group(stacks.edges, stacks.attached)
    found = {}
    for region in sorted({shard.edge.region for shard in grouped}):
        here = [shard for shard in grouped if shard.edge.region == region]
        zones = {shard.edge.stack: zone_count(shard.edge.settings.network) for shard in here}
        backends = {shard.edge.stack: sum(len(routes.connection.backends) for routes in shard.routes) for shard in here}
        fleet = Fleet(
            region=region,
            edges=len(here),
            workloads=sum(backends.values()),
            zones=max(zones.values()),
            endpoint_zones=sum(backends[name] * zones[name] for name in zones),
            gb=use.traffic.gb * sum(len(shard.routes) for shard in here),
        )
        found[region] = ways(fleet, price_list=use.prices)
    return found


def _edges(stacks: Stacks, use: _Use) -> Iterator[StackCost]:
    grouped, _ = shards.group(stacks.edges, stacks.attached)
    for shard in grouped:
        zones, region = zone_count(shard.edge.settings.network), shard.edge.region
        connections = len(shard.routes)
        for stack in shard.stacks:
            plan = stacks.report.plans.get(f"{edge.PROJECT}/{stack.stack}")
            watched = alarm_costs.enabled(stack, shard)
            yield StackCost(
                project=edge.PROJECT,
                stack=stack.stack,
                region=region,
                shared=shard_costs.bill(
                    shard,
                    zones=zones,
                    million_requests=connections * use.traffic.million_requests,
                    log_gb=use.log_gb,
                    alarm_metrics=alarm_costs.of_shard(plan, enabled=watched),
                    price_list=use.prices,
                )
                if stack is shard.edge
                else together([]),
                connections={
                    name: cost.connection_cost(
                        region,
                        zones=zones,
                        backends=len(connection.backends),
                        traffic=use.traffic,
                        alarm_metrics=alarm_costs.of_connection(plan, name, enabled=watched),
                        dashboard=stack.settings.dashboards,
                        price_list=use.prices,
                    )
                    for name, connection in sorted(stack.settings.connections.items())
                },
            )


def _workloads(stacks: Stacks, use: _Use) -> Iterator[StackCost]:
    gb: defaultdict[str, float] = defaultdict(float)
    for stack in (*stacks.edges, *stacks.attached):
        for connection in stack.settings.connections.values():
            for backend in connection.backends:
                if backend.stack:
                    # Which of two backends has how much of the traffic changes with the weights: half each.
                    gb[stack_names.short(backend.stack)] += use.traffic.gb / len(connection.backends)
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
                nodes=use.nodes,
                log_gb=use.log_gb,
                alarm_metrics=alarm_costs.of_workload(
                    stacks.report.plans.get(f"{service_contract.PROJECT}/{workload.stack}"),
                    enabled=bool(workload.settings.alarms.enabled),
                ),
                price_list=use.prices,
            ),
            connections={},
        )
