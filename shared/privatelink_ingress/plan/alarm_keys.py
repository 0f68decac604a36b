"""Whether the policy of a key lets CloudWatch encrypt the messages of alarms."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

from privatelink_ingress.plan.alarm_topic import CLOUDWATCH
from privatelink_ingress.problems import Problem

WHERE = "alarms.key"

NEEDED = ("kms:Decrypt", "kms:GenerateDataKey")
"""What a service needs to publish to an encrypted topic:
https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html#compatibility-with-aws-services"""


ADMITTING = {
    "Effect": "Allow",
    "Principal": {"Service": CLOUDWATCH},
    "Action": ["kms:Decrypt", "kms:GenerateDataKey*"],
    "Resource": "*",
}
"""A statement that admits CloudWatch."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class KeyPolicy:
    """The policy of a key, or why it cannot be read."""

    text: str | None = None
    """As JSON."""
    unread: str = ""


def refused(key: str, arn: str, policy: KeyPolicy) -> Iterator[Problem]:
    """A key with which CloudWatch cannot publish. A policy that was not read says nothing."""
    if policy.text is None:
        return
    lacking = [action for action in NEEDED if not _admits(json.loads(policy.text), action)]
    if lacking:
        reason = (
            f"is {key}, whose policy does not allow {CLOUDWATCH} {' and '.join(lacking)}: no notification would be "
            "delivered"
        )
        remedy = (
            "Add the statement Alarms of docs/alarms.md to it: "
            f"aws kms put-key-policy --key-id {arn} --policy-name default --policy file://policy.json"
        )
        yield Problem(WHERE, reason, remedy)


def unseen(key: str, policy: KeyPolicy) -> Iterator[Problem]:
    """A policy that cannot be read, to be told and not to stop a deployment."""
    if policy.text is None:
        reason = f"is {key}, whose policy cannot be read: {policy.unread}"
        remedy = f"See that it admits {CLOUDWATCH}, as in docs/alarms.md; or allow the deploying role kms:GetKeyPolicy."
        yield Problem(WHERE, reason, remedy)


def _admits(policy: dict[str, Any], action: str) -> bool:
    """Whether a statement allows CloudWatch the action. Conditions are taken for fulfilled."""
    return any(
        one.get("Effect") == "Allow"
        and _is_cloudwatch(one.get("Principal"))
        and any(fnmatchcase(action.lower(), pattern.lower()) for pattern in _listed(one.get("Action")))
        for one in _listed(policy.get("Statement"))
    )


def _is_cloudwatch(principal: Any) -> bool:
    if isinstance(principal, dict):
        return CLOUDWATCH in _listed(principal.get("Service")) or "*" in _listed(principal.get("AWS"))
    return principal == "*"


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]
