"""A slot that another connection still uses on the load balancer: refused before AWS refuses it half way.

The engine creates before it deletes, so rules and endpoints of a connection that takes a used slot meet those that
stand. AWS refuses them (`PriorityInUse`, `InvalidIPAddress.InUse`), and repeating `pulumi up` does not help: what comes
first fails each time. The stack file alone does not show it, since the entry with the slot is gone from the file.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterator

from privatelink_ingress.plan.routing import priorities
from privatelink_ingress.problems import Problem, UserError

HOOK = "slot-free"
"""The hook's name. Every stack's state holds it, so it must never change."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class UsedPriority:
    """A rule on the load balancer."""

    priority: int
    stack: str
    """Value of its tag `Stack`; empty without the tags of this system."""
    connection: str
    """Value of its tag `Connection`; empty without the tags of this system."""


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
        raise UserError("A slot is free once the removal of its connection is deployed", problems)


def _in_the_way(stack: str, connection: str, priority: int, used: Collection[UsedPriority]) -> Iterator[Problem]:
    slot = priorities.slot_of(priority)
    for rule in used:
        if not rule.connection:
            if rule.priority == priority:
                yield Problem(
                    f"connections.{connection}.slot",
                    f"is {slot}, and a rule that no stack of this system manages has its priority {priority}",
                    "Delete that rule, which `aws elbv2 describe-rules` shows, or write a free slot.",
                )
        elif priorities.slot_of(rule.priority) == slot and (rule.stack, rule.connection) != (stack, connection):
            yield Problem(
                f"connections.{connection}.slot",
                f"is {slot}, which connection {rule.connection} of stack {rule.stack} still has on the load balancer",
                _OF_THIS_STACK.format(old=rule.connection, new=connection)
                if rule.stack == stack
                else f"Write a free slot. Or remove {rule.connection} from stack {rule.stack} and run `pulumi up` "
                "there; then this again.",
            )


_OF_THIS_STACK = (
    "Write a free slot. Or take {new} out of the stack file and run `pulumi up`, which removes {old}; then put {new} "
    "back. If {new} is {old} under another name, write the old name again: another name is a removal and a new "
    "connection, with an outage between the two."
)


def unseen(stack: str, listener_arn: str, why: str) -> UserError:
    """What a preview warns of when AWS cannot be asked. AWS itself refuses a used slot during `pulumi up`."""
    return UserError(
        "Whether the slots of new connections are free is not known",
        [
            Problem(
                f"stack {stack}",
                f"the rules of {listener_arn} cannot be read: {why}",
                "Preview with credentials that may call elasticloadbalancing:DescribeRules and "
                "elasticloadbalancing:DescribeTags.",
            )
        ],
    )
