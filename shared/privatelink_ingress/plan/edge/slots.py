"""A slot that another connection still uses on the load balancer: refused before AWS refuses it half way.

The engine creates before it deletes, so rules and endpoints of a connection that takes a used slot meet those that
stand. AWS refuses them (`PriorityInUse`, `InvalidIPAddress.InUse`), and repeating `pulumi up` does not help: what comes
first fails each time. The stack file alone does not show it, since the entry with the slot is gone from the file.
"""

from __future__ import annotations

import dataclasses
import ipaddress
from collections.abc import Collection, Iterator

from privatelink_ingress.plan.routing import priorities
from privatelink_ingress.problems import Problem, UserError

HOOK = "slot-free"
"""The hook's name. Every stack's state holds it, so it must never change."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Used:
    stack: str
    """Value of its tag `Stack`; empty without the tags of this system."""
    connection: str
    """Value of its tag `Connection`; empty without the tags of this system."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class UsedPriority(_Used):
    """A rule on the load balancer."""

    priority: int


@dataclasses.dataclass(frozen=True, kw_only=True)
class UsedAddress(_Used):
    """A network interface in the edge's endpoint subnets."""

    address: str


_TITLE = "A slot is free once the removal of its connection is deployed"


def check_addresses(stack: str, connection: str, used: Collection[UsedAddress]) -> None:
    """Allow an endpoint whose addresses no other connection has.

    A removal that stopped half way has deleted rules and may have left their endpoint.

    Args:
        stack: Of the endpoint, as its tag has it.
        connection: Of the endpoint.
        used: Interfaces that have its addresses.

    Raises:
        UserError: when one of them is not the connection's own.
    """
    holders = dict[tuple[str, str], list[str]]()
    for one in used:
        if (one.stack, one.connection) != (stack, connection):
            holders.setdefault((one.stack, one.connection), []).append(one.address)
    if problems := [
        Problem(
            f"connections.{connection}.slot",
            f"needs {_listed(addresses)}, which an endpoint of connection {holder} of stack {owner} still has",
            _remedy(stack, connection, owner, holder),
        )
        if holder
        else Problem(
            f"connections.{connection}.slot",
            f"needs {_listed(addresses)}, which a resource outside this system's stacks uses",
            "Delete that resource (`aws ec2 describe-network-interfaces` shows it), or write a free slot.",
        )
        for (owner, holder), addresses in holders.items()
    ]:
        raise UserError(_TITLE, problems)


def check(stack: str, connection: str, priority: int, used: Collection[UsedPriority]) -> None:
    """Allow a rule that meets no rule of another connection in its slot.

    Args:
        stack: Of the rule, as its tag has it.
        connection: Of the rule.
        priority: Of the rule.
        used: The rules on the load balancer.

    Raises:
        UserError: when another connection has rules in the same slot, or another rule has the same priority.
    """
    if problems := list(dict.fromkeys(_in_the_way(stack, connection, priority, used))):
        raise UserError(_TITLE, problems)


def _in_the_way(stack: str, connection: str, priority: int, used: Collection[UsedPriority]) -> Iterator[Problem]:
    slot = priorities.slot_of(priority)
    for rule in used:
        if not rule.connection:
            if rule.priority == priority:
                yield Problem(
                    f"connections.{connection}.slot",
                    f"is {slot}, but a rule outside this system's stacks has its priority {priority}",
                    "Delete that rule (`aws elbv2 describe-rules` shows it), or write a free slot.",
                )
        elif priorities.slot_of(rule.priority) == slot and (rule.stack, rule.connection) != (stack, connection):
            yield Problem(
                f"connections.{connection}.slot",
                f"is {slot}, which connection {rule.connection} of stack {rule.stack} still has on the load balancer",
                _remedy(stack, connection, rule.stack, rule.connection),
            )


def _listed(addresses: Collection[str]) -> str:
    return ", ".join(sorted(addresses, key=ipaddress.IPv4Address))


def _remedy(stack: str, new: str, owner: str, old: str) -> str:
    if stack != owner:
        return f"Write a free slot. Or remove {old} from stack {owner} and run `pulumi up` there; then this again."
    return (
        f"Write a free slot. Or take {new} out of the stack file and run `pulumi up`, which removes {old}; then put "
        f"{new} back. If {new} is {old} under another name, write the old name again: another name is a removal and a "
        "new connection, with an outage between the two."
    )


def unseen(stack: str, what: str, why: str) -> UserError:
    """What a preview warns of when AWS cannot be asked. AWS itself refuses a used slot during `pulumi up`."""
    return UserError(
        "Whether the slots of new connections are free is not known",
        [
            Problem(
                f"stack {stack}",
                f"{what} cannot be read: {why}",
                "Preview with credentials that may call elasticloadbalancing:DescribeRules, "
                "elasticloadbalancing:DescribeTags, ec2:DescribeNetworkInterfaces and ec2:DescribeVpcEndpoints.",
            )
        ],
    )
