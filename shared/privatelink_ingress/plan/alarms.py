"""Alarms: what each watches, from when it fires, and which runbook it names."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Literal

MINUTE, FIVE_MINUTES, QUARTER, HOUR, DAY = 60, 300, 900, 3_600, 86_400
"""Periods, in seconds."""

Missing = Literal["notBreaching", "breaching", "ignore"]
"""What CloudWatch makes of a period without data: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html"""

RUNBOOKS = "docs/runbooks"
"""The folder of the repository with a document for each `runbook`."""


@dataclasses.dataclass(frozen=True)
class Deployed:
    """A dimension's value that AWS decides. The component that registers the alarm knows it by this name."""

    name: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class Metric:
    """One metric of CloudWatch."""

    namespace: str
    name: str
    dimensions: Mapping[str, str | Deployed]
    statistic: str
    """`Sum`, `Maximum` or a percentile such as `p99`."""
    period: int = FIVE_MINUTES
    """Seconds."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Expression:
    """Metric math: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html."""

    formula: str
    label: str
    metrics: Mapping[str, Metric]
    """By the id that the formula calls it by; all have one period."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class AlarmPlan:
    """One alarm."""

    key: str
    """Part of its resource's name; unique in its connection or stack."""
    prefix: str
    """How its name begins: project, stack and connection."""
    says: str
    """What is wrong when it fires: a sentence."""
    command: str
    """Our command that shows more."""
    runbook: str
    """Name of the document in `RUNBOOKS`, without its ending."""
    watches: Metric | Expression
    comparison: Literal["GreaterThanThreshold", "GreaterThanOrEqualToThreshold", "LessThanThreshold"] = (
        "GreaterThanThreshold"
    )
    threshold: float
    periods: int
    """Fires when this many periods in a row breach the threshold."""
    missing: Missing = "notBreaching"
    """Without requests, AWS reports nothing of most metrics."""

    @property
    def name(self) -> str:
        """Its name in CloudWatch."""
        return f"{self.prefix}/{self.key}"

    @property
    def description(self) -> str:
        """What people read in the notification; at most 1,024 characters (PutMetricAlarm, CloudWatch API)."""
        return f"{self.says} Run: {self.command}. Runbook: {RUNBOOKS}/{self.runbook}.md"

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """All metrics that it watches; AWS charges for each of them."""
        return (self.watches,) if isinstance(self.watches, Metric) else tuple(self.watches.metrics.values())


def metrics(alarms: Iterable[AlarmPlan]) -> int:
    """For how many metrics AWS charges: an alarm on an expression counts once for each of its metrics.

    https://aws.amazon.com/cloudwatch/pricing/
    """
    return sum(len(alarm.metrics) for alarm in alarms)
