"""When requests of a connection may move to other targets, and when what they used may be deleted.

The provider registers and deregisters targets without waiting for AWS
(https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/elbv2/target_group_attachment.go). So a
new generation would take away the old targets before the new ones have passed a health check, and delete the old
endpoint while requests through it are in flight. AWS checks the targets of a group only while a listener rule names it,
so a rule that changes to another group would send requests to targets that no check has passed yet
(https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-target-groups.html). Hooks of the
program wait instead:

- before a rule sends requests to a group that got none before, until the group is healthy; meanwhile the rule has the
  group with weight 0, so that AWS checks it. A rule that answers the requests itself, as in maintenance, forwards to
  this group alone meanwhile, so clients get an error of the load balancer in place of the answer;
- before a healthy target is deregistered, until the targets that stay are healthy;
- before a target group or an endpoint is deleted, until none of its targets is draining.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from privatelink_ingress.problems import Problem, UserError

FORWARD_HOOK = "new-targets-healthy"
HEALTHY_HOOK = "remaining-targets-healthy"
DRAINED_HOOK = "requests-finished"
"""The hooks' names. Every stack's state holds them, so they must never change."""

POLL_SECONDS = 10

HEALTHY_SECONDS = 300
"""For the new targets: a check every 10 s, and an endpoint that its service's owner may have to accept."""

DRAINED_SECONDS = 360
"""A minute more than the deregistration delay, which is 300 s by default:
https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-target-group-attributes.html#deregistration-delay"""

States = Mapping[str, str]
"""State of each target of a group by address, such as `healthy`: TargetHealth, ELBv2 API."""


def joining(current: Mapping[str, int], wanted: Mapping[str, int]) -> list[str]:
    """Target groups that are going to get requests, and get none now.

    Args:
        current: Weight by ARN, as the rule of AWS forwards now. Empty when it answers the requests itself.
        wanted: As the program wants it.
    """
    return [arn for arn, weight in wanted.items() if weight and not current.get(arn)]


def unready(states: States) -> list[str]:
    """Targets that a group's first requests wait for; none once one is healthy and each has had its first check."""
    if "healthy" in states.values() and not {"initial", "unused"} & set(states.values()):
        return []
    return sorted(one for one in states if states[one] != "healthy") or ["any target"]


def unhealthy(leaving: str, remaining: Collection[str], states: States) -> list[str]:
    """Targets that must become healthy before `leaving` is deregistered; none when it serves nothing itself.

    None either when the whole stack is destroyed: then the program has `leaving` as it has the others.

    Args:
        leaving: Address of the target.
        remaining: Addresses that the program has for the group.
        states: What AWS says of the group. Without any of `remaining`, nothing replaces the target.
    """
    if leaving in remaining or states.get(leaving) != "healthy" or states.keys().isdisjoint(remaining):
        return []
    return sorted(address for address in remaining if states.get(address) != "healthy")


def draining(states: States, addresses: Collection[str] | None = None) -> list[str]:
    """Targets with requests in flight, of these addresses or of the whole group."""
    return sorted(
        address for address, state in states.items() if state == "draining" and address in (addresses or states)
    )


def never_ready(group: str, waiting: Collection[str], *, answering: bool) -> UserError:
    """The refusal to send requests to a group without a healthy target.

    Args:
        group: Its name.
        waiting: Its targets that are not healthy.
        answering: Whether the rule answers the requests itself until then.
    """
    title = "The connection stays in maintenance, because its targets are not healthy"
    undone = "Or write state: maintenance again and run `pulumi up`."
    if not answering:
        title = "The requests stay with the old targets, because the new ones are not healthy"
        undone = "Or take the change back and run `pulumi up`: it deletes the new group."
    return UserError(
        title,
        [
            Problem(
                f"target group {group}",
                f"{', '.join(waiting)} did not become healthy within {HEALTHY_SECONDS} seconds",
                "The listener rule is as it was. Check that the service's owner has accepted the endpoint, and that "
                "the service answers its health check on the port and with the protocol of its contract. Then run "
                f"`pulumi up` again. {undone}",
            )
        ],
    )


def still_unhealthy(group: str, waiting: Collection[str]) -> UserError:
    """The refusal to deregister healthy targets while those that replace them are not."""
    return UserError(
        "The old targets stay, because the new ones are not healthy",
        [
            Problem(
                f"target group {group}",
                f"{', '.join(waiting)} did not become healthy within {HEALTHY_SECONDS} seconds",
                "The old targets still serve. Check that the service's owner has accepted the new endpoint, and that "
                "the new service answers its health check. Then run `pulumi up` again.",
            )
        ],
    )


def still_draining(name: str, waiting: Collection[str]) -> UserError:
    """The refusal to delete what requests in flight use."""
    return UserError(
        "Requests are in flight, so nothing that they use is deleted",
        [
            Problem(
                name,
                f"{', '.join(waiting)} did not finish draining within {DRAINED_SECONDS} seconds",
                "Run `pulumi up` again: it continues here.",
            )
        ],
    )


def unseen(name: str, account_id: str, why: str) -> UserError:
    """The refusal when AWS cannot be asked."""
    return UserError(
        "Requests may be in flight, so what they use stays as it is",
        [
            Problem(
                name,
                f"its targets cannot be read: {why}",
                f"Run with credentials of account {account_id} that may call elasticloadbalancing:Describe* and "
                "elasticloadbalancing:ModifyRule. If you know that no request is in flight, write removal: unguarded "
                "in the stack file.",
            )
        ],
    )
