"""How full each shard is, and what more connections would need: from the stack files alone."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path

from privatelink_ingress.contracts.shard import PROJECT
from privatelink_ingress.fleet import alarm_costs, check, prices, shard_costs
from privatelink_ingress.fleet import shards as fleet_shards
from privatelink_ingress.fleet.repository import read_right
from privatelink_ingress.fleet.shards import ShardStacks
from privatelink_ingress.plan.capacity import cost, usage
from privatelink_ingress.plan.capacity.forecast import Forecast, forecast
from privatelink_ingress.plan.capacity.placement import Capacity
from privatelink_ingress.plan.capacity.usage import Needs
from privatelink_ingress.plan.edge.firewall.web_acl import FirewallPlan, of_shard
from privatelink_ingress.problems import Problem, UsageError, UserError, suggest
from privatelink_ingress.stack_names import StackName


@dataclasses.dataclass(frozen=True, kw_only=True)
class Report:
    """What the command found."""

    shards: tuple[Capacity, ...]
    needs: Needs
    """What a further connection is taken to need."""
    notes: tuple[str, ...]
    firewalls: Mapping[str, Mapping[str, int]]
    """By shard: capacity units of each rule of its web ACL."""
    growth: Forecast | None = None
    region: str = ""
    """Where the growth is planned."""
    connection_usd: float = 0.0
    """A month of one further connection, and of one further shard."""
    shard_usd: float = 0.0
    estimate: bool = False
    """Whether those are estimates."""

    @property
    def exceeded(self) -> bool:
        """Whether a shard holds more than it may."""
        return any(usage.exceeded(shard.used, shard.limits) for shard in self.shards)

    @property
    def growth_usd(self) -> float:
        """A month of the growth, within today's limits."""
        growth = self.growth
        return growth.count * self.connection_usd + len(growth.new) * self.shard_usd if growth else 0.0


def capacity(root: Path, *, needs: Needs, plan: int | None = None, stack: str | None = None) -> Report:
    """The capacity of every shard of the repository at `root`.

    Args:
        root: Top directory of the repository.
        needs: What a further connection needs.
        plan: A number of further connections to plan for.
        stack: One of the shards that may take them, where shards differ in account, region or environment; without
            `plan`, the one to show.

    Raises:
        UserError: when a stack file has a mistake, when no shard exists, or when none could hold one connection.
        UsageError: when the stack does not exist, or is required and missing.
    """
    stacks = read_right(root)
    shards, _ = fleet_shards.group(stacks.edges, stacks.attached)
    capacities = fleet_shards.capacities(shards)
    if not capacities:
        problem = Problem("central-ingress", "has no stack file of a shard", "Write central-ingress/Pulumi.prod.yaml.")
        raise UserError("No capacity to count", [problem])
    firewalls = {shard.edge.stack: {rule.key: rule.capacity for rule in _web_acl(shard).rules} for shard in shards}
    named = _named(stack, capacities)
    shown = capacities if named is None or plan is not None else (named,)
    report = Report(shards=shown, needs=needs, notes=tuple(stacks.report.notes), firewalls=firewalls)
    if plan is None:
        return report
    pool = _pool(capacities, named)
    try:
        growth = forecast(plan, needs, pool)
    except ValueError as error:
        problem = Problem("--plan", f"one such connection does not fit: {error}", "Use fewer rules.")
        raise UserError("The growth cannot be planned", [problem]) from None
    check.compare(stacks)  # which plans them
    first, price_list = pool[0], prices.of_repository(root)
    pattern = next(shard for shard in shards if shard.edge.stack == first.name)
    connection = cost.connection_cost(
        first.region,
        zones=first.zones,
        backends=needs.backends,
        alarm_metrics=alarm_costs.of_another_connection(pattern, needs, zones=first.zones),
        dashboard=pattern.edge.settings.dashboards,
        price_list=price_list,
    )
    shard = shard_costs.bill(
        pattern,
        zones=first.zones,
        alarm_metrics=alarm_costs.of_shard(
            stacks.report.plans.get(f"{PROJECT}/{first.name}"), enabled=bool(pattern.edge.settings.alarms.enabled)
        ),
        price_list=price_list,
    )
    return dataclasses.replace(
        report,
        growth=growth,
        region=first.region,
        connection_usd=connection.usd,
        shard_usd=shard.usd,
        estimate=connection.estimate or shard.estimate,
    )


def _web_acl(shard: ShardStacks) -> FirewallPlan:
    return of_shard(shard.edge.settings, name="")


def _named(stack: str | None, shards: Sequence[Capacity]) -> Capacity | None:
    """The shard of that name, given with or without organization and project; None when none is given."""
    if stack is None:
        return None
    wanted = StackName.parse(stack)
    for shard in shards:
        if shard.name == wanted.stack and wanted.may_be_of(PROJECT):
            return shard
    remedy = suggest(wanted.stack, [shard.name for shard in shards])
    problem = Problem("--stack", f"is {stack}, which is not a stack with a load balancer", remedy)
    raise UsageError("The stack does not exist", [problem])


def _pool(shards: Sequence[Capacity], wanted: Capacity | None) -> list[Capacity]:
    """The shards that can take a connection which is meant for the given one."""
    if wanted is None and len({shard.pool for shard in shards}) > 1:
        reason = "is missing: the shards differ in account, region or environment, so they cannot take the same ones"
        remedy = suggest("", [shard.name for shard in shards])
        raise UsageError("The growth cannot be planned", [Problem("--stack", reason, remedy)])
    return [shard for shard in shards if shard.pool == (wanted or shards[0]).pool]
