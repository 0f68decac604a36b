"""Registers alarms, and the topic that they notify."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any

import pulumi_aws as aws
from pulumi import Input, Output, ResourceOptions

from privatelink_ingress.components.base import Component
from privatelink_ingress.plan.alarm_topic import AlarmTopicPlan
from privatelink_ingress.plan.alarms import AlarmPlan, Deployed, Expression, Metric


@dataclasses.dataclass(frozen=True, kw_only=True)
class AlarmTopicArgs:
    """What to build."""

    plan: AlarmTopicPlan
    tags: Mapping[str, str]


class AlarmTopic(Component):
    """An encrypted topic."""

    arn: Output[str]

    def __init__(self, name: str, args: AlarmTopicArgs, opts: ResourceOptions | None = None) -> None:
        """Its policy is in place from the beginning."""
        super().__init__(name, opts)
        topic = aws.sns.Topic(
            name,
            name=args.plan.name,
            kms_master_key_id=args.plan.key,
            policy=args.plan.policy,
            tags=self.named("", args.tags),
            # Its name is fixed.
            opts=self.child(delete_before_replace=True),
        )
        self.arn = topic.arn
        self.publish()


def notified_topic(
    parent: Component, name: str, topic: AlarmTopicPlan | None, *, arn: str, tags: Mapping[str, str]
) -> Output[str]:
    """The ARN of the topic that alarms notify: of `topic`, as a child of `parent`, or else of the existing one."""
    if topic is None:
        return Output.from_input(arn)
    return AlarmTopic(f"{name}-alarms", AlarmTopicArgs(plan=topic, tags=tags), parent.child()).arn


def register_alarms(
    parent: Component,
    name: str,
    alarms: Iterable[AlarmPlan],
    *,
    topic_arn: Input[str],
    values: Mapping[Deployed, Input[str]],
    tags: Mapping[str, str],
) -> list[aws.cloudwatch.MetricAlarm]:
    """Alarms, children of `parent`.

    Args:
        parent: What they watch.
        name: Start of the resources' names.
        alarms: The plans.
        topic_arn: The topic that each notifies when it fires, and when all is well again.
        values: The dimensions' values that AWS decided.
        tags: Of each.
    """
    return [
        aws.cloudwatch.MetricAlarm(
            f"{name}-{plan.key}",
            name=plan.name,
            alarm_description=plan.description,
            comparison_operator=plan.comparison,
            threshold=plan.threshold,
            evaluation_periods=plan.periods,
            datapoints_to_alarm=plan.periods,
            treat_missing_data=plan.missing,
            alarm_actions=[topic_arn],
            ok_actions=[topic_arn],
            tags=parent.named(plan.key, tags),
            opts=parent.child(),
            **_watched(plan, values),
        )
        for plan in alarms
    ]


def _watched(plan: AlarmPlan, values: Mapping[Deployed, Input[str]]) -> dict[str, Any]:
    match plan.watches:
        case Metric() as metric:
            # Of a percentile CloudWatch says nothing while there are too few requests for one to mean anything.
            percentile = metric.statistic.startswith("p")
            return {
                **_metric(metric, values),
                ("extended_statistic" if percentile else "statistic"): metric.statistic,
                **({"evaluate_low_sample_count_percentiles": "ignore"} if percentile else {}),
            }
        case Expression() as math:
            return {
                "metric_queries": [
                    {"id": "share", "expression": math.formula, "label": math.label, "return_data": True},
                    *(
                        {"id": id_, "metric": {**_metric(metric, values), "stat": metric.statistic}}
                        for id_, metric in math.metrics.items()
                    ),
                ]
            }


def _metric(metric: Metric, values: Mapping[Deployed, Input[str]]) -> dict[str, Any]:
    return {
        "namespace": metric.namespace,
        "metric_name": metric.name,
        "period": metric.period,
        "dimensions": {
            name: values[value] if isinstance(value, Deployed) else value for name, value in metric.dimensions.items()
        },
    }
