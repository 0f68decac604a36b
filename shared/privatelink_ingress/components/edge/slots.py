"""Refuses rules and endpoints in a slot that another connection still has, in previews too. See `plan.edge.slots`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping
from typing import Any, Protocol, TypeVar

import pulumi
from pulumi import ResourceHook, ResourceHookArgs, ResourceHookOptions

from privatelink_ingress import tokens as t
from privatelink_ingress.components.hook_inputs import plain
from privatelink_ingress.components.hook_threads import in_hook_thread
from privatelink_ingress.plan.edge import slots
from privatelink_ingress.plan.edge.removal import EdgeRemovalPlan
from privatelink_ingress.plan.edge.slots import UsedAddress, UsedPriority
from privatelink_ingress.problems import UserError

T = TypeVar("T")


class UsedSlots(Protocol):
    """The look-ups in AWS: the module `privatelink_ingress.aws.slots`."""

    def used_priorities(self, plan: EdgeRemovalPlan, listener_arn: str) -> Collection[UsedPriority]:
        """The rules of a listener."""

    def used_addresses(self, plan: EdgeRemovalPlan, addresses: Mapping[str, str]) -> Collection[UsedAddress]:
        """The network interfaces at these addresses, by the id of the subnet of each."""


def slot_hook(plan: EdgeRemovalPlan, used: Callable[[], UsedSlots]) -> ResourceHook:
    """The hook of a stack's rules and endpoints, for before each is created or updated.

    It asks for the rules once in a run: those that the run itself creates are in slots of their own.

    Args:
        plan: The stack and its credentials.
        used: Loads what asks AWS.
    """
    asked: dict[str, asyncio.Task[Collection[UsedPriority]]] = {}

    async def ask(question: Callable[[EdgeRemovalPlan, Any], Collection[T]], about: Any) -> Collection[T]:
        try:
            return await in_hook_thread(question, plan, about)
        except UserError as error:
            pulumi.warn(str(error))
            return ()

    async def before_rule(old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
        listener_arn = new.get("listenerArn")
        # In the preview of a new load balancer, the listener does not exist yet.
        if not isinstance(listener_arn, str) or old.get("priority") == new["priority"]:
            return
        if listener_arn not in asked:
            asked[listener_arn] = asyncio.ensure_future(ask(used().used_priorities, listener_arn))
        slots.check(plan.stack, new["tags"]["Connection"], int(new["priority"]), await asked[listener_arn])

    async def before_endpoint(old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
        before = {one["ipv4"] for one in old.get("subnetConfigurations") or ()}
        wanted = {
            one["subnetId"]: one["ipv4"]
            for one in new["subnetConfigurations"]
            # In the preview of a new subnet, nothing is in it yet.
            if isinstance(one["subnetId"], str) and one["ipv4"] not in before
        }
        if wanted:
            found = await ask(used().used_addresses, wanted)
            slots.check_addresses(plan.stack, new["tags"]["Connection"], found)

    async def before(hook: ResourceHookArgs) -> None:
        check = before_endpoint if hook.type == t.VPC_ENDPOINT else before_rule
        await check(await plain(hook.old_inputs), await plain(hook.new_inputs))

    return ResourceHook(slots.HOOK, before, ResourceHookOptions(on_dry_run=True))
