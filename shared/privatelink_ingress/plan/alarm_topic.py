"""The topic that alarms notify: encrypted, and open to the alarms of one project in the account and to nothing else."""

from __future__ import annotations

import dataclasses
import json

from privatelink_ingress import regions
from privatelink_ingress.problems import Problem
from privatelink_ingress.settings.alarms import OwnTopic

CLOUDWATCH = "cloudwatch.amazonaws.com"
"""The service that publishes an alarm's notifications."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class AlarmTopicPlan:
    """A topic that the stack creates."""

    name: str
    policy: str
    key: str
    """Alias or ARN."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Home:
    """The stack whose alarms they are."""

    project: str
    stack: str
    account_id: str
    region: str

    @property
    def prefix(self) -> str:
        """How names of all alarms of the stack begin. No stack's name has a slash, so no other stack's names do."""
        return f"{self.project}/{self.stack}"

    @property
    def topic(self) -> str:
        """The name of the topic that the stack creates."""
        return topic_name(f"{self.project}-{self.stack}")


def notified(settings: OwnTopic, home: Home) -> str | None:
    """ARN of the topic that alarms of a stack notify; None without alarms."""
    if not settings.enabled:
        return None
    return settings.topic_arn or topic_arn(home.topic, account_id=home.account_id, region=home.region)


def plan_own_topic(settings: OwnTopic, home: Home) -> AlarmTopicPlan | None:
    """The topic that a stack with alarms creates; None when it names an existing one."""
    if settings.key is None:
        return None
    return plan_topic(
        home.topic, project=home.project, account_id=home.account_id, region=home.region, key=settings.key
    )


def check_topic(arn: str | None, key: str | None, region: str) -> list[Problem]:
    """The problems of the topic that alarms notify, and of its key; None where the stack file names none."""
    return [*check_region(arn, region, where="alarms.topicArn"), *check_region(key, region, where="alarms.key")]


def topic_arn(name: str, *, account_id: str, region: str) -> str:
    """The ARN of the topic called `name`, which is known before it exists."""
    return f"arn:{regions.partition(region)}:sns:{region}:{account_id}:{name}"


def topic_name(stack_name: str) -> str:
    """The name of the topic of the stack `<project>-<stack>`."""
    return f"{stack_name}-alarms"


def plan_topic(name: str, *, project: str, account_id: str, region: str, key: str) -> AlarmTopicPlan:
    """The topic called `name`.

    Args:
        name: The topic's.
        project: Alarms whose names begin with it may publish: those of all its stacks in the account and Region.
        account_id: Account of topic and alarms.
        region: Region of both.
        key: The key of its messages, whose policy admits CloudWatch: docs/alarms.md.
    """
    arn = topic_arn(name, account_id=account_id, region=region)
    publish = {
        "Sid": "Alarms",
        "Effect": "Allow",
        "Principal": {"Service": CLOUDWATCH},
        "Action": "sns:Publish",
        "Resource": arn,
        # No alarm of another account may make CloudWatch publish here.
        "Condition": {
            "StringEquals": {"aws:SourceAccount": account_id},
            "ArnLike": {
                "aws:SourceArn": f"arn:{regions.partition(region)}:cloudwatch:{region}:{account_id}:alarm:{project}/*"
            },
        },
    }
    only_tls = {
        "Sid": "OnlyTls",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "sns:Publish",
        "Resource": arn,
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [publish, only_tls]})
    return AlarmTopicPlan(name=name, policy=policy, key=key)


def check_region(arn: str | None, region: str, *, where: str) -> list[Problem]:
    """The problem of a topic, or of its key, in another Region than the alarms: neither SNS nor CloudWatch reach it."""
    if arn is None or not arn.startswith("arn:") or (other := arn.split(":")[3]) == region:
        return []
    what = "topic" if ":sns:" in arn else "key"
    reason = f"is a {what} of {other}, but alarms of {region} notify only topics of their own Region"
    return [Problem(where, reason, f"Write the ARN of a {what} in {region}.")]
