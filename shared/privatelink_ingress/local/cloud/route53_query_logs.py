"""Query logs of hosted zones: what AWS asks of the zone, the log group and the policy that admits Route 53."""

from __future__ import annotations

import json
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

from moto.logs.models import logs_backends
from moto.route53.models import Route53Backend

from privatelink_ingress.arns import Arn
from privatelink_ingress.local.cloud.hardening import around, refuse

REGION, WRITER = "us-east-1", "route53.amazonaws.com"
ACTIONS = ("logs:CreateLogStream", "logs:PutLogEvents")


@around(Route53Backend, "create_query_logging_config")
def query_logs_have_a_place(original: Any, backend: Any, hosted_zone_id: str, log_group_arn: str) -> Any:
    """A public zone, a log group of us-east-1 and of the zone's account, and a policy there that admits Route 53.

    The ARN of the log group may end in `:*`, as CloudWatch Logs writes it, or not; moto wants it. Source: Route 53 API
    reference, CreateQueryLoggingConfig.
    """
    zone = backend.zones.get(hosted_zone_id)
    if zone and zone.private_zone:
        refuse("InvalidInput", f"The hosted zone {hosted_zone_id} is private: query logging needs a public one")
    group = log_group_arn.removesuffix(":*")
    try:
        where = Arn.parse(group)
    except ValueError:
        return original(backend, hosted_zone_id, log_group_arn)
    if (where.region, where.account_id) != (REGION, backend.account_id):
        refuse("NoSuchCloudWatchLogsLogGroup", f"The log group must be in {REGION}, and in the account of the zone")
    policies = logs_backends[backend.account_id][REGION].resource_policies.values()
    statements = [one for policy in policies for one in _statements(policy.policy_document)]
    known = {"aws:SourceArn": f"arn:aws:route53:::hostedzone/{hosted_zone_id}", "aws:SourceAccount": backend.account_id}
    if not all(any(_admits(one, action, f"{group}:log-stream:x", known) for one in statements) for action in ACTIONS):
        refuse(
            "InsufficientCloudWatchLogsResourcePolicy",
            "The resource policy that you're using for Route 53 query logging doesn't grant Route 53 sufficient "
            "permission to create a log stream in the specified log group.",
        )
    config = original(backend, hosted_zone_id, f"{group}:*")
    config.cloud_watch_logs_log_group_arn = log_group_arn
    return config


@around(Route53Backend, "list_query_logging_configs")
def a_zone_lists_its_own_configuration(
    original: Any, backend: Any, hosted_zone_id: str | None = None, **page: Any
) -> tuple[list[Any], str | None]:
    """With a hosted zone, its configuration alone (Route 53 API reference, ListQueryLoggingConfigs)."""
    if hosted_zone_id and hosted_zone_id not in backend.zones:
        refuse("NoSuchHostedZone", f"No hosted zone found with ID: {hosted_zone_id}")
    found, token = original(backend, **page)
    return [one for one in found if hosted_zone_id in (None, one.hosted_zone_id)], token


def _statements(document: str) -> list[Mapping[str, Any]]:
    return _several(json.loads(document)["Statement"])


def _admits(statement: Mapping[str, Any], action: str, resource: str, known: Mapping[str, str]) -> bool:
    principal = statement.get("Principal")
    services = _several(principal.get("Service", ())) if isinstance(principal, Mapping) else []
    return (
        statement["Effect"] == "Allow"
        and WRITER in services
        and any(fnmatchcase(action, pattern) for pattern in _several(statement.get("Action", ())))
        and any(fnmatchcase(resource, pattern) for pattern in _several(statement.get("Resource", ())))
        and all(
            any(fnmatchcase(known.get(key, ""), pattern) for pattern in _several(wanted))
            for keys in statement.get("Condition", {}).values()
            for key, wanted in keys.items()
        )
    )


def _several(value: Any) -> list[Any]:
    return [value] if isinstance(value, str | Mapping) else list(value)
