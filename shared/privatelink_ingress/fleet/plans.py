"""The plan of every stack, offline: both sides together, as `check` compares them and `check --plan` prints them."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

from privatelink_ingress.contracts import service as service_contract
from privatelink_ingress.contracts import shard as shard_contract
from privatelink_ingress.contracts.service import Contract
from privatelink_ingress.fleet import assumed_zones
from privatelink_ingress.fleet.shards import ShardStacks
from privatelink_ingress.fleet.stacks import Attached, Edge, Finding, Workload
from privatelink_ingress.plan.capacity.placement import Capacity
from privatelink_ingress.plan.edge import existing_network, network_zones
from privatelink_ingress.plan.edge.attachment import AttachmentPlan, plan_attachment
from privatelink_ingress.plan.edge.backends import assumed_contract
from privatelink_ingress.plan.edge.existing_network import FoundNetwork
from privatelink_ingress.plan.edge.shard import EdgePlan, plan_edge
from privatelink_ingress.plan.routing.routes import RoutePlan
from privatelink_ingress.plan.workload import (
    AdoptedClusterPlan,
    OwnClusterPlan,
    WorkloadPlan,
    adopted_cluster,
    adopted_network,
    declared_zones,
    plan_adopted,
    plan_workload,
)
from privatelink_ingress.problems import Problem, UsageError, UserError, suggest
from privatelink_ingress.settings.edge import EdgeStack
from privatelink_ingress.stack_names import StackName, short

StackPlan = WorkloadPlan | EdgePlan | AttachmentPlan


@dataclasses.dataclass(frozen=True, kw_only=True)
class ShardPlans:
    """The plans of the stacks of one load balancer."""

    edge: EdgePlan | None
    """None when the stack with the load balancer cannot be planned; then no attached stack can."""
    attached: Mapping[str, AttachmentPlan]
    """By stack, those that can be planned."""
    findings: tuple[Finding, ...]
    """Why the others cannot."""


def select(plans: Mapping[str, StackPlan], stack: str) -> StackPlan:
    """The plan of one stack.

    Args:
        plans: By `<project>/<stack>`.
        stack: A name such as `prod`, `central-ingress/prod` or `acme/central-ingress/prod`.

    Raises:
        UsageError: when no stack, or more than one, has that name.
    """
    name = StackName.parse(stack)
    named = [key for key in plans if StackName.parse(key).stack == name.stack and name.may_be_of(key.split("/")[0])]
    if len(named) == 1:
        return plans[named[0]]
    if named:
        problem = Problem("STACK", f"is {stack!r}, which several projects have", f"Write {' or '.join(named)}.")
    else:
        known = list(plans) if "/" in stack else sorted({short(key) for key in plans})
        problem = Problem("STACK", f"is {stack!r}, which has no stack file", suggest(stack, known))
    raise UsageError("No such stack" if not named else "The stack is ambiguous", [problem])


def by_name(workloads: Mapping[str, WorkloadPlan], shards: Mapping[str, ShardPlans]) -> dict[str, StackPlan]:
    """All plans by `<project>/<stack>`, sorted.

    Args:
        workloads: By stack.
        shards: By the stack with the load balancer.
    """
    plans: dict[str, StackPlan] = {f"{service_contract.PROJECT}/{stack}": plan for stack, plan in workloads.items()}
    for stack, shard in shards.items():
        if shard.edge:
            plans[f"{shard_contract.PROJECT}/{stack}"] = shard.edge
        plans |= {f"{shard_contract.PROJECT}/{attached}": plan for attached, plan in shard.attached.items()}
    return dict(sorted(plans.items()))


def plan_of(workload: Workload) -> OwnClusterPlan | AdoptedClusterPlan:
    """The plan of a workload stack, offline: an existing VPC or cluster is assumed to fit.

    Raises:
        UserError: with everything that does not fit.
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


def backends(settings: EdgeStack) -> tuple[str, ...]:
    """The stacks that serve the connections, as the settings write them."""
    everything = (backend.stack for connection in settings.connections.values() for backend in connection.backends)
    return tuple(stack for stack in everything if stack is not None)


def assumed_vpc(edge: Edge) -> FoundNetwork | None:
    """The VPC of `network.existing`, assumed to fit; None when the stack creates its own."""
    network = edge.settings.network
    if network.existing is None:
        return None
    return existing_network.placeholder(network.existing, zone_ids=assumed_zones.edge_zones(network, edge.region))


def plan_shard(
    shard: ShardStacks, workloads: Sequence[Workload], plans: Mapping[str, WorkloadPlan], others: Sequence[Capacity]
) -> ShardPlans:
    """The plans of one load balancer's stacks. A connection without its backends' plans is left out.

    Args:
        shard: The stacks.
        workloads: All workload stacks.
        plans: Those of them that can be planned, by stack.
        others: The capacity of the other shards.
    """
    edge = shard.edge
    network = edge.settings.network
    available = assumed_zones.edge_zones(network, edge.region)
    stating = {workload.stack for workload in workloads if declared_zones.zone_ids(workload.settings)}

    def contracts(settings: EdgeStack) -> dict[str, Contract]:
        known = {
            backend.source: assumed_contract(name, connection, backend, region=edge.region, zone_ids=available)
            for name, connection in settings.connections.items()
            for backend in connection.backends
            if backend.stack is None
        }
        for backend in backends(settings):
            if plan := plans.get(short(backend)):
                # Zones can only be compared where both sides state them.
                comparable = network_zones.zone_ids(network) and short(backend) in stating
                known[backend] = contract_of(plan, None if comparable else available)
        return known

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
            files=edge.files,
            existing_vpc=assumed_vpc(edge),
        )
    except UserError as error:
        return ShardPlans(edge=None, attached={}, findings=_findings(edge, error))
    attached: dict[str, AttachmentPlan] = {}
    findings: tuple[Finding, ...] = ()
    for stack in shard.attached:
        known = contracts(stack.settings)
        try:
            attached[stack.stack] = plan_attachment(
                stack.settings,
                stack=stack.stack,
                region=stack.region,
                site=planned.site,
                contracts=known,
                routes=_servable(stack, known),
            )
        except UserError as error:
            findings += _findings(stack, error)
    return ShardPlans(edge=planned, attached=attached, findings=findings)


def _findings(stack: Edge | Attached, error: UserError) -> tuple[Finding, ...]:
    return tuple(Finding(stack.file, problem) for problem in error.problems)


def _servable(stack: Edge | Attached, contracts: Mapping[str, Contract]) -> list[RoutePlan]:
    """The connections whose backends could be planned; the others are findings already."""
    return [
        routes for routes in stack.routes if all(backend.source in contracts for backend in routes.connection.backends)
    ]
