"""What must hold across the stack files of a repository: both sides are planned together, before either is deployed."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from privatelink_ingress.contracts import service as service_contract
from privatelink_ingress.contracts.service import Contract
from privatelink_ingress.fleet import assumed_zones, hosts, repository, shards
from privatelink_ingress.fleet.repository import Report
from privatelink_ingress.fleet.shards import Shard
from privatelink_ingress.fleet.stacks import Attached, Edge, Finding, Workload
from privatelink_ingress.plan.capacity.placement import Capacity
from privatelink_ingress.plan.edge.attachment import plan_attachment
from privatelink_ingress.plan.edge.backends import assumed_contract
from privatelink_ingress.plan.edge.shard import EdgePlan, plan_edge
from privatelink_ingress.plan.routing.routes import RoutePlan
from privatelink_ingress.plan.workload import (
    WorkloadPlan,
    adopted_cluster,
    adopted_network,
    declared_zones,
    plan_adopted,
    plan_workload,
)
from privatelink_ingress.problems import Problem, UserError, suggest
from privatelink_ingress.settings.edge import Connection, EdgeStack
from privatelink_ingress.stack_names import StackName, short


def check(root: Path) -> Report:
    """Check the repository at `root`.

    Raises:
        UserError: when there is nothing to check.
    """
    stacks = repository.read(root)
    report = stacks.report
    if report.findings:
        report.notes.append("The files are compared with each other once each of them is right.")
    elif stacks.encrypted:
        report.notes.append("The files are not compared with each other: that takes all of them.")
    else:
        report.findings += compare(stacks.workloads, stacks.edges, stacks.attached)
        report.notes += (note for stack in (*stacks.edges, *stacks.attached) for note in unread(stack))
        report.notes += shards.overlaps(stacks.edges, stacks.attached)
    return report


def compare(workloads: Sequence[Workload], edges: Sequence[Edge], attached: Sequence[Attached] = ()) -> list[Finding]:
    """Everything that planning all stacks together finds, sorted by file and key."""
    findings: list[Finding] = []
    plans: dict[str, WorkloadPlan] = {}
    for workload in workloads:
        try:
            plans[workload.stack] = plan_of(workload)
        except UserError as error:
            findings += (Finding(workload.file, problem) for problem in error.problems)
    findings += _names_differ(workloads, plans)
    grouped, lost = shards.group(edges, attached)
    findings += (*lost, *shards.target_groups(grouped))
    capacities = shards.capacities(grouped)
    users: list[_User] = []
    for shard in grouped:
        others = [capacity for capacity in capacities if capacity.name != shard.edge.stack]
        planned, found = _plan_shard(shard, workloads, plans, others)
        findings += found
        findings += _closes_first(shard, workloads, plans)
        users += (_User(stack=stack, subnets=_subnets(shard.edge, planned)) for stack in shard.stacks)
    for workload in workloads:
        using = [user for user in users if workload.stack in map(short, backends(user.stack.settings))]
        findings += (Finding(workload.file, problem) for problem in _admits(workload, using))
        serves = [one for user in using for one in served(user.stack.settings, workload.stack)]
        findings += (Finding(workload.file, problem) for problem in hosts.of_sample(workload, serves))
    return sorted(set(findings))


def backends(settings: EdgeStack) -> tuple[str, ...]:
    """The stacks that serve the connections, as the settings write them."""
    everything = (backend.stack for connection in settings.connections.values() for backend in connection.backends)
    return tuple(stack for stack in everything if stack is not None)


def served(settings: EdgeStack, workload: str) -> Iterator[Connection]:
    """The connections of an edge's stack that a workload's stack serves."""
    for connection in settings.connections.values():
        if any(backend.stack and short(backend.stack) == workload for backend in connection.backends):
            yield connection


def unread(stack: Edge | Attached) -> Iterator[str]:
    """What of a stack file cannot be compared, since only AWS knows it."""
    for name, connection in sorted(stack.settings.connections.items()):
        for place, backend in enumerate(connection.backends):
            if backend.parameter is not None:
                where = f"{stack.file}: connections.{name}.backends[{place}]"
                yield f"{where} is a parameter, so only `pulumi preview` can check what its contract says."


def plan_of(workload: Workload) -> WorkloadPlan:
    """The plan of a workload stack. Raises `UserError` when there can be none.

    What only AWS knows of a VPC or cluster of somebody else is taken to fit.
    """
    settings, stack, region = workload.settings, workload.stack, workload.region
    zone_ids = assumed_zones.workload_zones(settings, region)
    if cluster := settings.cluster.existing:
        placeholder = adopted_cluster.placeholder(cluster, zone_ids=zone_ids)
        return plan_adopted(settings, stack=stack, region=region, cluster=placeholder)
    vpc = (
        adopted_network.placeholder(settings.network.existing, zone_ids=zone_ids) if settings.network.existing else None
    )
    return plan_workload(settings, stack=stack, region=region, available_zones=zone_ids, existing_vpc=vpc)


def _plan_shard(
    shard: Shard, workloads: Sequence[Workload], plans: Mapping[str, WorkloadPlan], others: Sequence[Capacity]
) -> tuple[EdgePlan | None, list[Finding]]:
    """The plan of the stack with the load balancer, if there can be one, and what is wrong with all of the shard."""
    edge = shard.edge
    findings = list(shards.names_and_slots(shard))
    for stack in shard.stacks:
        findings += _backends_exist(stack, workloads)
    network = edge.settings.network
    available = assumed_zones.zones_of(network.zone_ids, network.zones, edge.region)
    stating = {workload.stack for workload in workloads if declared_zones.zone_ids(workload.settings)}

    def contracts(settings: EdgeStack) -> dict[str, Contract]:
        found = {
            backend.source: assumed_contract(name, connection, backend, region=edge.region, zone_ids=available)
            for name, connection in settings.connections.items()
            for backend in connection.backends
            if backend.stack is None
        }
        for backend in backends(settings):
            if plan := plans.get(short(backend)):
                # Zones can only be compared where both sides state them.
                comparable = network.zone_ids and short(backend) in stating
                found[backend] = contract_of(plan, None if comparable else available)
        return found

    try:
        known = contracts(edge.settings)
        planned = plan_edge(
            edge.settings,
            stack=edge.stack,
            region=edge.region,
            available_zones=available,
            contracts=known,
            routes=_servable(edge, known),
            attached=shard.attached_routes,
            others=others,
        )
    except UserError as error:
        return None, [*findings, *(Finding(edge.file, problem) for problem in error.problems)]
    findings += shards.together(shard, planned.site)
    for stack in shard.attached:
        known = contracts(stack.settings)
        try:
            plan_attachment(
                stack.settings,
                stack=stack.stack,
                region=stack.region,
                site=planned.site,
                contracts=known,
                routes=_servable(stack, known),
            )
        except UserError as error:
            findings += (Finding(stack.file, problem) for problem in error.problems)
    return planned, findings


def _servable(stack: Edge | Attached, contracts: Mapping[str, Contract]) -> list[RoutePlan]:
    """The connections whose backends could be planned; the others are findings already."""
    return [
        routes for routes in stack.routes if all(backend.source in contracts for backend in routes.connection.backends)
    ]


def contract_of(plan: WorkloadPlan, zone_ids: Sequence[str] | None) -> Contract:
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


def _backends_exist(edge: Edge | Attached, workloads: Sequence[Workload]) -> Iterable[Finding]:
    known = sorted(workload.stack for workload in workloads)
    for name, connection in edge.settings.connections.items():
        for place, backend in enumerate(connection.backends):
            if backend.stack is None:
                continue
            named = StackName.parse(backend.stack)
            if not named.may_be_of(service_contract.PROJECT) or named.stack not in known:
                where = f"connections.{name}.backends[{place}].stack"
                add = f"Or add {service_contract.PROJECT}/Pulumi.{named.stack}.yaml."
                remedy = f"{suggest(named.stack, known)} {add}".strip()
                yield Finding(edge.file, Problem(where, f"is {backend.stack!r}, which has no stack file", remedy))


@dataclasses.dataclass(frozen=True, kw_only=True)
class _User:
    """A stack that connects to a workload."""

    stack: Edge | Attached
    subnets: frozenset[str] | None
    """Its load balancer's; None where they are not known."""

    @property
    def account_id(self) -> str:
        return self.stack.settings.account_id


