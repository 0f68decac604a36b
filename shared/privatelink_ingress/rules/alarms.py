"""Rules for alarms and the topics that they notify."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from privatelink_ingress import tokens as t
from privatelink_ingress.rules.model import Inputs, resource_rule

_OF_AWS = "alias/aws/sns"


@resource_rule(
    t.METRIC_ALARM,
    reason="An alarm that notifies nobody is seen by whoever looks at it by chance.",
    stands_for=["D37", "CloudWatch.15", "CloudWatch.17"],
)
def alarms_notify_somebody(alarm: Inputs) -> Iterator[str]:
    """Every alarm has an action when it fires, and its actions are switched on."""
    if not alarm.get("alarmActions"):
        yield "has no action for when it fires"
    if alarm.get("actionsEnabled") is False:
        yield "has its actions switched off"


@resource_rule(t.METRIC_ALARM, reason="At night, the first step should be written down.", stands_for=["D37"])
def alarms_name_their_runbook(alarm: Inputs) -> Iterator[str]:
    """Every alarm's description names the runbook, since people read it in the notification."""
    if "docs/runbooks/" not in str(alarm.get("alarmDescription", "")):
        yield "names no runbook in its description"


@resource_rule(
    t.TOPIC,
    reason="Notifications name services and what is wrong with them; without the right key, none is delivered.",
    stands_for=["SNS.1"],
)
def topics_are_encrypted_with_a_key_that_alarms_may_use(topic: Inputs) -> Iterator[str]:
    """Every topic has a customer's key: the policy of the AWS managed key admits no alarm."""
    key = topic.get("kmsMasterKeyId")
    if not key:
        yield "is not encrypted"
    elif str(key).endswith(_OF_AWS):
        yield f"is encrypted with {_OF_AWS}, with which CloudWatch cannot publish"


@resource_rule(t.TOPIC, reason="Anybody could send false alarms, or read the right ones.", stands_for=["SNS.4"])
def topics_are_open_to_alarms_of_their_account_alone(topic: Inputs) -> Iterator[str]:
    """A topic's policy allows CloudWatch alone, and for alarms of an account and a name."""
    for statement in _statements(topic):
        if statement["Effect"] != "Allow":
            continue
        condition = statement.get("Condition", {})
        if statement.get("Principal") != {"Service": "cloudwatch.amazonaws.com"}:
            yield "is open to others than CloudWatch"
        elif not condition.get("StringEquals", {}).get("aws:SourceAccount"):
            yield "is open to alarms of every account"
        elif not str(condition.get("ArnLike", {}).get("aws:SourceArn", "")).partition(":alarm:")[2].strip("*"):
            yield "is open to alarms of every name"


def _statements(topic: Inputs) -> list[dict[str, Any]]:
    policy = topic.get("policy")
    return json.loads(policy)["Statement"] if isinstance(policy, str) else []
