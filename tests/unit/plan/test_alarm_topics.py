"""Topics of alarms: on both sides, settings that would notify nobody are refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from privatelink_ingress.problems import UserError
from privatelink_ingress.settings.load import SettingsError
from tests.support import alarms as examples

Read = Callable[[dict[str, Any]], None]
TOPIC, KEY = "arn:aws:sns:{}:{}:on-call", "arn:aws:kms:{}:{}:key/1a2b3c4d-5e6f-4a1b-8c2d-3e4f5a6b7c8d"
SIDES = {
    "edge": (examples.read_edge, "222222222222"),
    "workload": (examples.read_workload, "111111111111"),
}
REFUSED: dict[str, tuple[dict[str, str], str, str, str]] = {
    "no key": (
        {},
        "key",
        "is missing: CloudWatch cannot publish under the key that AWS manages for SNS",
        "Write the alias of a key of your own, as in docs/alarms.md, or topicArn for an existing topic.",
    ),
    "key beside topic": (
        {"topicArn": TOPIC, "key": KEY},
        "key",
        "has no effect beside topicArn",
        "Remove it: an existing topic has its own key.",
    ),
    "topic elsewhere": (
        {"topicArn": TOPIC.replace("{}", "us-east-1", 1)},
        "topicArn",
        "is a topic of us-east-1, but alarms of eu-west-1 notify only topics of their own Region",
        "Write the ARN of a topic in eu-west-1.",
    ),
    "key elsewhere": (
        {"key": KEY.replace("{}", "us-east-1", 1)},
        "key",
        "is a key of us-east-1, but alarms of eu-west-1 notify only topics of their own Region",
        "Write the ARN of a key in eu-west-1.",
    ),
    "the key of AWS": (
        {"key": "alias/aws/sns"},
        "key",
        "is 'alias/aws/sns'",
        "Write the alias of a key of your own, such as alias/alarms, or the ARN of the key.",
    ),
}


@pytest.mark.parametrize(("read", "account"), SIDES.values(), ids=SIDES)
@pytest.mark.parametrize(("keys", "where", "reason", "remedy"), REFUSED.values(), ids=REFUSED)
def test_settings_that_would_notify_nobody_are_refused(
    read: Read, account: str, keys: dict[str, str], where: str, reason: str, remedy: str
):
    written = {key: _arn(value, account) for key, value in keys.items()}
    with pytest.raises((SettingsError, UserError)) as caught:
        read({"enabled": True, **written})
    assert [(problem.where, problem.reason, problem.remedy) for problem in caught.value.problems] == [
        (f"alarms.{where}", reason, remedy)
    ]


def _arn(value: str, account: str) -> str:
    return value.format(account) if value.count("{}") == 1 else value.format("eu-west-1", account)
