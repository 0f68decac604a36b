"""The alarms of a whole stack: of its connections, and of the shard when the stack holds one."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping

from privatelink_ingress.plan.alarm_topic import AlarmTopicPlan, Home, check_topic, plan_own_topic
from privatelink_ingress.plan.alarms import AlarmPlan
from privatelink_ingress.plan.edge.alarms import home
from privatelink_ingress.plan.edge.alarms.connections import plan_connection_alarms
from privatelink_ingress.plan.edge.alarms.shard import plan_shard_alarms
from privatelink_ingress.plan.edge.certificates import CertificatesPlan
from privatelink_ingress.plan.edge.connections import ConnectionPlan
from privatelink_ingress.plan.edge.firewall.web_acl import FirewallPlan
from privatelink_ingress.plan.edge.site import EdgeSite
from privatelink_ingress.problems import Problem
from privatelink_ingress.settings.alarms import ShardAlarms
from privatelink_ingress.settings.edge import EdgeSettings, EdgeStack


@dataclasses.dataclass(frozen=True, kw_only=True)
class AlarmsPlan:
    """The alarms of a stack, and the topic that they notify."""

    topic_arn: str
    topic: AlarmTopicPlan | None = None
    """When the stack creates it."""
    shard: tuple[AlarmPlan, ...] = ()
    """Of what all connections share."""
    connections: Mapping[str, tuple[AlarmPlan, ...]]
    """By the connection's name."""


def check_alarms(settings: EdgeStack, site: EdgeSite) -> list[Problem]:
    """Why alarms of the stack could notify nobody, or not say what they watch."""
    if not _enabled(settings, site):
        return []
    arn, shard = settings.alarms.topic_arn or site.alarm_topic_arn, settings.edge_stack
    if arn is None:
        reason = f"is true, but stack {shard} has no alarms, and so no topic that alarms of this stack could notify"
        remedy = f"Write alarms.topicArn here, or alarms.enabled: true in the file of stack {shard}, and deploy it."
        return [Problem("alarms.enabled", reason, remedy)]
    if not site.zones_named:
        reason = f"is true, but stack {shard} was deployed by a release that does not publish the names of its zones"
        return [Problem("alarms.enabled", reason, f"Deploy stack {shard} again.")]
    key = settings.alarms.key if isinstance(settings.alarms, ShardAlarms) else None
    return check_topic(arn, key, site.region)


def plan_alarms(
    settings: EdgeSettings,
    connections: Iterable[ConnectionPlan],
    firewall: FirewallPlan,
    certificates: CertificatesPlan,
    site: EdgeSite,
    *,
    stack: str,
) -> AlarmsPlan | None:
    """The alarms of a stack with a load balancer, which `check_alarms` finds right; None when it has none."""
    if site.alarm_topic_arn is None:
        return None
    at = home(stack, account_id=site.account_id, region=site.region)
    return AlarmsPlan(
        topic_arn=site.alarm_topic_arn,
        topic=plan_own_topic(settings.alarms, at),
        shard=plan_shard_alarms(
            settings.alarms,
            settings.connections,
            firewall,
            certificates,
            prefix=at.prefix,
            region=site.region,
        ),
        connections=_of_connections(settings, connections, at),
    )


def plan_attached_alarms(
    settings: EdgeStack, connections: Iterable[ConnectionPlan], site: EdgeSite, *, stack: str
) -> AlarmsPlan | None:
    """The alarms of an attached stack, which `check_alarms` finds right; None when it has none."""
    arn = settings.alarms.topic_arn or site.alarm_topic_arn
    if arn is None or not _enabled(settings, site):
        return None
    at = home(stack, account_id=site.account_id, region=site.region)
    return AlarmsPlan(topic_arn=arn, connections=_of_connections(settings, connections, at))


def _enabled(settings: EdgeStack, site: EdgeSite) -> bool:
    enabled = settings.alarms.enabled
    return site.alarm_topic_arn is not None if enabled is None else enabled


def _of_connections(
    settings: EdgeStack, connections: Iterable[ConnectionPlan], at: Home
) -> dict[str, tuple[AlarmPlan, ...]]:
    return {
        plan.name: plan_connection_alarms(
            plan, settings.alarms.overridden(settings.connections[plan.name].alarms), prefix=at.prefix
        )
        for plan in connections
    }
