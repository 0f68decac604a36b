"""The removal guard of a `central-ingress` stack: what serves requests, or carries other stacks, is not removed.

The same kind of guard as the workload's (`plan.workload.removal`), since here too the refusals of AWS and Pulumi come
late: without it, `pulumi destroy` of a shard deletes listener rules, records and the web ACL's association before the
load balancer's deletion protection stops it, and every connection is down.

A shard is guarded while its load balancer has deletion protection, while its listener has rules of other stacks, and
while its own connections get requests. An attached stack is guarded while its own connections get requests: nothing
else depends on it. Requests that no rule matches are not counted, since the load balancer answers them itself.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping

from privatelink_ingress.contracts.shard import PROJECT
from privatelink_ingress.problems import Problem, UserError
from privatelink_ingress.settings.attached import AttachedSettings
from privatelink_ingress.settings.edge import EdgeSettings

HOOK = "no-live-requests"
"""The hook's name. Every stack's state holds it, so it must never change."""

TITLE = "The stack is still in use, so nothing is removed"

QUIET_MINUTES = 60
"""How long no request may have been forwarded. `RequestCount` has a point for every minute with a request:
https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html"""

UNMANAGED = ""
"""In place of a stack's name: the owner of rules that carry no tags of this system."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class EdgeRemovalPlan:
    """Whether a stack is guarded, and the credentials that look at its traffic."""

    guarded: bool
    stack: str
    """Value of its tag `Stack`."""
    shard: bool
    """Whether the stack has the load balancer, rather than being attached to another stack's."""
    account_id: str
    region: str
    role_arn: str | None
    """Role of the network duty; ambient credentials without it."""
    external_id: str | None


@dataclasses.dataclass(frozen=True, kw_only=True)
class InUse:
    """What depends on a stack, as AWS has it."""

    requests: Mapping[str, int]
    """Forwarded within `QUIET_MINUTES`, by connection of this stack. Those without any are left out."""
    others: Mapping[str, int] = dataclasses.field(default_factory=dict)
    """Rules of other stacks on the listener, by their tag `Stack` or as `UNMANAGED`. Empty for an attached stack."""
    protected: bool = False
    """Whether the load balancer has deletion protection. False for an attached stack."""


def plan_removal(settings: EdgeSettings | AttachedSettings, *, stack: str, region: str) -> EdgeRemovalPlan:
    """The plan of stack `stack`."""
    return EdgeRemovalPlan(
        guarded=settings.removal == "guarded",
        stack=f"{PROJECT}/{stack}",
        shard=isinstance(settings, EdgeSettings),
        account_id=settings.account_id,
        region=region,
        role_arn=settings.roles.network,
        external_id=settings.roles.external_id,
    )


def check(plan: EdgeRemovalPlan, state: InUse) -> None:
    """Allow the removal of a stack that nothing uses.

    Raises:
        UserError: with everything that uses it, and the order to follow.
    """
    if problems := list(_uses(plan, state)):
        raise UserError(TITLE, problems)


def _uses(plan: EdgeRemovalPlan, state: InUse) -> Iterator[Problem]:
    for name, count in sorted(state.requests.items()):
        yield Problem(
            f"connection {name}",
            f"got {count} {'request' if count == 1 else 'requests'} within the last {QUIET_MINUTES} minutes",
            f"Remove it first: `./run offboard {name}` until it has nothing left to do, with `pulumi up` in {PROJECT}/ "
            "where it says so.",
        )
    for owner, count in sorted(state.others.items()):
        rules = f"{count} {'rule' if count == 1 else 'rules'}"
        if owner == UNMANAGED:
            yield Problem(
                "listener",
                f"has {rules} that no stack of this system manages",
                f"Delete {'it' if count == 1 else 'them'} first: `aws elbv2 describe-rules` shows what each serves.",
            )
        else:
            short = owner.rpartition("/")[2]
            yield Problem(
                f"stack {owner}",
                f"has {rules} on this stack's listener",
                f"Remove that stack first: `pulumi destroy --run-program --stack {short}` in {PROJECT}/.",
            )
    if state.protected:
        yield Problem(
            "load balancer",
            "has deletion protection",
            "Once nothing else is listed, set loadBalancer.deletionProtection to false, run `pulumi up`, and then this "
            "again.",
        )


def unseen(plan: EdgeRemovalPlan, why: str) -> UserError:
    """The refusal when AWS cannot be asked: requests that are not seen may be arriving."""
    return UserError(
        TITLE,
        [
            Problem(
                f"stack {plan.stack}",
                f"cannot be read in AWS, so its requests are unknown: {why}",
                f"Run with credentials of account {plan.account_id} that may call "
                "elasticloadbalancing:Describe* and cloudwatch:GetMetricData. If you know that nothing "
                "uses the stack, write removal: unguarded in the stack file.",
            )
        ],
    )
