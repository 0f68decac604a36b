"""What must hold across the stack files of a repository: both sides are planned together, before either is deployed."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence

from privatelink_ingress import contract
from privatelink_ingress.contract import Contract
from privatelink_ingress.plan.edge import EdgePlan, plan_edge
from privatelink_ingress.plan.workload import WorkloadPlan, plan_workload
from privatelink_ingress.plan.zones import DEFAULT_COUNT
from privatelink_ingress.problems import Problem, UserError
from privatelink_ingress.settings.edge import EdgeSettings
from privatelink_ingress.settings.workload import WorkloadSettings


@dataclasses.dataclass(frozen=True, kw_only=True)
class Workload:
    """One `eks-service` stack as its file says it."""

    file: str
    """Path of the stack file, for messages."""
    stack: str
    region: str
    settings: WorkloadSettings


@dataclasses.dataclass(frozen=True, kw_only=True)
class Edge:
    """One `central-ingress` stack as its file says it."""

    file: str
    stack: str
    region: str
    settings: EdgeSettings


@dataclasses.dataclass(frozen=True, order=True)
class Finding:
    """A problem and the file to change."""

    file: str
    problem: Problem


def check(workloads: Sequence[Workload], edges: Sequence[Edge]) -> list[Finding]:
    """Everything that planning all stacks together finds, sorted by file and key."""
    findings: list[Finding] = []
    plans: dict[str, WorkloadPlan] = {}
    for workload in workloads:
        try:
            plans[workload.stack] = _plan_workload(workload)
        except UserError as error:
            findings += (Finding(workload.file, problem) for problem in error.problems)
    findings += _names_differ(workloads, plans)
    planned: dict[str, EdgePlan] = {}
    for edge in edges:
        findings += _backends_exist(edge, workloads)
        try:
            planned[edge.stack] = _plan_edge(edge, workloads, plans)
        except UserError as error:
            findings += (Finding(edge.file, problem) for problem in error.problems)
    for workload in workloads:
        users = [edge for edge in edges if workload.stack in map(_short, backends(edge.settings))]
        findings += (Finding(workload.file, problem) for problem in _admits(workload, users, planned))
    return sorted(set(findings))


def backends(settings: EdgeSettings) -> tuple[str, ...]:
    """The stacks that serve the connections, as the settings write them."""
    return tuple(backend.stack for connection in settings.connections.values() for backend in connection.backends)


def assumed_zones(region: str, count: int = DEFAULT_COUNT) -> tuple[str, ...]:
    """Zone ids in the way AWS forms them (`euw1-az1` in eu-west-1), where only AWS knows which there are."""
    start, *middle, number = region.split("-")
    directions = {"southeast": "se", "southwest": "sw", "northeast": "ne", "northwest": "nw"}
    prefix = start + "".join(directions.get(word, word[0]) for word in middle) + number
    return tuple(f"{prefix}-az{place}" for place in range(1, count + 1))


def _plan_workload(workload: Workload) -> WorkloadPlan:
    return plan_workload(
        workload.settings,
        stack=workload.stack,
        region=workload.region,
        available_zones=_available(
            workload.settings.network.zone_ids, workload.settings.network.zones, workload.region
        ),
    )


def _plan_edge(edge: Edge, workloads: Sequence[Workload], plans: Mapping[str, WorkloadPlan]) -> EdgePlan:
    """The edge with those of its connections whose backend could be planned; the others are findings already."""
    network = edge.settings.network
    available = _available(network.zone_ids, network.zones, edge.region)
    stated = {workload.stack for workload in workloads if workload.settings.network.zone_ids}
    contracts: dict[str, Contract] = {}
    for backend in backends(edge.settings):
        if plan := plans.get(_short(backend)):
            # Zones can only be compared where both sides state them.
            comparable = network.zone_ids and _short(backend) in stated
            contracts[backend] = _contract(plan, None if comparable else available)
    connections = {
        name: connection
        for name, connection in edge.settings.connections.items()
        if all(backend.stack in contracts for backend in connection.backends)
    }
    return plan_edge(
        edge.settings.model_copy(update={"connections": connections}),
        stack=edge.stack,
        region=edge.region,
        available_zones=available,
        contracts=contracts,
    )


def _contract(plan: WorkloadPlan, zone_ids: Sequence[str] | None) -> Contract:
    """What the stack will publish, with a stand-in for the endpoint service that does not exist yet."""
    known = plan.publication.contract
    return Contract.model_validate(
        {
            **known,
            "zone_ids": list(zone_ids or known["zone_ids"]),
            "endpoint_service_name": f"com.amazonaws.vpce.{known['region']}.vpce-svc-0",
            "endpoint_service_id": "vpce-svc-0",
        }
    )


def _names_differ(workloads: Iterable[Workload], plans: Mapping[str, WorkloadPlan]) -> Iterable[Finding]:
    holders: dict[str, Workload] = {}
    for workload in workloads:
        if (plan := plans.get(workload.stack)) is None:
            continue
        holder = holders.setdefault(plan.name, workload)
        if holder is not workload:
            reason = f"is {plan.name}, which {holder.file} of {holder.settings.owner} has"
            remedy = "Choose another one: a connection's name is unique for the whole edge."
            yield Finding(workload.file, Problem("connectionName", reason, remedy))


def _backends_exist(edge: Edge, workloads: Sequence[Workload]) -> Iterable[Finding]:
    known = sorted(workload.stack for workload in workloads)
    for name, connection in edge.settings.connections.items():
        for place, backend in enumerate(connection.backends):
            if not _ours(backend.stack) or _short(backend.stack) not in known:
                yield Finding(
                    edge.file,
                    Problem(
                        f"connections.{name}.backends[{place}].stack",
                        f"is {backend.stack!r}, of which there is no stack file",
                        f"Write one of {', '.join(known) or 'the stacks, once there is one'}, "
                        f"or add {contract.PROJECT}/Pulumi.{_short(backend.stack)}.yaml.",
                    ),
                )


def _admits(workload: Workload, users: Sequence[Edge], planned: Mapping[str, EdgePlan]) -> Iterable[Problem]:
    """Whether the edges that use a workload may connect, and are let through when they do."""
    consumers = workload.settings.publication.consumers
    for edge in users:
        if edge.settings.account_id not in {consumer.account_id for consumer in consumers}:
            yield Problem(
                "publication.consumers",
                f"do not admit account {edge.settings.account_id}, from which edge {edge.stack} connects",
                f'Add `- accountId: "{edge.settings.account_id}"`.',
            )
    for place, consumer in enumerate(consumers):
        edges = [edge for edge in users if edge.settings.account_id == consumer.account_id]
        # Where a subnet lies follows from its zone, so an edge that leaves its zones to AWS cannot be compared.
        comparable = all(edge.stack in planned and edge.settings.network.zone_ids for edge in edges)
        if not consumer.alb_subnet_cidrs or not edges or not comparable:
            continue
        subnets = {subnet.cidr for edge in edges for subnet in planned[edge.stack].network.public}
        if missing := sorted(subnets - set(consumer.alb_subnet_cidrs)):
            lacks = f"lacks {', '.join(missing)}, from where edge {', '.join(edge.stack for edge in edges)} connects"
            remedy = f"Write [{', '.join(sorted(subnets))}]; requests from other subnets are dropped."
            yield Problem(f"publication.consumers[{place}].albSubnetCidrs", lacks, remedy)
        elif stale := sorted(set(consumer.alb_subnet_cidrs) - subnets):
            reason = f"admits {', '.join(stale)}, which is no load balancer subnet of its edges"
            remedy = f"Write [{', '.join(sorted(subnets))}]."
            yield Problem(f"publication.consumers[{place}].albSubnetCidrs", reason, remedy)


def _available(zone_ids: tuple[str, ...] | None, count: int | None, region: str) -> tuple[str, ...]:
    return zone_ids or assumed_zones(region, count or DEFAULT_COUNT)


def _short(stack: str) -> str:
    return stack.rpartition("/")[2]


def _ours(stack: str) -> bool:
    """Whether a stack's name means a stack of the workload project."""
    return "/" not in stack or stack.split("/")[1] == contract.PROJECT
