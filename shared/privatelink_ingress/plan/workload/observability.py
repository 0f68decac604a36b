"""Logs and metrics of the pods: the log groups, and the add-ons that write to them.

Container logs have one owner, Fluent Bit, whether metrics are on or not: the add-on for metrics brings a Fluent Bit of
its own, which is therefore always off. The add-on for metrics cannot provide logs alone: its Fluent Bit uses the
service account of its agent, which is not made when the agent is off.
"""

from __future__ import annotations

import dataclasses
import json

from privatelink_ingress import regions
from privatelink_ingress.plan import service_trust
from privatelink_ingress.plan.log_groups import LogStorage
from privatelink_ingress.plan.workload.addons import AddonPlan
from privatelink_ingress.plan.workload.roles import RolePlan
from privatelink_ingress.settings.workload import WorkloadSettings
from privatelink_ingress.settings.workload.features import Metrics, PodLogs

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
    addons: tuple[AddonPlan, ...]


def plan_observability(settings: WorkloadSettings, *, name: str, region: str) -> ObservabilityPlan | None:
    """The plan for the cluster named `name`; none when both features are off."""
    log_groups, addons = [], []
    if settings.pod_logs.install:
        # Names by which the console of Container Insights finds them:
        # https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Container-Insights-setup-logs-FluentBit.html
        group = f"/aws/containerinsights/{name}/application"
        log_groups.append(LogGroupPlan(key="pods", name=group, storage=_storage(settings, settings.pod_logs)))
        trust = service_trust.pods(
            account_id=settings.account_id,
            region=region,
            cluster=name,
            namespace=LOGS_ADDON,
            service_account=LOGS_ADDON,
        )
        addons.append(_pod_logs(settings, group, region, trust))
    if settings.metrics.install:
        group = f"/aws/containerinsights/{name}/performance"
        log_groups.append(LogGroupPlan(key="metrics", name=group, storage=_storage(settings, settings.metrics)))
        trust = service_trust.pods(
            account_id=settings.account_id,
            region=region,
            cluster=name,
            namespace=METRICS_NAMESPACE,
            service_account=METRICS_ACCOUNT,
        )
        addons.append(_metrics(settings, trust))
    return ObservabilityPlan(log_groups=tuple(log_groups), addons=tuple(addons)) if addons else None


def _storage(settings: WorkloadSettings, feature: PodLogs | Metrics) -> LogStorage:
    return LogStorage(retention_days=feature.retention_days, key_arn=settings.cluster.log_key_arn)


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
