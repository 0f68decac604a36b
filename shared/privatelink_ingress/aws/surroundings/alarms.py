"""Reads the alarms that have fired."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from privatelink_ingress.aws.pages import read
from privatelink_ingress.aws.reads import Account
from privatelink_ingress.trace.surroundings import Alarm


def load(account: Account) -> tuple[Alarm, ...]:
    """The account's alarms in state ALARM, with what their metrics are of."""
    kinds = ["MetricAlarm", "CompositeAlarm"]
    found = read(account.client("cloudwatch"), "describe_alarms", "MetricAlarms", StateValue="ALARM", AlarmTypes=kinds)
    return tuple(
        Alarm(
            place=(account.account_id, account.region),
            name=one["AlarmName"],
            reason=one.get("StateReason", ""),
            since=one.get("StateUpdatedTimestamp"),
            resources=tuple(dict.fromkeys(_dimensions(one))),
        )
        for one in found
    )


def _dimensions(alarm: Mapping[str, Any]) -> Iterator[str]:
    """Of its one metric, or of those that its expressions combine."""
    yield from (one["Value"] for one in alarm.get("Dimensions", ()))
    for query in alarm.get("Metrics", ()):
        metric = query.get("MetricStat", {}).get("Metric", {})
        yield from (one["Value"] for one in metric.get("Dimensions", ()))
