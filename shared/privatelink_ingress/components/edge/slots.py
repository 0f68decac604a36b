"""Refuses a listener rule in a slot that another connection still uses, in the preview too. See `plan.edge.slots`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection

import pulumi
from pulumi import ResourceHook, ResourceHookArgs, ResourceHookOptions

from privatelink_ingress.plan.edge import slots
from privatelink_ingress.plan.edge.removal import EdgeRemovalPlan
from privatelink_ingress.plan.edge.slots import UsedPriority
from privatelink_ingress.problems import UserError

UsedPriorities = Callable[[EdgeRemovalPlan, str], Collection[UsedPriority]]
"""Asks AWS for the rules of a listener, by its ARN: `privatelink_ingress.aws.slots.used_priorities`."""


def slot_hook(plan: EdgeRemovalPlan, used_priorities: UsedPriorities) -> ResourceHook:
    """The hook of a stack's rules, for before each is created or updated. `plan` has the stack and its credentials.

    It asks once in a run: the rules that the run itself creates are in slots of their own.
    """
    asked: dict[str, asyncio.Task[Collection[UsedPriority]]] = {}

    async def ask(listener_arn: str) -> Collection[UsedPriority]:
        try:
            return await asyncio.to_thread(used_priorities, plan, listener_arn)
        except UserError as error:
            pulumi.warn(str(error))
            return ()

    async def before_rule(hook: ResourceHookArgs) -> None:
        old, new = (inputs or {} for inputs in (hook.old_inputs, hook.new_inputs))
        listener_arn = new.get("listenerArn")
        # In the preview of a new load balancer, the listener does not exist yet.
        if not isinstance(listener_arn, str) or old.get("priority") == new["priority"]:
            return
        if listener_arn not in asked:
            asked[listener_arn] = asyncio.ensure_future(ask(listener_arn))
        slots.check(plan.stack, new["tags"]["Connection"], int(new["priority"]), await asked[listener_arn])

    return ResourceHook(slots.HOOK, before_rule, ResourceHookOptions(on_dry_run=True))
