"""Whether a workload's `publication` and the edges that use it agree on who connects, and on who accepts."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Iterator, Sequence

from privatelink_ingress.fleet.stacks import Attached, Edge, Workload
from privatelink_ingress.problems import Problem
from privatelink_ingress.stack_names import short


@dataclasses.dataclass(frozen=True, kw_only=True)
class User:
    """A stack that connects to a workload."""

    stack: Edge | Attached
    subnets: frozenset[str] | None
    """Its load balancer's; None where they are not known."""

    @property
    def account_id(self) -> str:
        """The account of its endpoints."""
        return self.stack.settings.account_id


def waiting(workload: Workload, users: Sequence[User]) -> Iterator[Problem]:
    """A warning where the workload's account accepts each endpoint, and no backend names a role that does it."""
    if not workload.settings.publication.acceptance_required:
        return
    places = [
        f"connections.{name}.backends[{place}] of {user.stack.file}"
        for user in users
        for name, connection in sorted(user.stack.settings.connections.items())
        for place, backend in enumerate(connection.backends)
        if backend.stack and short(backend.stack) == workload.stack and backend.accepter_role_arn is None
    ]
    if places:
        account = workload.settings.account_id
        yield Problem(
            "publication.acceptanceRequired",
            f"is true, but {', '.join(places)} names no accepter: a new endpoint waits, and requests fail meanwhile",
            f"Write accepterRoleArn there, a role of account {account} that may accept; or accept each endpoint by "
            "hand: docs/connections.md.",
        )


def strangers(workload: Workload, edge_accounts: Collection[str]) -> Iterator[Problem]:
    """A warning for each consumer whose account is not that of an edge of this repository."""
    for place, consumer in enumerate(workload.settings.publication.consumers):
        if consumer.account_id not in edge_accounts:
            yield Problem(
                f"publication.consumers[{place}].accountId",
                f"is {consumer.account_id}, the account of no edge in this repository, and may connect to the service",
                f"Remove it, unless it is meant; edges here are in {', '.join(sorted(edge_accounts))}.",
            )


def admits(workload: Workload, users: Sequence[User]) -> Iterable[Problem]:
    """Whether the edges that use a workload may connect, and are let through when they do."""
    consumers = workload.settings.publication.consumers
    for user in users:
        if user.account_id not in {consumer.account_id for consumer in consumers}:
            yield Problem(
                "publication.consumers",
                f"do not include account {user.account_id}, from which edge {user.stack.stack} connects",
                f'Add `- accountId: "{user.account_id}"`.',
            )
    for index, consumer in enumerate(consumers):
        known = [user for user in users if user.account_id == consumer.account_id]
        if not consumer.alb_subnet_cidrs or not known or any(user.subnets is None for user in known):
            continue
        subnets = {subnet for user in known for subnet in user.subnets or ()}
        if missing := sorted(subnets - set(consumer.alb_subnet_cidrs)):
            names = ", ".join(user.stack.stack for user in known)
            lacks = f"lacks {', '.join(missing)}, from where edge {names} connects"
            remedy = f"Write [{', '.join(sorted(subnets))}]; requests from other subnets are dropped."
            yield Problem(f"publication.consumers[{index}].albSubnetCidrs", lacks, remedy)
        elif stale := sorted(set(consumer.alb_subnet_cidrs) - subnets):
            reason = f"admits {', '.join(stale)}, which is not a load balancer subnet of its edges"
            remedy = f"Write [{', '.join(sorted(subnets))}]."
            yield Problem(f"publication.consumers[{index}].albSubnetCidrs", reason, remedy)
