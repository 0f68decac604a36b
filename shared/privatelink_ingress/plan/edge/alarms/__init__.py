"""The alarms of the edge: the topic that they notify, and how their names begin."""

from __future__ import annotations

from privatelink_ingress.contracts.shard import PROJECT
from privatelink_ingress.plan.alarm_topic import Home, notified
from privatelink_ingress.settings.alarms import ShardAlarms


def home(stack: str, *, account_id: str, region: str) -> Home:
    """A stack of the edge."""
    return Home(project=PROJECT, stack=stack, account_id=account_id, region=region)


def shard_topic(settings: ShardAlarms, *, stack: str, account_id: str, region: str) -> str | None:
    """ARN of the topic that alarms of a shard, and of stacks attached to it, notify; None without alarms."""
    return notified(settings, home(stack, account_id=account_id, region=region))
