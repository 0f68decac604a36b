"""The alarms of what all connections share, and the topic that all alarms of the edge notify."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from pulumi import Input, Output, ResourceOptions

from privatelink_ingress.components.alarms import notified_topic, register_alarms
from privatelink_ingress.components.base import Component
from privatelink_ingress.plan.alarms import Deployed
from privatelink_ingress.plan.edge.alarms import measured
from privatelink_ingress.plan.edge.alarms.stacks import AlarmsPlan


def shard_values(load_balancer: Input[str], certificate_arns: Mapping[str, Input[str]]) -> dict[Deployed, Input[str]]:
    """What metrics call the load balancer, by the last part of its ARN, and its certificates, by key."""
    certificates = {measured.certificate(key): arn for key, arn in certificate_arns.items()}
    return {measured.LOAD_BALANCER: load_balancer, **certificates}


@dataclasses.dataclass(frozen=True, kw_only=True)
class ShardAlarmsArgs:
    """What to build."""

    plan: AlarmsPlan
    values: Mapping[Deployed, Input[str]]
    """`shard_values`."""
    tags: Mapping[str, str]


class ShardAlarms(Component):
    """Topic and alarms."""

    topic_arn: Output[str]

    def __init__(self, name: str, args: ShardAlarmsArgs, opts: ResourceOptions | None = None) -> None:
        """The topic first, unless it exists."""
        super().__init__(name, opts)
        plan, tags = args.plan, args.tags
        self.topic_arn = notified_topic(self, name, plan.topic, arn=plan.topic_arn, tags=tags)
        register_alarms(self, name, plan.shard, topic_arn=self.topic_arn, values=args.values, tags=tags)
        self.publish()
