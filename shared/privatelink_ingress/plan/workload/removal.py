"""The removal guard: a published service is not removed while endpoints are connected to it.

It is a delete hook on one resource that depends on all others, so that the engine deletes that resource first and
alone. Its properties, each seen with the engine:

- Nothing changes before it, neither in `pulumi destroy` nor in an update that replaces the service, and a preview
  already refuses. AWS's own refusal comes after the nodes and the controller are gone, when requests already fail.
- It asks AWS at that moment. `protect` knows nothing of connections: it blocks every removal, and once it is removed,
  it blocks none.
- The hook belongs to the program, so the engine refuses `pulumi destroy` without `--run-program`, connected or not.
  That is its price; `publication.removal: unguarded` turns the guard off.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from privatelink_ingress.problems import Problem, UserError
from privatelink_ingress.settings.workload import WorkloadSettings

HOOK = "no-live-connections"
"""The hook's name. Every stack's state holds it, so it must never change."""

TITLE = "The service is still connected, so nothing is removed"


OPEN = frozenset({"pendingacceptance", "available"})
"""States of a connection, in lower case, that keep its service from being deleted.

DeleteVpcEndpointServiceConfigurations, EC2 API."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class WorkloadState:
    """The endpoint service and its connections, as the workload account sees them."""

    service_id: str | None
    """None when the endpoint service does not exist."""
    connections: Mapping[str, tuple[str, str]] = dataclasses.field(default_factory=dict)
    """Owner's account and state by endpoint id."""

    @property
    def open(self) -> dict[str, str]:
        """The owner of each connection that keeps the service from being deleted."""
        return {id_: owner for id_, (owner, state) in self.connections.items() if state.lower() in OPEN}


@dataclasses.dataclass(frozen=True, kw_only=True)
class RemovalPlan:
    """Whether a stack's endpoint service is guarded, and the credentials that look up its connections."""

    guarded: bool
    connection: str
    account_id: str
    region: str
    role_arn: str | None
    """Role of the network duty, which owns the service; ambient credentials without it."""
    external_id: str | None


def plan_removal(settings: WorkloadSettings, *, name: str, region: str) -> RemovalPlan:
    """The plan of connection `name`."""
    return RemovalPlan(
        guarded=settings.publication.removal == "guarded",
        connection=name,
        account_id=settings.account_id,
        region=region,
        role_arn=settings.roles.network,
        external_id=settings.roles.external_id,
    )


def check(plan: RemovalPlan, state: WorkloadState) -> None:
    """Allow the removal of an endpoint service without live connections.

    Raises:
        UserError: with every live connection, and the steps to follow.
    """
    live = {id_: state.connections[id_] for id_ in state.open}
    if not live:
        return
    listed = ", ".join(f"{id_} of account {owner} ({status})" for id_, (owner, status) in sorted(live.items()))
    raise UserError(
        TITLE,
        [
            Problem(
                f"service {state.service_id}",
                f"is connected to {listed}",
                f"Remove it from the edge first: `./run offboard {plan.connection}` until it has nothing "
                "left to do, with `pulumi up` in central-ingress/ where it says so. It also rejects the endpoints of "
                "other edges. If this stack creates another service, move the edge to that one instead: "
                "docs/publication.md, Removal. Then run this again.",
            )
        ],
    )


def unseen(plan: RemovalPlan, service_id: str, why: str) -> UserError:
    """The refusal when AWS cannot be asked: a connection that is not seen may be live."""
    return UserError(
        TITLE,
        [
            Problem(
                f"service {service_id}",
                f"cannot be read, so its connections are unknown: {why}",
                f"Run with credentials of account {plan.account_id} that may call ec2:DescribeVpcEndpointConnections. "
                "If you know that no endpoint is connected, write removal: unguarded under publication in the stack "
                "file.",
            )
        ],
    )
