"""What the report shows, derived from the stack files, the topology and the requests that were followed."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal

from privatelink_ingress import stack_names
from privatelink_ingress.cli.views.report.backends import Backend, completed, deployed, planned
from privatelink_ingress.fleet.cost import Report as Costs
from privatelink_ingress.fleet.repository import Stacks
from privatelink_ingress.fleet.shards import ShardStacks, capacities, group
from privatelink_ingress.fleet.stacks import Attached, Edge
from privatelink_ingress.plan.capacity.bills import Bill
from privatelink_ingress.plan.capacity.placement import Capacity
from privatelink_ingress.plan.routing.routes import RoutePlan
from privatelink_ingress.problems import Problem
from privatelink_ingress.trace.diagnosis import Diagnosis, Followed
from privatelink_ingress.trace.judgements import alarms
from privatelink_ingress.trace.topology import LoadBalancer, Topology
from privatelink_ingress.trace.trace import Trace

Status = Literal["error", "warning", "maintenance", "serving", "not followed"]

Source = Literal["emulated AWS", "exported states", "AWS"]
"""Where the topology was read."""

SOURCES: Mapping[Source, str] = {
    "emulated AWS": (
        "An emulator answered here, not AWS: moto, made stricter, on one machine. It proves that the programs run, "
        "that their parts fit and that every hop is open. Real health checks, quotas of an account, DNS and traffic: "
        "only AWS can prove those."
    ),
    "exported states": (
        "Read from Pulumi's exported states. They contain neither the health of targets nor changes that were made in "
        "AWS since."
    ),
    "AWS": (
        "Read from AWS, in the accounts and Regions of the stack files. Managed rule groups of the firewall are not "
        "simulated."
    ),
}
"""What the page says of each source."""

STATUSES: Mapping[Status, str] = {
    "error": "failing",
    "warning": "serving with a warning",
    "maintenance": "in maintenance",
    "serving": "serving",
    "not followed": "not followed",
}
"""Each in words, the worst first."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Connection:
    """One connection, as the stack files say it and as its requests found it."""

    name: str
    owner: str
    stack: str
    """The `central-ingress` stack of its entry."""
    shard: str
    slot: int
    hosts: tuple[str, ...]
    priorities: tuple[int, ...]
    """Of its listener rules."""
    status: Status
    backends: tuple[Backend, ...]
    traces: tuple[Trace, ...]
    findings: tuple[Diagnosis, ...]
    bill: Bill
    """A month of its endpoints and traffic."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Shard:
    """One load balancer with all that it publishes."""

    name: str
    account: str
    region: str
    balancer: LoadBalancer | None
    """None when the topology has none that a request of this shard came to."""
    zones: tuple[str, ...]
    """Zone ids of its endpoints, in order."""
    connections: tuple[Connection, ...]
    capacity: Capacity


@dataclasses.dataclass(frozen=True, kw_only=True)
class System:
    """Everything that the report shows."""

    source: Source
    read_at: datetime.datetime
    shards: tuple[Shard, ...]
    findings: tuple[Diagnosis, ...]
    """Of all connections, the worst first."""
    unread: tuple[Problem, ...]
    """Accounts that could not be read."""
    costs: Costs
    notes: tuple[str, ...]

    @property
    def connections(self) -> tuple[Connection, ...]:
        """Those of all shards."""
        return tuple(one for shard in self.shards for one in shard.connections)

    @property
    def alarms(self) -> tuple[Diagnosis, ...]:
        """The findings about alarms that have fired."""
        return tuple(one for one in self.findings if one.problem.where == alarms.HOP)

    @property
    def accounts(self) -> tuple[str, ...]:
        """Ids of the edge and workload accounts, sorted."""
        backends = {one.account for connection in self.connections for one in connection.backends if one.account}
        return tuple(sorted({shard.account for shard in self.shards} | backends))


def system(
    stacks: Stacks,
    followed: Sequence[Followed],
    findings: Iterable[Diagnosis],
    topology: Topology,
    costs: Costs,
    *,
    source: Source,
    read_at: datetime.datetime,
    unread: Iterable[Problem] = (),
) -> System:
    """The system as the report shows it.

    Args:
        stacks: All stack files.
        followed: A request for each route and host.
        findings: What is wrong, as `doctor` says it.
        topology: Where the requests were followed.
        costs: The cost of every stack.
        source: Where the topology was read.
        read_at: When.
        unread: Accounts that could not be read.
    """
    found = tuple(findings)
    by_connection: dict[str, list[Followed]] = {}
    for one in followed:
        by_connection.setdefault(one.connection, []).append(one)
    grouped, _ = group(stacks.edges, stacks.attached)
    workloads = {one.stack: one for one in stacks.workloads}
    bills = {name: bill for stack in costs.stacks for name, bill in stack.connections.items()}

    def connection(stack: Edge | Attached, shard: ShardStacks, routes: RoutePlan) -> Connection:
        requests = by_connection.get(routes.name, [])
        entry, own = routes.connection, tuple(one for one in found if one.connection == routes.name)
        files = {one.stack: workloads.get(stack_names.short(one.stack)) for one in entry.backends if one.stack}
        return Connection(
            name=routes.name,
            owner=entry.owner,
            stack=stack.stack,
            shard=shard.edge.stack,
            slot=entry.slot,
            hosts=tuple(routes.hosts),
            priorities=tuple(rule.priority for rule in routes.rules),
            status=_status(entry.state == "active", requests, own),
            backends=completed(deployed(requests, topology), planned(entry.backends, files)),
            traces=tuple(one.trace for one in requests),
            findings=own,
            bill=bills[routes.name],
        )

    shards = []
    for shard, capacity in zip(grouped, capacities(grouped), strict=True):
        connections = [
            connection(stack, shard, routes)
            for stack in shard.stacks
            for routes in sorted(stack.routes, key=lambda routes: routes.name)
        ]
        requests = [one for each in connections for one in by_connection.get(each.name, [])]
        balancer = next(_balancers(requests), None)
        seen = {zone.id for each in connections for backend in each.backends for zone in backend.zones}
        shards.append(
            Shard(
                name=shard.edge.stack,
                account=shard.edge.settings.account_id,
                region=shard.edge.region,
                balancer=balancer,
                zones=tuple(sorted(seen | set(balancer.subnets if balancer else ()))),
                connections=tuple(sorted(connections, key=lambda one: one.name)),
                capacity=capacity,
            )
        )
    return System(
        source=source,
        read_at=read_at,
        shards=tuple(shards),
        findings=found,
        unread=tuple(unread),
        costs=costs,
        notes=costs.notes,
    )


def _status(active: bool, requests: Sequence[Followed], findings: Sequence[Diagnosis]) -> Status:
    severities = {one.severity for one in findings}
    if "error" in severities:
        return "error"
    if not active:
        return "maintenance"
    if "warning" in severities:
        return "warning"
    return "serving" if requests else "not followed"


def _balancers(requests: Iterable[Followed]) -> Iterator[LoadBalancer]:
    """The load balancers that requests came to."""
    for one in requests:
        if found := vars(one.path).get("balancer"):
            yield found
