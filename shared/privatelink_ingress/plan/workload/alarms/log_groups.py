"""The log groups of a workload that should never be silent."""

from __future__ import annotations

from collections.abc import Mapping

from privatelink_ingress.plan.alarms import Deployed
from privatelink_ingress.plan.workload.alarms import measured
from privatelink_ingress.plan.workload.cluster import ClusterPlan
from privatelink_ingress.plan.workload.network import NetworkPlan
from privatelink_ingress.plan.workload.observability import ObservabilityPlan


def watched_log_groups(
    network: NetworkPlan, cluster: ClusterPlan, observability: ObservabilityPlan | None
) -> Mapping[str, str | Deployed]:
    """Names of the log groups that the stack owns, by the key of their alarm."""
    return {
        **({} if network.adopted else {"flow-logs": measured.FLOW_LOGS}),
        **({"control-plane": cluster.log_group} if cluster.log_types else {}),
        **({group.key: group.name for group in observability.log_groups} if observability else {}),
    }
