"""What the engine deletes first of a stack, and not at all while an endpoint is connected to the service."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence

import pulumi
from pulumi import Input, Resource, ResourceHook, ResourceHookArgs, ResourceHookBinding, ResourceHookOptions

from privatelink_ingress.components.base import Component
from privatelink_ingress.plan.workload import removal
from privatelink_ingress.plan.workload.removal import RemovalPlan


@dataclasses.dataclass(frozen=True, kw_only=True)
class RemovalGuardArgs:
    """Inputs of a `RemovalGuard`."""

    plan: RemovalPlan
    endpoint_service_id: Input[str]
    everything: Sequence[Resource]
    """All components of the stack: none of their resources is deleted before the guard is."""
    check: Callable[[RemovalPlan, str], None]
    """Raises when the endpoint service with this id is not to be removed."""


class RemovalGuard(Component):
    """A value in the state, and no resource of AWS, that remembers the endpoint service. See `plan.workload.removal`.

    It is replaced with the endpoint service, so that the check judges the service that goes, not the one that comes.
    """

    def __init__(self, name: str, args: RemovalGuardArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """The hook is registered in any case: a guard of an earlier deployment asks for it by name."""
        super().__init__(name, opts)

        def before_delete(hook: ResourceHookArgs) -> None:
            if args.plan.guarded:
                args.check(args.plan, str((hook.old_inputs or {})["input"]))

        # In previews as well: what is not to be removed is not offered either.
        hook = ResourceHook(removal.HOOK, before_delete, ResourceHookOptions(on_dry_run=True))
        if args.plan.guarded:
            pulumi.Stash(
                f"{name}-removal",
                input=args.endpoint_service_id,
                opts=self.child(
                    depends_on=list(args.everything),
                    replace_on_changes=["input"],
                    hooks=ResourceHookBinding(before_delete=[hook]),
                ),
            )
        self.publish()