def _subnets(edge: Edge, planned: EdgePlan | None) -> frozenset[str] | None:
    # Where a subnet lies follows from its zone, so an edge that leaves its zones to AWS cannot be compared.
    if planned is None or not edge.settings.network.zone_ids:
        return None
    return frozenset(subnet.cidr for subnet in planned.network.public)


def _closes_first(shard: Shard, workloads: Sequence[Workload], plans: Mapping[str, WorkloadPlan]) -> Iterable[Finding]:
    """Whether the load balancer is the one that closes idle connections.

    Where the controller closes first, a request that is on its way at that moment ends in a 502:
    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html
    """
    idle = shard.edge.settings.load_balancer.idle_timeout
    used = {short(backend) for stack in shard.stacks for backend in backends(stack.settings)}
    for workload in workloads:
        plan = plans.get(workload.stack)
        if workload.stack not in used or plan is None or plan.controller is None:
            continue
        kept = plan.controller.keepalive_seconds
        if idle >= kept:
            where = f"controller.config.keepalive-timeout of {workload.file}"
            reason = f"is {idle} s, not below the {kept:g} s of {where}, so requests would end in 502"
            remedy = f'Lower it, or write keepalive-timeout: "{idle + 15}s" there.'
            yield Finding(shard.edge.file, Problem("loadBalancer.idleTimeout", reason, remedy))


def _admits(workload: Workload, users: Sequence[_User]) -> Iterable[Problem]:
    """Whether the edges that use a workload may connect, and are let through when they do."""
    consumers = workload.settings.publication.consumers
    for user in users:
        if user.account_id not in {consumer.account_id for consumer in consumers}:
            yield Problem(
                "publication.consumers",
                f"do not admit account {user.account_id}, from which edge {user.stack.stack} connects",
                f'Add `- accountId: "{user.account_id}"`.',
            )
    for place, consumer in enumerate(consumers):
        known = [user for user in users if user.account_id == consumer.account_id]
        if not consumer.alb_subnet_cidrs or not known or any(user.subnets is None for user in known):
            continue
        subnets = {subnet for user in known for subnet in user.subnets or ()}
        if missing := sorted(subnets - set(consumer.alb_subnet_cidrs)):
            names = ", ".join(user.stack.stack for user in known)
            lacks = f"lacks {', '.join(missing)}, from where edge {names} connects"
            remedy = f"Write [{', '.join(sorted(subnets))}]; requests from other subnets are dropped."
            yield Problem(f"publication.consumers[{place}].albSubnetCidrs", lacks, remedy)
        elif stale := sorted(set(consumer.alb_subnet_cidrs) - subnets):
            reason = f"admits {', '.join(stale)}, which is no load balancer subnet of its edges"
            remedy = f"Write [{', '.join(sorted(subnets))}]."
            yield Problem(f"publication.consumers[{place}].albSubnetCidrs", reason, remedy)
