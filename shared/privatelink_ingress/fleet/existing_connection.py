"""Finds an existing connection and lists how it differs from the requested one."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from typing import Any

from privatelink_ingress import stack_names
from privatelink_ingress.fleet import onboarding
from privatelink_ingress.fleet.onboarding import OnboardRequest
from privatelink_ingress.fleet.stacks import Attached, Edge, Workload, workload_named
from privatelink_ingress.plan.routing.parts import ANY_PATH
from privatelink_ingress.problems import Problem
from privatelink_ingress.settings.edge import Connection


@dataclasses.dataclass(frozen=True, kw_only=True)
class Location:
    """Where a connection is defined."""

    stack: Edge | Attached
    connection: Connection

    @property
    def shard(self) -> str:
        """The stack with the load balancer."""
        return self.stack.shard if isinstance(self.stack, Attached) else self.stack.stack

    @property
    def sole_connection(self) -> bool:
        """Whether its stack is attached and holds nothing else."""
        return isinstance(self.stack, Attached) and len(self.stack.settings.connections) == 1


def locations(name: str, stacks: Iterable[Edge | Attached]) -> list[Location]:
    """Every stack that defines a connection of this name."""
    return [
        Location(stack=stack, connection=stack.settings.connections[name])
        for stack in stacks
        if name in stack.settings.connections
    ]


def diff(request: OnboardRequest, location: Location, workloads: Sequence[Workload]) -> list[Problem]:
    """Differences between the request and the existing connection; empty if they match.

    Raises:
        UsageError: for an unknown stack, or a value that no stack file may have.
    """
    existing, where = location.connection, f"{location.stack.file}: connections.{request.name}"
    entry = onboarding.entry_of(request, workload_named(request.stack, workloads), slot=existing.slot)
    requested = onboarding.connection_of(request.name, entry)
    if existing.owner != requested.owner:
        reason = f"belongs to {existing.owner}, not to {requested.owner}"
        return [Problem(where, reason, f"Choose another name, or agree with {existing.owner}, who owns this one.")]
    attached = isinstance(location.stack, Attached)
    compared = {
        "backends": (_sources(existing), _sources(requested)),
        "routes": (_routes(existing), _routes(requested)),
        "state": (existing.state, requested.state),
        "slot": (existing.slot, existing.slot if request.slot is None else request.slot),
        "shard": (location.shard, request.shard or location.shard),
        "attached": (attached, attached or request.attached),
        "clientCertificates": (
            existing.client_certificates or "not set",
            request.client_certificates or existing.client_certificates or "not set",
        ),
    }
    return [
        Problem(f"{where}.{key}", f"is {_shown(was)}, not {_shown(wanted)}", _remedy(key, _shown(wanted)))
        for key, (was, wanted) in compared.items()
        if was != wanted
    ]


def _sources(connection: Connection) -> list[str]:
    return sorted(stack_names.short(backend.source) for backend in connection.backends)


def _routes(connection: Connection) -> list[dict[str, Any]]:
    """Routes without what the order of a list and the case of a host change."""
    dumped = [route.model_dump(mode="json", by_alias=True, exclude_defaults=True) for route in connection.routes]
    for route in dumped:
        route["hosts"] = sorted(host.lower() for host in route["hosts"])
        route["paths"] = sorted(route.get("paths", [ANY_PATH]))
    return sorted(dumped, key=str)


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ", ".join(map(_shown, value))
    if isinstance(value, dict):
        return " ".join(f"{key} {_shown(part)}" for key, part in value.items())
    return str(value)


def _remedy(key: str, wanted: str) -> str:
    if key in ("slot", "shard", "attached"):
        return f"Leave out --{key}: a connection stays where it is."
    if key == "state":
        return "Remove the line `state: maintenance` to let it answer again."
    return f"If you want this, write {wanted} there by hand: it changes what is deployed."
