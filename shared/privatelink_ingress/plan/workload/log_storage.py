"""The workload's log groups that have fixed names, and how all of them are kept."""

from __future__ import annotations

from privatelink_ingress.plan.log_groups import NONE_RETAINED, LogNames, LogStorage, RetainedLogs
from privatelink_ingress.settings.workload import WorkloadSettings


def control_plane(name: str) -> str:
    """The log group of the cluster `name`, which EKS fixes.

    https://docs.aws.amazon.com/eks/latest/userguide/control-plane-logs.html
    """
    return f"/aws/eks/{name}/cluster"


def container_insights(name: str, kind: str) -> str:
    """The log group of one kind, by a name under which the console of Container Insights finds it.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Container-Insights-setup-logs-FluentBit.html
    """
    return f"/aws/containerinsights/{name}/{kind}"


def log_names(settings: WorkloadSettings, name: str) -> LogNames:
    """The log groups of the cluster `name`. That of the flow logs gets another name in each deployment."""
    features = {"application": settings.pod_logs.install, "performance": settings.metrics.install}
    insights = (container_insights(name, kind) for kind, on in features.items() if on)
    return LogNames(log_groups=(control_plane(name), *insights))


def plan_storage(
    settings: WorkloadSettings, *, retention_days: int, retained: RetainedLogs = NONE_RETAINED
) -> LogStorage:
    """How a log group is kept for `retention_days`."""
    cluster = settings.cluster
    return LogStorage(
        retention_days=retention_days,
        key_arn=cluster.log_key_arn,
        retain_on_delete=cluster.log_retain_on_delete,
        retained=retained.log_groups,
    )
