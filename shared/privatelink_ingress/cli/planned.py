"""What the stack files of a repository say that AWS should have, for `doctor`."""

from __future__ import annotations

from collections.abc import Iterator

from privatelink_ingress.contracts import service as service_contract
from privatelink_ingress.contracts import shard as shard_contract
from privatelink_ingress.fleet import check, shards
from privatelink_ingress.fleet.repository import Stacks
from privatelink_ingress.fleet.shards import ShardStacks
from privatelink_ingress.plan.capacity import quotas
from privatelink_ingress.plan.edge import network_zones
from privatelink_ingress.plan.edge.attachment import AttachmentPlan
from privatelink_ingress.plan.edge.shard import EdgePlan
from privatelink_ingress.plan.workload import WorkloadPlan, declared_zones
from privatelink_ingress.trace.expected import Expected, Shard, Workload


def of(stacks: Stacks) -> Expected:
    """The plans of all stacks. One whose file does not fit the others, or has encrypted values, is not compared."""
    check.compare(stacks)  # which plans them; `./run check` tells what does not fit
    grouped, _ = shards.group(stacks.edges, stacks.attached)
    hidden = {one.partition(":")[0] for one in stacks.report.unproven}
    planned = [shard for group in grouped for shard in _shard(stacks, group, hidden)]
    workloads = list(_workloads(stacks, hidden))
    compared = {shard.stack for shard in planned}, {one.stack for one in workloads}
    return Expected(
        shards=tuple(planned),
        workloads=tuple(workloads),
        hosts=frozenset(host for group in grouped for routes in group.routes for host in routes.hosts),
        unplanned=tuple(
            sorted(
                {
                    *(one.file for one in stacks.edges if one.stack not in compared[0]),
                    *(one.file for one in stacks.workloads if one.stack not in compared[1]),
                }
            )
        ),
    )


def _shard(stacks: Stacks, group: ShardStacks, hidden: set[str]) -> Iterator[Shard]:
    plan = stacks.report.plans.get(f"{shard_contract.PROJECT}/{group.edge.stack}")
    if not isinstance(plan, EdgePlan) or {one.file for one in group.stacks} & hidden:
        return
    names = (f"{shard_contract.PROJECT}/{one.stack}" for one in group.attached)
    attached = [one for name in names if isinstance(one := stacks.report.plans.get(name), AttachmentPlan)]
    connections = {one.name: one for part in (plan, *attached) for one in part.connections}
    if connections.keys() != {routes.name for routes in group.routes}:
        return  # rules of a connection that could not be planned would look as if nobody had planned them
    yield Shard(
        stack=group.edge.stack,
        region=group.edge.region,
        plan=plan,
        connections=connections,
        slots={routes.name: routes.connection.slot for routes in group.routes},
        zones_known=network_zones.subnets_known(group.edge.settings.network),
        limits=quotas.effective(group.edge.settings.limits),
    )


def _workloads(stacks: Stacks, hidden: set[str]) -> Iterator[Workload]:
    for one in stacks.workloads:
        plan = stacks.report.plans.get(f"{service_contract.PROJECT}/{one.stack}")
        if isinstance(plan, WorkloadPlan) and one.file not in hidden:
            yield Workload(
                stack=one.stack,
                account_id=one.settings.account_id,
                region=one.region,
                zones_known=bool(declared_zones.zone_ids(one.settings)),
                plan=plan,
            )
