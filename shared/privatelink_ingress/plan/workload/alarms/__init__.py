"""The alarms of a workload, and the topic that they notify."""

from __future__ import annotations

import dataclasses

from privatelink_ingress.contracts.service import PROJECT
from privatelink_ingress.plan.alarm_topic import AlarmTopicPlan, Home, check_topic, notified, plan_own_topic
from privatelink_ingress.plan.alarms import AlarmPlan
from privatelink_ingress.plan.workload.alarms.cluster import WatchedCluster, plan_cluster_alarms
from privatelink_ingress.plan.workload.alarms.service import plan_service
from privatelink_ingress.plan.workload.publication import PublicationPlan
from privatelink_ingress.problems import UserError
from privatelink_ingress.settings.workload import WorkloadSettings


@dataclasses.dataclass(frozen=True, kw_only=True)
class WorkloadAlarmsPlan:
    """The alarms of a stack, and the topic that they notify."""

    topic_arn: str
    topic: AlarmTopicPlan | None
    """When the stack creates it."""
    alarms: tuple[AlarmPlan, ...]


def plan_alarms(
    settings: WorkloadSettings,
    cluster: WatchedCluster,
    publication: PublicationPlan,
    *,
    name: str,
    stack: str,
    region: str,
) -> WorkloadAlarmsPlan | None:
    """The alarms of connection `name`; None without the setting.

    Raises:
        UserError: when the topic, or its key, is in another Region.
    """
    home = Home(project=PROJECT, stack=stack, account_id=settings.account_id, region=region)
    arn = notified(settings.alarms, home)
    if arn is None:
        return None
    if problems := check_topic(settings.alarms.topic_arn, settings.alarms.key, region):
        raise UserError("The alarms could notify nobody", problems)
    zone_ids = tuple(publication.contract["zone_ids"])
    judges = publication.enforce_inbound_rules
    return WorkloadAlarmsPlan(
        topic_arn=arn,
        topic=plan_own_topic(settings.alarms, home),
        alarms=(
            *plan_service(name, zone_ids, settings.alarms, prefix=home.prefix, judges_clients=judges),
            *plan_cluster_alarms(cluster, settings.alarms, prefix=home.prefix),
        ),
    )
