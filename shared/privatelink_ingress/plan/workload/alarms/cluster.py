"""The alarms of the cluster: its nodes, the controller, and the logs."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping

from privatelink_ingress.plan.alarms import AlarmPlan, Deployed
from privatelink_ingress.plan.workload.alarms import measured
from privatelink_ingress.plan.workload.controller.objects import NAMESPACE
from privatelink_ingress.settings.workload.alarms import WorkloadAlarms


@dataclasses.dataclass(frozen=True, kw_only=True)
class WatchedCluster:
    """What of a cluster can be watched."""

    name: str
    node_groups: tuple[str, ...]
    """Keys of the node groups."""
    metrics: bool
    """Whether the stack installs the agent of Container Insights."""
    replicas: int | None
    """Pods that the controller has at least; None where the stack installs none."""
    log_groups: Mapping[str, str | Deployed]
    """Names of the log groups that the stack owns, by the key of their alarm."""


def plan_cluster_alarms(cluster: WatchedCluster, limits: WorkloadAlarms, *, prefix: str) -> Iterator[AlarmPlan]:
    """The alarms of a cluster, of its own stack or adopted; `prefix` is how names of alarms of the stack begin."""
    for key in cluster.node_groups:
        yield AlarmPlan(
            key=f"instances-{key}",
            prefix=prefix,
            says=f"An instance of node group {key} fails its status checks.",
            command="./run doctor",
            runbook="failed-nodes",
            watches=measured.instances(key),
            comparison="GreaterThanOrEqualToThreshold",
            threshold=1,
            periods=limits.node_minutes,
        )
    if cluster.metrics:
        yield from _insights(cluster, limits, prefix=prefix)
    for key, group in cluster.log_groups.items():
        yield AlarmPlan(
            key=f"silent-{key}",
            prefix=prefix,
            says=f"The log group of {key.replace('-', ' ')} has had no event for {limits.silent_hours} h.",
            command="./run doctor",
            runbook="silent-logs",
            watches=measured.log_events(group),
            comparison="LessThanThreshold",
            threshold=1,
            periods=limits.silent_hours,
            # CloudWatch reports no zero of a group that gets nothing.
            missing="breaching",
        )


def _insights(cluster: WatchedCluster, limits: WorkloadAlarms, *, prefix: str) -> Iterator[AlarmPlan]:
    yield AlarmPlan(
        key="failed-nodes",
        prefix=prefix,
        says=f"A node of cluster {cluster.name} has failed, or is not ready.",
        command="./run doctor",
        runbook="failed-nodes",
        watches=measured.failed_nodes(cluster.name),
        comparison="GreaterThanOrEqualToThreshold",
        threshold=1,
        periods=limits.node_minutes,
    )
    if cluster.replicas is None:
        return
    # The controller's Deployment has the name of its namespace.
    yield AlarmPlan(
        key="controller-replicas",
        prefix=prefix,
        says=f"Fewer than {cluster.replicas} pods of the controller are available.",
        command="./run doctor",
        runbook="controller-pods",
        watches=measured.available_pods(cluster.name, NAMESPACE, NAMESPACE),
        comparison="LessThanThreshold",
        threshold=cluster.replicas,
        periods=limits.replica_minutes,
    )
    yield AlarmPlan(
        key="controller-restarts",
        prefix=prefix,
        says=f"The controller's containers restarted more than {limits.restarts} times in 15 minutes.",
        command="./run doctor",
        runbook="controller-pods",
        watches=measured.restarts(cluster.name, NAMESPACE, NAMESPACE),
        threshold=limits.restarts,
        periods=1,
    )
