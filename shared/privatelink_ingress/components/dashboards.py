"""Registers dashboards of CloudWatch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pulumi_aws as aws
from pulumi import Input, Output

from privatelink_ingress.components.base import Component
from privatelink_ingress.plan.alarms import Deployed
from privatelink_ingress.plan.dashboards import DashboardPlan


def dashboard(
    parent: Component, name: str, plan: DashboardPlan, *, values: Mapping[Deployed, Input[str]]
) -> aws.cloudwatch.Dashboard:
    """A dashboard, child of `parent`; `values` are the dimensions' values that AWS decided."""
    return aws.cloudwatch.Dashboard(
        name,
        dashboard_name=plan.name,
        dashboard_body=Output.json_dumps(_filled(plan.body(), values)),
        opts=parent.child(),
    )


def _filled(part: Any, values: Mapping[Deployed, Input[str]]) -> Any:
    match part:
        case Deployed():
            return values[part]
        case dict():
            return {key: _filled(value, values) for key, value in part.items()}
        case list():
            return [_filled(value, values) for value in part]
    return part
