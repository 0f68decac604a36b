"""Logs and metrics of the pods: the log groups, and the add-ons that write to them.

Container logs have one owner, Fluent Bit, whether metrics are on or not: the add-on for metrics brings a Fluent Bit of
its own, which is therefore always off. The add-on for metrics cannot provide logs alone: its Fluent Bit uses the
service account of its agent, which is not made when the agent is off.
"""

from __future__ import annotations

import dataclasses
import json

from privatelink_ingress import regions
from privatelink_ingress.contracts.service import PROJECT
from privatelink_ingress.plan import service_trust
from privatelink_ingress.plan.log_groups import NONE_RETAINED, LogStorage, RetainedLogs
from privatelink_ingress.plan.log_queries import SavedQueryPlan, plan_follow_request
from privatelink_ingress.plan.workload.addons import AddonPlan
from privatelink_ingress.plan.workload.log_storage import container_insights, plan_storage
from privatelink_ingress.plan.workload.roles import RolePlan
from privatelink_ingress.settings.workload import WorkloadSettings

LOGS_ADDON = "fluent-bit"
"""A community add-on, and its namespace and service account:
https://docs.aws.amazon.com/eks/latest/userguide/community-addons.html#fluent-bit"""

METRICS_ADDON = "amazon-cloudwatch-observability"
METRICS_NAMESPACE, METRICS_ACCOUNT = "amazon-cloudwatch", "cloudwatch-agent"
"""Its namespace and service account:
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/install-CloudWatch-Observability-EKS-addon.html"""


@dataclasses.dataclass(frozen=True, kw_only=True)
class LogGroupPlan:
    """One log group."""

    key: str
    name: str
    storage: LogStorage


@dataclasses.dataclass(frozen=True, kw_only=True)
class ObservabilityPlan:
    """What the features `podLogs` and `metrics` add."""

    log_groups: tuple[LogGroupPlan, ...]
    """Made before the add-ons, which would make groups that keep everything for ever."""
    queries: tuple[SavedQueryPlan, ...]
    """Over the pods' logs."""
    addons: tuple[AddonPlan, ...]


def plan_observability(
    settings: WorkloadSettings, *, name: str, region: str, retained: RetainedLogs = NONE_RETAINED
) -> ObservabilityPlan | None:
    """The plan for the cluster named `name`; none when both features are off."""
    log_groups, addons, queries = [], [], []
    if settings.pod_logs.install:
        group = container_insights(name, "application")
        storage = plan_storage(settings, retention_days=settings.pod_logs.retention_days, retained=retained)
        log_groups.append(LogGroupPlan(key="pods", name=group, storage=storage))
        queries.append(plan_follow_request(f"{PROJECT}-{name}", [group]))
        trust = service_trust.pods(
            account_id=settings.account_id,
            region=region,
            cluster=name,
            namespace=LOGS_ADDON,
            service_account=LOGS_ADDON,
        )
        addons.append(_pod_logs(settings, group, region, trust))
    if settings.metrics.install:
        group = container_insights(name, "performance")
        storage = plan_storage(settings, retention_days=settings.metrics.retention_days, retained=retained)
        log_groups.append(LogGroupPlan(key="metrics", name=group, storage=storage))
        trust = service_trust.pods(
            account_id=settings.account_id,
            region=region,
            cluster=name,
            namespace=METRICS_NAMESPACE,
            service_account=METRICS_ACCOUNT,
        )
        addons.append(_metrics(settings, trust))
    if not addons:
        return None
    return ObservabilityPlan(log_groups=tuple(log_groups), queries=tuple(queries), addons=tuple(addons))


def _pod_logs(settings: WorkloadSettings, group: str, region: str, trust: str) -> AddonPlan:
    # Of the add-on's defaults, which read the files of all containers and add the pods' names, only the destination
    # changes. https://docs.fluentbit.io/manual/pipeline/outputs/cloudwatch
    output = {
        "Name": "cloudwatch_logs",
        "Match": "kube.*",
        "region": region,
        "log_group_name": group,
        "log_stream_prefix": "pod-",
        "log_stream_template": "$kubernetes['namespace_name'].$kubernetes['pod_name'].$kubernetes['container_name']",
        "auto_create_group": "Off",
    }
    lines = ["[OUTPUT]", *(f"    {key} {value}" for key, value in output.items())]
    arn = f"arn:{regions.partition(region)}:logs:{region}:{settings.account_id}:log-group:{group}:*"
    writing = {
        "Effect": "Allow",
        "Action": ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
        "Resource": arn,
    }
    return AddonPlan(
        name=LOGS_ADDON,
        configuration=json.dumps({"config": {"outputs": "\n".join([*lines, ""])}}),
        service_account=LOGS_ADDON,
        role=RolePlan(
            key=LOGS_ADDON,
            trust_policy=trust,
            policy=json.dumps({"Version": "2012-10-17", "Statement": [writing]}),
            permissions_boundary=settings.roles.permissions_boundary,
        ),
    )


def _metrics(settings: WorkloadSettings, trust: str) -> AddonPlan:
    # An agent whose configuration does not name Application Signals does not collect them, nor traces, for which the
    # VPC would need one more endpoint:
    # https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/install-CloudWatch-Observability-EKS-addon.html
    collected = {"logs": {"metrics_collected": {"kubernetes": {"enhanced_container_insights": True}}}}
    return AddonPlan(
        name=METRICS_ADDON,
        configuration=json.dumps({"containerLogs": {"enabled": False}, "agent": {"config": collected}}),
        service_account=METRICS_ACCOUNT,
        role=RolePlan(
            key=METRICS_ACCOUNT,
            trust_policy=trust,
            managed_policies=("CloudWatchAgentServerPolicy",),
            permissions_boundary=settings.roles.permissions_boundary,
        ),
    )
