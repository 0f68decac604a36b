"""The resource that the engine deletes first, and refuses to delete while the stack is in use."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence

import pulumi
from pulumi import Input, Resource, ResourceHook, ResourceHookArgs, ResourceHookBinding, ResourceHookOptions

from privatelink_ingress.components.base import Component
from privatelink_ingress.components.hook_inputs import plain


@dataclasses.dataclass(frozen=True, kw_only=True)
class RemovalGuardArgs:
    """Inputs of a `RemovalGuard`."""

    guarded: bool
    """False leaves out the guard, and lets an earlier deployment's go without a check."""
    hook: str
    """Name of the hook. Every stack's state holds it, so it must never change."""
    remembers: Input[str]
    """What the check looks at: an id or ARN in AWS."""
    replaced_with_it: bool
    """Whether another value replaces the guard, so that the check looks at the old one before anything changes."""
    everything: Sequence[Resource]
    """All other components of the stack: the guard is deleted before any of their resources."""
    check: Callable[[str], None]
    """Raises while what the guard remembers must not be removed."""


class RemovalGuard(Component):
    """A value in the state, not an AWS resource. See `plan.workload.removal` and `plan.edge.removal`."""

    def __init__(self, name: str, args: RemovalGuardArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """The hook is registered in any case: an earlier deployment's guard refers to it by name."""
        super().__init__(name, opts)

        async def before_delete(hook: ResourceHookArgs) -> None:
            if args.guarded:
                args.check(str((await plain(hook.old_inputs))["input"]))

        # In previews too: a preview must not offer a removal that would be refused.
        hook = ResourceHook(args.hook, before_delete, ResourceHookOptions(on_dry_run=True))
        if args.guarded:
            pulumi.Stash(
                f"{name}-removal",
                input=args.remembers,
                opts=self.child(
                    depends_on=list(args.everything),
                    replace_on_changes=["input"] if args.replaced_with_it else None,
                    hooks=ResourceHookBinding(before_delete=[hook]),
                ),
            )
        self.publish()
