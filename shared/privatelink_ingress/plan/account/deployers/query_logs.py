"""Rights on the query logs of hosted zones, which are in another Region than the stack."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

from privatelink_ingress import tokens as t
from privatelink_ingress.plan.account.deployers import network
from privatelink_ingress.plan.account.deployers.grants import Grants, System
from privatelink_ingress.plan.edge.query_logs import log_group
from privatelink_ingress.settings.bootstrap import EdgeRoles
from privatelink_ingress.settings.query_logs import REGION


def grants(system: System, settings: EdgeRoles, edges: Iterable[str]) -> Grants:
    """Grants by resource type, none without `queryLogs`; `edges` are the names of the edges.

    AWS limits the calls on resource policies to no resource, and creation and the look-up to the zone:
    https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatchlogs.html
    https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonroute53.html
    """
    if not settings.query_logs:
        return {}
    there = dataclasses.replace(system, region=REGION)
    route53 = f"arn:{system.partition}:route53:::"
    zones = tuple(f"{route53}hostedzone/{zone}" for zone in settings.hosted_zone_ids)
    groups = tuple(f"{log_group(edge)}*" for edge in edges)
    return {
        t.LOG_GROUP: network.log_group(there, *groups, log_deletion=settings.log_deletion),
        t.LOG_RESOURCE_POLICY: (
            there.in_region("logs:DeleteResourcePolicy", "logs:DescribeResourcePolicies", "logs:PutResourcePolicy"),
        ),
        t.QUERY_LOG: (
            # The program asks for a zone's configuration before it plans.
            system.on_arn(["route53:CreateQueryLoggingConfig", "route53:ListQueryLoggingConfigs"], *zones),
            # Its id is AWS's, and it has no tags.
            system.on_arn(
                ["route53:DeleteQueryLoggingConfig", "route53:GetQueryLoggingConfig"],
                f"{route53}queryloggingconfig/*",
            ),
        ),
    }
