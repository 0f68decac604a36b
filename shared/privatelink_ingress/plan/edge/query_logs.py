"""Query logs of the hosted zone: their log group, and the policy that lets Route 53 write to it.

https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/query-logs.html
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator

from privatelink_ingress import regions
from privatelink_ingress.arns import Arn
from privatelink_ingress.plan.log_groups import NONE_RETAINED, LogStorage, RetainedLogs
from privatelink_ingress.problems import Problem
from privatelink_ingress.settings.edge import EdgeSettings
from privatelink_ingress.settings.query_logs import REGION

LOG_GROUP_PREFIX = "/aws/route53/"
"""Which AWS recommends, so that one policy can admit the log groups of several zones."""

WRITER = "route53.amazonaws.com"

PROVIDER = "query-logs"
"""Name of the provider of the log group's Region."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class FoundQueryLogs:
    """The configuration that a hosted zone has in AWS."""

    id: str
    log_group_arn: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class QueryLogsPlan:
    """The query logs of one hosted zone. All of it is in `settings.query_logs.REGION`."""

    zone_id: str
    log_group: str
    policy_name: str
    policy: str
    """Of CloudWatch Logs in that Region, as JSON: lets Route 53 write queries of this zone to this log group."""
    storage: LogStorage


def plan_query_logs(
    settings: EdgeSettings, *, name: str, retained: RetainedLogs = NONE_RETAINED
) -> QueryLogsPlan | None:
    """The query logs of the edge called `name`; None without them. `retained` includes a log group that it left."""
    if not settings.dns.query_logs.enabled:
        return None
    group, account = log_group(name), settings.account_id
    statement = {
        "Sid": "QueryLogs",
        "Effect": "Allow",
        "Principal": {"Service": WRITER},
        "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
        "Resource": f"arn:aws:logs:{REGION}:{account}:log-group:{group}:*",
        "Condition": {
            "ArnEquals": {"aws:SourceArn": f"arn:aws:route53:::hostedzone/{settings.dns.zone_id}"},
            "StringEquals": {"aws:SourceAccount": account},
        },
    }
    return QueryLogsPlan(
        zone_id=settings.dns.zone_id,
        log_group=group,
        policy_name=policy_name(name),
        policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}, separators=(",", ":")),
        storage=LogStorage(
            retention_days=settings.logs.retention_days,
            key_arn=settings.dns.query_logs.key_arn or settings.logs.key_arn,
            retain_on_delete=settings.logs.retain_on_delete,
            retained=retained.log_groups,
        ),
    )


def log_group(name: str) -> str:
    """The log group with the query logs of the edge called `name`."""
    return f"{LOG_GROUP_PREFIX}{name}"


def policy_name(name: str) -> str:
    """The resource policy that lets Route 53 write to it."""
    return f"{name}-query-logs"


def wanted(settings: EdgeSettings, *, region: str) -> bool:
    """Whether the stack has query logs that AWS can keep, so that it needs a provider of their Region."""
    return settings.dns.query_logs.enabled and not any(check_query_logs(settings, region=region))


def check_found(settings: EdgeSettings, found: FoundQueryLogs | None, *, name: str) -> Iterator[Problem]:
    """A zone that has query logs already, unless they are those of the edge called `name`; None when it has none."""
    own = f"arn:aws:logs:{REGION}:{settings.account_id}:log-group:{log_group(name)}"
    if found is None or found.log_group_arn.removesuffix(":*") == own:
        return
    zone = settings.dns.zone_id
    reason = (
        f"is true, but hosted zone {zone} has query logs already, in {found.log_group_arn}, and Route 53 keeps one "
        "configuration for each zone"
    )
    remedy = (
        "Remove dns.queryLogs, or agree with their owner to delete the configuration: "
        f"aws route53 delete-query-logging-config --id {found.id}"
    )
    yield Problem("dns.queryLogs.enabled", reason, remedy)


def check_query_logs(settings: EdgeSettings, *, region: str) -> Iterator[Problem]:
    """Query logs that Route 53 does not write. `plan/edge/hosted_zones.py` refuses a private hosted zone."""
    logs = settings.dns.query_logs
    if not logs.enabled:
        return
    if (partition := regions.partition(region)) != "aws":
        yield Problem(
            "dns.queryLogs.enabled",
            f"is true, but the stack is in partition {partition}, and Route 53 writes query logs to {REGION} only",
            "Remove dns.queryLogs.",
        )
    if role := settings.hosted_zone_roles.get(settings.dns.zone_id):
        yield Problem(
            "dns.queryLogs.enabled",
            f"is true, but hosted zone {settings.dns.zone_id} is of account {Arn.parse(role.role_arn).account_id}, and "
            "Route 53 writes query logs to a log group of the zone's own account only",
            "Remove dns.queryLogs, and let the zone's owner configure them.",
        )
    key = settings.logs.key_arn
    if key and not logs.key_arn and (home := Arn.parse(key).region) != REGION:
        yield Problem(
            "dns.queryLogs.keyArn",
            f"is missing: logs.keyArn is a key of {home}, and the log group of the query logs is in {REGION}",
            f"Write a key of {REGION} whose policy admits logs.{REGION}.amazonaws.com.",
        )
