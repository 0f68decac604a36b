"""How many metrics the alarms of stacks and connections watch, since AWS charges for each."""

from __future__ import annotations

from privatelink_ingress.fleet.plans import StackPlan
from privatelink_ingress.fleet.shards import ShardStacks
from privatelink_ingress.fleet.stacks import Attached, Edge
from privatelink_ingress.plan.alarms import metrics
from privatelink_ingress.plan.capacity.usage import Needs
from privatelink_ingress.plan.edge.alarms.connections import needed_metrics
from privatelink_ingress.plan.workload import WorkloadPlan


def of_workload(plan: StackPlan | None, *, enabled: bool) -> int | None:
    """Of a workload; None when it has alarms and no plan."""
    if not isinstance(plan, WorkloadPlan):
        return None if enabled else 0
    return metrics(plan.alarms.alarms) if plan.alarms else 0


def of_shard(plan: StackPlan | None, *, enabled: bool) -> int | None:
    """Of what the connections of a shard share; None when it has alarms and no plan."""
    if plan is None or isinstance(plan, WorkloadPlan):
        return None if enabled else 0
    return metrics(plan.alarms.shard) if plan.alarms else 0


def of_connection(plan: StackPlan | None, name: str, *, enabled: bool) -> int | None:
    """Of one connection; None when its stack has alarms, and the stack or the connection has no plan."""
    if plan is None or isinstance(plan, WorkloadPlan):
        return None if enabled else 0
    if plan.alarms is None:
        return 0
    return metrics(plan.alarms.connections[name]) if name in plan.alarms.connections else None


def enabled(stack: Edge | Attached, shard: ShardStacks) -> bool:
    """Whether the connections of a stack have alarms: as the shard, unless the stack's file says otherwise."""
    own = stack.settings.alarms.enabled
    return bool(shard.edge.settings.alarms.enabled if own is None else own)


def of_another_connection(shard: ShardStacks, needs: Needs, *, zones: int) -> int:
    """Of one connection more on a shard."""
    return needed_metrics(needs, zones=zones) if shard.edge.settings.alarms.enabled else 0
