"""Hooks of the resources of connections: waits for requests, and refusals of what AWS would refuse half way.

See `plan.edge.draining`, `plan.edge.endpoint_zones` and `plan.edge.slots`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Mapping
from typing import Any, Protocol

import pulumi
from pulumi import ResourceHook, ResourceHookArgs, ResourceHookBinding, ResourceHookOptions

from privatelink_ingress import tokens as t
from privatelink_ingress.components.edge.slots import UsedSlots, slot_hook
from privatelink_ingress.components.hook_inputs import plain
from privatelink_ingress.components.hook_threads import in_hook_thread
from privatelink_ingress.plan.edge import draining, endpoint_zones
from privatelink_ingress.plan.edge.connections import ConnectionPlan
from privatelink_ingress.plan.edge.removal import EdgeRemovalPlan

Say = Callable[[str], None]


class Waits(Protocol):
    """What asks AWS: the module `privatelink_ingress.aws.draining`."""

    def wait_until_rule_may_forward(
        self, plan: EdgeRemovalPlan, rule_arn: str, wanted: Mapping[str, int], say: Say
    ) -> None:
        """Before a listener rule changes to these target groups: their weights by ARN."""

    def wait_until_healthy(
        self, plan: EdgeRemovalPlan, group_arn: str, leaving: str, remaining: Collection[str], say: Say
    ) -> None:
        """Before a target is deregistered."""

    def wait_until_group_is_drained(self, plan: EdgeRemovalPlan, group_arn: str, say: Say) -> None:
        """Before a target group is deleted."""

    def wait_until_endpoint_is_drained(
        self, plan: EdgeRemovalPlan, endpoint_id: str, connection: str, addresses: Collection[str], say: Say
    ) -> None:
        """Before an endpoint is deleted."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class ConnectionHooks:
    """What the resources of connections are registered with; no wait in an unguarded stack."""

    rule: ResourceHookBinding
    """Refuses a used slot, also in an unguarded stack."""
    target: ResourceHookBinding | None
    group: ResourceHookBinding | None
    endpoint: ResourceHookBinding
    """Refuses a used slot, and other zones within a generation, also in an unguarded stack."""


def connection_hooks(
    plan: EdgeRemovalPlan,
    connections: Collection[ConnectionPlan],
    waits: Callable[[], Waits],
    used_slots: Callable[[], UsedSlots],
) -> ConnectionHooks:
    """Register the hooks of a stack, once. An unguarded stack has them too: its state may still refer to them.

    Args:
        plan: Whether the stack is guarded, and the credentials.
        connections: All of the stack.
        waits: Loads what waits for AWS; called when a hook runs.
        used_slots: Loads what asks AWS for used slots; called when a rule or an endpoint is about to be created.
    """
    remaining: Mapping[str, list[str]] = {
        group.name: [target.address for target in backend.targets]
        for connection in connections
        for backend in connection.backends
        for group in backend.groups
    }

    async def before_rule(hook: ResourceHookArgs) -> None:
        old, new = _forwarded(await plain(hook.old_inputs)), _forwarded(await plain(hook.new_inputs))
        if plan.guarded and new != old:
            await in_hook_thread(waits().wait_until_rule_may_forward, plan, hook.id, new, pulumi.info)

    async def before_target(hook: ResourceHookArgs) -> None:
        inputs = await plain(hook.old_inputs)
        group = str(inputs["targetGroupArn"])
        name = group.rpartition(":targetgroup/")[2].partition("/")[0]
        if plan.guarded and (addresses := remaining.get(name)):
            await in_hook_thread(
                waits().wait_until_healthy, plan, group, str(inputs["targetId"]), addresses, pulumi.info
            )

    async def before_group_or_endpoint(hook: ResourceHookArgs) -> None:
        if not plan.guarded:
            return
        if hook.type == t.TARGET_GROUP:
            await in_hook_thread(waits().wait_until_group_is_drained, plan, hook.id, pulumi.info)
            return
        inputs = await plain(hook.old_inputs)
        addresses = [one["ipv4"] for one in inputs["subnetConfigurations"]]
        await in_hook_thread(
            waits().wait_until_endpoint_is_drained, plan, hook.id, inputs["tags"]["Connection"], addresses, pulumi.info
        )

    async def before_zones(hook: ResourceHookArgs) -> None:
        old, new = await plain(hook.old_inputs), await plain(hook.new_inputs)
        endpoint_zones.check(hook.name, old.get("subnetIds"), new.get("subnetIds"))

    forward = ResourceHook(draining.FORWARD_HOOK, before_rule)
    healthy = ResourceHook(draining.HEALTHY_HOOK, before_target)
    drained = ResourceHook(draining.DRAINED_HOOK, before_group_or_endpoint)
    slot = slot_hook(plan, used_slots)
    zones = ResourceHook(endpoint_zones.HOOK, before_zones, ResourceHookOptions(on_dry_run=True))
    if not plan.guarded:
        return ConnectionHooks(
            rule=ResourceHookBinding(before_create=[slot], before_update=[slot]),
            target=None,
            group=None,
            endpoint=ResourceHookBinding(before_create=[slot], before_update=[zones, slot]),
        )
    return ConnectionHooks(
        rule=ResourceHookBinding(before_create=[slot], before_update=[slot, forward]),
        target=ResourceHookBinding(before_delete=[healthy]),
        group=ResourceHookBinding(before_delete=[drained]),
        endpoint=ResourceHookBinding(before_create=[slot], before_update=[zones, slot], before_delete=[drained]),
    )


def _forwarded(rule: Mapping[str, Any]) -> dict[str, int]:
    """Weight of each target group by ARN, in the inputs of a listener rule."""
    forwards = [action["forward"] for action in rule.get("actions") or () if action.get("forward")]
    return {str(group["arn"]): int(group["weight"]) for forward in forwards for group in forward["targetGroups"]}
