"""The alarms of a workload, and the topic that they notify."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from pulumi import Input, Output, ResourceOptions

from privatelink_ingress.components.alarms import notified_topic, register_alarms
from privatelink_ingress.components.base import Component
from privatelink_ingress.plan.alarms import Deployed
from privatelink_ingress.plan.workload.alarms import WorkloadAlarmsPlan


@dataclasses.dataclass(frozen=True, kw_only=True)
class WorkloadAlarmsArgs:
    """What to build."""

    plan: WorkloadAlarmsPlan
    values: Mapping[Deployed, Input[str]]
    """The dimensions' values that AWS decided."""
    tags: Mapping[str, str]


class WorkloadAlarms(Component):
    """Topic and alarms."""

    topic_arn: Output[str]

    def __init__(self, name: str, args: WorkloadAlarmsArgs, opts: ResourceOptions | None = None) -> None:
        """The topic first, unless it exists."""
        super().__init__(name, opts)
        plan, tags = args.plan, args.tags
        self.topic_arn = notified_topic(self, name, plan.topic, arn=plan.topic_arn, tags=tags)
        register_alarms(self, name, plan.alarms, topic_arn=self.topic_arn, values=args.values, tags=tags)
        self.publish()
