"""The alarms of the edge: the topic that they notify, and how their names begin."""

from __future__ import annotations

from privatelink_ingress.contracts.shard import PROJECT
from privatelink_ingress.plan.alarm_topic import topic_arn, topic_name
from privatelink_ingress.settings.alarms import ShardAlarms


def prefix(stack: str) -> str:
    """How names of all alarms of a stack begin. No stack's name has a slash, so no other stack's names do."""
    return f"{PROJECT}/{stack}"


def shard_topic(settings: ShardAlarms, *, stack: str, account_id: str, region: str) -> str | None:
    """ARN of the topic that alarms of a shard, and of stacks attached to it, notify; None without alarms."""
    if not settings.enabled:
        return None
    own = topic_arn(topic_name(f"{PROJECT}-{stack}"), account_id=account_id, region=region)
    return settings.topic_arn or own
