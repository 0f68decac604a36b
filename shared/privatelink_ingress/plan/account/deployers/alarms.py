"""Rights on alarms, the topic that they notify, and dashboards."""

from __future__ import annotations

from collections.abc import Sequence

from privatelink_ingress.plan.account.deployers.grants import Grant, System
from privatelink_ingress.plan.alarm_topic import topic_name
from privatelink_ingress.plan.edge.dashboards import dashboard_name


def alarms(system: System) -> tuple[Grant, ...]:
    """Alarms by name, which begins with project and stack, so no other stack's do."""
    names = tuple(system.arn("cloudwatch", f"alarm:{stack}/*") for stack in system.stacks)
    actions = (
        "DeleteAlarms",
        "DescribeAlarms",
        "ListTagsForResource",
        "PutMetricAlarm",
        "TagResource",
        "UntagResource",
    )
    return (system.on_arn([f"cloudwatch:{action}" for action in actions], *names),)


def key(system: System) -> tuple[Grant, ...]:
    """Whether the key of a topic exists and admits CloudWatch. No setting of roles names it: any of the account."""
    return (system.on_arn(["kms:DescribeKey", "kms:GetKeyPolicy"], system.arn("kms", "key/*")),)


def dashboards(system: System) -> tuple[Grant, ...]:
    """Dashboards of the edge's stacks by name. They are of no Region."""
    prefix = f"arn:{system.partition}:cloudwatch::{system.account}:dashboard"
    names = [dashboard_name(stack.rpartition("/")[2]) for stack in system.stacks]
    actions = [f"cloudwatch:{action}" for action in ("DeleteDashboards", "GetDashboard", "PutDashboard")]
    return (system.on_arn(actions, *(f"{prefix}/{name}{end}" for name in names for end in ("", "_*"))),)


def topic(system: System, stack_names: Sequence[str]) -> tuple[Grant, ...]:
    """The topics of the stacks `<project>-<stack>`, by name."""
    topics = tuple(system.arn("sns", topic_name(name)) for name in stack_names)
    actions = ("CreateTopic", "DeleteTopic", "GetTopicAttributes", "ListTagsForResource", "SetTopicAttributes")
    return (system.on_arn([f"sns:{action}" for action in (*actions, "TagResource", "UntagResource")], *topics),)
