"""The alarms of what all connections share, and the topic that all alarms of the edge notify."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from pulumi import Input, Output, ResourceOptions

from privatelink_ingress.components.alarms import notified_topic, register_alarms
from privatelink_ingress.components.base import Component
from privatelink_ingress.plan.edge.alarms import measured
from privatelink_ingress.plan.edge.alarms.stacks import AlarmsPlan


@dataclasses.dataclass(frozen=True, kw_only=True)
class ShardAlarmsArgs:
    """What to build."""

    plan: AlarmsPlan
    load_balancer: Input[str]
    """By which metrics call it."""
    certificate_arns: Mapping[str, Input[str]]
    """By key."""
    tags: Mapping[str, str]


class ShardAlarms(Component):
    """Topic and alarms."""

    topic_arn: Output[str]

    def __init__(self, name: str, args: ShardAlarmsArgs, opts: ResourceOptions | None = None) -> None:
        """The topic first, unless it exists."""
        super().__init__(name, opts)
        plan, tags = args.plan, args.tags
        self.topic_arn = notified_topic(self, name, plan.topic, arn=plan.topic_arn, tags=tags)
        certificates = {measured.certificate(key): arn for key, arn in args.certificate_arns.items()}
        register_alarms(
            self,
            name,
            plan.shard,
            topic_arn=self.topic_arn,
            values={measured.LOAD_BALANCER: args.load_balancer, **certificates},
            tags=tags,
        )
        self.publish()
