"""Saved queries of CloudWatch Logs Insights that follow one request through the logs of a stack's account.

All hops write the id of the header X-Amzn-Trace-Id, which the load balancer gives each request and no hop changes:
https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-request-tracing.html
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

FOLLOW = "follow-request"
"""The last part of the saved query's name. A user's own queries have other names."""

PLACEHOLDER = "1-00000000-000000000000000000000000"
"""Stands in the saved query for the id: a version, the time in seconds and 96 random bits, in hexadecimal."""

FOLLOW_REQUEST = f"""fields @timestamp, @log, @message
| filter @message like "{PLACEHOLDER}"
| sort @timestamp asc
| limit 200"""
"""Every record with the id. It reads no field, because each hop names its own: `traceId`, `requestId`, `trace_id`."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class SavedQueryPlan:
    """One saved query."""

    key: str
    """The last part of its resource's name."""
    name: str
    log_groups: tuple[str, ...]
    """At most 50, which is what one query reads (StartQuery, CloudWatch Logs API)."""
    query: str


def plan_follow_request(stack: str, log_groups: Iterable[str]) -> SavedQueryPlan:
    """The query over these log groups of the stack `<project>-<stack>`."""
    return SavedQueryPlan(key=FOLLOW, name=f"{stack}/{FOLLOW}", log_groups=tuple(log_groups), query=FOLLOW_REQUEST)
