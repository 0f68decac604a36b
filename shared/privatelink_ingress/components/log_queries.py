"""Registers saved queries of CloudWatch Logs Insights."""

from __future__ import annotations

from collections.abc import Sequence

import pulumi_aws as aws
from pulumi import Resource

from privatelink_ingress.components.base import Component
from privatelink_ingress.plan.log_queries import SavedQueryPlan


def saved_query(
    parent: Component, name: str, plan: SavedQueryPlan, *, after: Sequence[Resource]
) -> aws.cloudwatch.QueryDefinition:
    """A saved query, child of `parent`, once `after` has created its log groups; `name` begins the resource's name."""
    return aws.cloudwatch.QueryDefinition(
        f"{name}-{plan.key}",
        name=plan.name,
        log_group_names=plan.log_groups,
        query_string=plan.query,
        opts=parent.child(depends_on=after),
    )
