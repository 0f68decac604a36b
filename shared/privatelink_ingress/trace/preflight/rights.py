"""The rights that a deployment takes, from the deployers' own policies, as questions to IAM's policy simulator."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Iterator, Mapping

from privatelink_ingress.plan.account.deployers import edge, workload
from privatelink_ingress.plan.account.deployers.grants import Grant, Grants, System
from privatelink_ingress.regions import partition
from privatelink_ingress.settings.assumed_roles import DEPLOYER_PATH
from privatelink_ingress.settings.edge import EdgeSettings
from privatelink_ingress.settings.workload import WorkloadSettings
from privatelink_ingress.trace.judgements.findings import Diagnosis, found
from privatelink_ingress.trace.preflight import bootstrap_roles, shards
from privatelink_ingress.trace.preflight.planned import Planned
from privatelink_ingress.trace.preflight.shards import Shard

STAND_IN = "0"
"""In place of a wildcard of a resource: IAM compares a whole ARN, and one resource of the pattern stands for all."""

_GLOBAL = ("iam", "route53", "sts")
"""Services of no Region; `aws:RequestedRegion` is us-east-1 for them:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-requestedregion"""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Question:
    """Actions that one duty needs for one type of resource, all with the same resources and context."""

    duty: str
    type: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    context: tuple[tuple[str, tuple[str, ...]], ...]
    """Values by condition key."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Denied:
    """One action that IAM would deny."""

    question: Question
    action: str
    resource: str
    decision: str
    """`implicitDeny` or `explicitDeny` (EvaluationResult, IAM API)."""
    by_organization: bool = False
    """Whether a policy of the organization denies it."""
    by_boundary: bool = False
    """Whether the role's permissions boundary does."""


def questions(planned: Planned, shard: Shard | None = None) -> Iterator[Question]:
    """What to ask about the rights of each duty.

    Args:
        planned: The stack.
        shard: Of an attached stack.
    """
    granted = _granted(planned, shard)
    for duty, type_ in sorted(planned.types):
        for grant in granted.get(duty, {}).get(type_, ()):
            if grant.effect == "Allow":
                yield _question(planned, duty, type_, grant)


def judge(planned: Planned, denied: Iterable[Denied], principals: Mapping[str, str]) -> Iterator[Diagnosis]:
    """One finding for each duty that lacks rights.

    Args:
        planned: The stack.
        denied: What IAM denies.
        principals: ARN of the role or user that has each duty.
    """
    by_duty: dict[str, dict[tuple[str, str], Denied]] = {}
    for one in denied:
        by_duty.setdefault(one.question.duty, {}).setdefault((one.action, one.question.type), one)
    for duty, lacking in sorted(by_duty.items()):
        actions = sorted({one.action for one in lacking.values()})
        lines = [f"{one.action} on {one.resource} for {one.question.type} ({_why(one)})" for one in lacking.values()]
        reason = f"duty {duty}: {principals[duty]} may not {', '.join(actions)}"
        remedy = _remedy(principals[duty], lacking.values())
        yield found(planned.label, "error", shards.WHERE, reason, remedy, "\n".join(lines))


def _why(one: Denied) -> str:
    if one.by_organization:
        return "a policy of the organization"
    if one.by_boundary:
        return "the permissions boundary of the role"
    return one.decision


def _remedy(principal: str, denied: Iterable[Denied]) -> str:
    if any(one.by_organization for one in denied):
        return "Ask those who administer the organization: no policy of the account can allow it."
    if f":role{DEPLOYER_PATH}" in principal:
        return "Deploy `bootstrap/` of this release again: `pulumi up` at the repository's top (docs/bootstrap.md)."
    return (
        "Deploy `bootstrap/` again, which creates a role for this duty, and write its ARN under `roles` "
        f"(docs/bootstrap.md); or give {principal} these rights."
    )


def _question(planned: Planned, duty: str, type_: str, grant: Grant) -> Question:
    return Question(
        duty=duty,
        type=type_,
        actions=grant.actions,
        resources=tuple(one if one == "*" else _example(one) for one in grant.resources),
        context=tuple(sorted(_context(planned, grant).items())),
    )


def _example(pattern: str) -> str:
    """One resource of a pattern."""
    return pattern.replace("*", STAND_IN).replace("?", STAND_IN)


def _context(planned: Planned, grant: Grant) -> dict[str, tuple[str, ...]]:
    """What AWS would know of the request, as the plan makes it: the grant's own conditions hold."""
    values: dict[str, tuple[str, ...]] = {
        "aws:RequestedRegion": ("us-east-1" if grant.service in _GLOBAL else planned.region,)
    }
    for operator, keys in grant.condition.items():
        for key, wanted in keys.items():
            given = (wanted,) if isinstance(wanted, str) else tuple(wanted)
            if operator == "Null":
                # `true` means that the request has no such key.
                given = () if given == ("true",) else values.get(key) or (_CREATED.get(key, STAND_IN),)
            values[key] = given if operator.startswith("ForA") else given[:1]
    for kind in ("RequestTag", "ResourceTag"):
        if values.get(f"aws:{kind}/Stack"):
            values = {f"aws:{kind}/{key}": (value,) for key, value in planned.tags.items()} | values
    return {key: given for key, given in values.items() if given and any(given)}


_CREATED = {"ec2:CreateAction": "CreateVpc", "elasticloadbalancing:CreateAction": "CreateLoadBalancer"}
"""Values of keys that a grant only wants to be there."""


def _granted(planned: Planned, shard: Shard | None) -> Mapping[str, Grants]:
    settings = planned.settings
    boundary = settings.roles.permissions_boundary or ""
    if isinstance(settings, WorkloadSettings):
        return workload.duties(system(planned), bootstrap_roles.workload(planned, settings), boundary=boundary)
    if isinstance(settings, EdgeSettings):
        return edge.duties(system(planned), bootstrap_roles.edge(planned, settings), boundary=boundary)
    return {"network": shards.grants(planned, settings, shard)} if shard else {}


def system(planned: Planned) -> System:
    """All that the stack's deployers may touch."""
    return System(
        partition=partition(planned.region),
        account=planned.account_id,
        region=planned.region,
        stacks=(planned.label,),
    )


def grouped(asked: Iterable[Question]) -> Iterator[tuple[Question, tuple[Question, ...]]]:
    """Questions of the same duty, resources and context in one, with those that it stands for: fewer calls to IAM."""
    by_key: dict[str, list[Question]] = {}
    for one in asked:
        by_key.setdefault(json.dumps([one.duty, one.resources, one.context]), []).append(one)
    for several in by_key.values():
        actions = tuple(sorted({action for one in several for action in one.actions}))
        yield dataclasses.replace(several[0], actions=actions), tuple(several)
