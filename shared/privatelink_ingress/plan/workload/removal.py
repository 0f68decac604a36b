"""What keeps a published service from being removed: endpoints that are still connected to it.

Of the ways to keep it, this is a delete hook on one resource that depends on all others, so that the engine deletes it
first and alone. What speaks for it, each seen with the engine:

- Nothing is touched before it, neither by `pulumi destroy` nor by an update that replaces the service, and a preview
  already refuses. AWS's own refusal comes after the nodes and the controller are gone: requests fail by then.
- It asks AWS at that moment. `protect` knows nothing of connections, so it stands in the way of every removal, and
  once it is taken away, in the way of none.
- The hook is the program's, so `pulumi destroy` without `--run-program` is refused by the engine, connected or not.
  That is its price; `publication.removal: unguarded` is the way out.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from privatelink_ingress.problems import Problem, UserError
from privatelink_ingress.settings.workload import WorkloadSettings

HOOK = "no-live-connections"
"""The hook's name. The state of every stack holds it, so it must never change."""

TITLE = "The service is still connected, so nothing is removed"


OPEN = frozenset({"pendingacceptance", "available"})
"""States of a connection, in lower case, that keep its service from being deleted.

DeleteVpcEndpointServiceConfigurations, EC2 API."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class WorkloadState:
    """What of the service is in the workload account."""

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
    """How the removal of a stack's endpoint service is judged, and with whose credentials."""

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
    """Let an endpoint service go.

    Raises:
        UserError: with every live connection, and the order to follow.
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
                f"Remove it from the edge first: `privatelink-ingress offboard {plan.connection}` until it has nothing "
                "left to do, with `pulumi up` in central-ingress/ where it says so. It also rejects the endpoints of "
                "other edges. Then run this again.",
            )
        ],
    )


def unseen(plan: RemovalPlan, service_id: str, why: str) -> UserError:
    """The refusal when AWS cannot be asked: what is not seen may be live."""
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
