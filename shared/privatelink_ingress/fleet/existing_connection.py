"""Whether a connection that somebody asks for is there already, and what of it is otherwise."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from typing import Any

from privatelink_ingress import stack_names
from privatelink_ingress.fleet import onboarding
from privatelink_ingress.fleet.onboarding import Wish
from privatelink_ingress.fleet.stacks import Attached, Edge, Workload, workload_named
from privatelink_ingress.plan.routing import routes
from privatelink_ingress.problems import Problem
from privatelink_ingress.settings.edge import Connection


@dataclasses.dataclass(frozen=True, kw_only=True)
class Holder:
    """Where a connection is."""

    stack: Edge | Attached
    connection: Connection

    @property
    def shard(self) -> str:
        """The stack with the load balancer."""
        return self.stack.shard if isinstance(self.stack, Attached) else self.stack.stack

    @property
    def alone(self) -> bool:
        """Whether its stack is attached and holds nothing else."""
        return isinstance(self.stack, Attached) and len(self.stack.settings.connections) == 1


def holders(name: str, stacks: Iterable[Edge | Attached]) -> list[Holder]:
    """Every place of a connection of this name."""
    return [
        Holder(stack=stack, connection=stack.settings.connections[name])
        for stack in stacks
        if name in stack.settings.connections
    ]


def differences(wish: Wish, holder: Holder, workloads: Sequence[Workload]) -> list[Problem]:
    """What of the wish is otherwise in the connection that there is; none when it is there already.

    Raises:
        UsageError: for a stack that there is not, or a value that no stack file may have.
    """
    there, where = holder.connection, f"{holder.stack.file}: connections.{wish.name}"
    entry = onboarding.entry_of(wish, workload_named(wish.stack, workloads), slot=there.slot)
    wanted = onboarding.connection_of(wish.name, entry)
    if there.owner != wanted.owner:
        reason = f"belongs to {there.owner}, and not to {wanted.owner}"
        return [Problem(where, reason, f"Choose another name, or settle with {there.owner} who has this one.")]
    own_stack = isinstance(holder.stack, Attached)
    compared = {
        "backends": (_sources(there), _sources(wanted)),
        "routes": (_routes(there), _routes(wanted)),
        "state": (there.state, wanted.state),
        "slot": (there.slot, there.slot if wish.slot is None else wish.slot),
        "shard": (holder.shard, wish.shard or holder.shard),
        "attached": (own_stack, own_stack or wish.attached),
    }
    return [
        Problem(f"{where}.{key}", f"is {_shown(found)}, and not {_shown(meant)}", _remedy(key, _shown(meant)))
        for key, (found, meant) in compared.items()
        if found != meant
    ]


def _sources(connection: Connection) -> list[str]:
    return sorted(stack_names.short(backend.source) for backend in connection.backends)


def _routes(connection: Connection) -> list[dict[str, Any]]:
    """Routes without what the order of a list and the case of a host change."""
    dumped = [route.model_dump(mode="json", by_alias=True, exclude_defaults=True) for route in connection.routes]
    for route in dumped:
        route["hosts"] = sorted(host.lower() for host in route["hosts"])
        route["paths"] = sorted(route.get("paths", [routes.ANY_PATH]))
    return sorted(dumped, key=str)


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(_shown, value))
    if isinstance(value, dict):
        return " ".join(f"{key} {_shown(part)}" for key, part in value.items())
    return str(value)


def _remedy(key: str, meant: str) -> str:
    if key in ("slot", "shard", "attached"):
        return f"Leave --{key} out: a connection stays where it is."
    if key == "state":
        return "Remove the line `state: maintenance` to have it answer again."
    return f"Write {meant} there by hand if that is meant: it changes what is deployed."
