"""Query logs of the hosted zone."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import pulumi_aws as aws
from pulumi import ResourceOptions

from privatelink_ingress.components.base import Component
from privatelink_ingress.components.log_groups import log_group
from privatelink_ingress.plan.edge.query_logs import QueryLogsPlan


@dataclasses.dataclass(frozen=True, kw_only=True)
class QueryLogsArgs:
    """What to build."""

    plan: QueryLogsPlan
    tags: Mapping[str, str]


class QueryLogs(Component):
    """Log group, the policy that admits Route 53, and the configuration of the zone. Its provider is of us-east-1."""

    def __init__(self, name: str, args: QueryLogsArgs, opts: ResourceOptions | None = None) -> None:
        """Route 53 tries to write when the configuration is created, so that comes last."""
        super().__init__(name, opts)
        plan = args.plan
        group = log_group(self, name, plan.storage, tags=self.named("", args.tags), group=plan.log_group)
        admitted = aws.cloudwatch.LogResourcePolicy(
            name, policy_name=plan.policy_name, policy_document=plan.policy, opts=self.child()
        )
        aws.route53.QueryLog(
            name,
            zone_id=plan.zone_id,
            cloudwatch_log_group_arn=group.arn,
            # A zone has one configuration: a second would be refused while the first is there.
            opts=self.child(depends_on=[admitted], delete_before_replace=True),
        )
        self.publish()
