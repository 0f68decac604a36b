"""Asks Route 53 for the query logs that a hosted zone has. No function of the AWS provider finds them."""

from __future__ import annotations

from botocore.exceptions import BotoCoreError, ClientError

from privatelink_ingress.aws import credentials
from privatelink_ingress.plan.edge.query_logs import FoundQueryLogs
from privatelink_ingress.problems import Problem, UserError

TITLE = "The query logs of the hosted zone cannot be looked up"


def find(
    zone_id: str, *, account_id: str, region: str, role_arn: str | None, external_id: str | None
) -> FoundQueryLogs | None:
    """The configuration of a zone's query logs, with the credentials of the stack's network duty; None without one.

    Raises:
        UserError: when it cannot be looked up, with AWS's answer.
    """
    try:
        route53 = credentials.deploying(account_id, region, role_arn, external_id).client("route53")
        listed = route53.list_query_logging_configs(HostedZoneId=zone_id)["QueryLoggingConfigs"]
    except (BotoCoreError, ClientError, credentials.WrongAccount) as error:
        reason = f"is true, but the query logs of hosted zone {zone_id} cannot be looked up: {error}"
        remedy = "Allow the deploying role route53:ListQueryLoggingConfigs: edge.queryLogs of the bootstrap stack."
        raise UserError(TITLE, [Problem("dns.queryLogs.enabled", reason, remedy)]) from None
    # Route 53 keeps one configuration for each zone.
    for one in listed:
        return FoundQueryLogs(id=one["Id"], log_group_arn=one["CloudWatchLogsLogGroupArn"])
    return None
