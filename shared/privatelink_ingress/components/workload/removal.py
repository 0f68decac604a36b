"""The resource that the engine deletes first, and refuses to delete while an endpoint is connected to the service."""

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
    """All other components of the stack: the guard is deleted before any of their resources."""
    check: Callable[[RemovalPlan, str], None]
    """Raises while the endpoint service with this id must not be removed."""


class RemovalGuard(Component):
    """A value in the state, not an AWS resource, that remembers the endpoint service. See `plan.workload.removal`.

    It is replaced with the endpoint service, so that the check looks at the old service, not the new one.
    """

    def __init__(self, name: str, args: RemovalGuardArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """The hook is registered in any case: an earlier deployment's guard refers to it by name."""
        super().__init__(name, opts)

        def before_delete(hook: ResourceHookArgs) -> None:
            if args.plan.guarded:
                args.check(args.plan, str((hook.old_inputs or {})["input"]))

        # In previews too: a preview must not offer a removal that would be refused.
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
