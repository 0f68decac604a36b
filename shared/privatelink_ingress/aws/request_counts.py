"""Requests that a load balancer forwarded to target groups, as CloudWatch counted them."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Any

from privatelink_ingress.aws.pages import read

_BATCH = 500
"""Queries of one GetMetricData call, CloudWatch API."""

Points = list[tuple[datetime.datetime, float]]


def request_counts(
    cloudwatch: Any,
    groups: Iterable[tuple[str, str]],
    *,
    start: datetime.datetime,
    end: datetime.datetime,
    period: int,
) -> dict[str, Points]:
    """`RequestCount` of target groups: start of a period and number of requests, by the group's ARN, without zeros.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html: health
    checks are not in it, nor are requests that the load balancer answered itself.

    Args:
        cloudwatch: Client of the account.
        groups: ARNs of target groups, each with the ARN of a load balancer that forwards to it.
        start: The first moment.
        end: The last moment.
        period: Seconds of one point.

    Raises:
        ClientError, BotoCoreError: when AWS cannot be asked.
    """
    pairs = list(groups)
    found: dict[str, Points] = {}
    for first in range(0, len(pairs), _BATCH):
        batch = {f"requests{place}": pair for place, pair in enumerate(pairs[first : first + _BATCH])}
        queries = [
            {"Id": id_, "MetricStat": {"Metric": _metric(*pair), "Period": period, "Stat": "Sum"}}
            for id_, pair in batch.items()
        ]
        results = read(
            cloudwatch,
            "get_metric_data",
            "MetricDataResults",
            StartTime=start,
            EndTime=end,
            MetricDataQueries=queries,
        )
        for one in results:
            group, _ = batch[one["Id"]]
            points = zip(one["Timestamps"], one["Values"], strict=True)
            found.setdefault(group, []).extend(point for point in points if point[1])
    return {group: points for group, points in found.items() if points}


def _metric(group: str, balancer: str) -> dict[str, Any]:
    return {
        "Namespace": "AWS/ApplicationELB",
        "MetricName": "RequestCount",
        "Dimensions": [
            {"Name": "LoadBalancer", "Value": balancer.partition(":loadbalancer/")[2]},
            {"Name": "TargetGroup", "Value": group.rpartition(":")[2]},
        ],
    }
