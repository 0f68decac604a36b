"""The EKS control plane: who may reach it, who administers it, what it logs."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from privatelink_ingress.plan import service_trust
from privatelink_ingress.plan.log_groups import NONE_RETAINED, LogStorage, RetainedLogs
from privatelink_ingress.plan.workload import log_storage
from privatelink_ingress.plan.workload.access import CREATOR_TAG, AccessPlan, plan_access
from privatelink_ingress.plan.workload.deployed import SECRETS_KEY_TAG
from privatelink_ingress.plan.workload.roles import RolePlan
from privatelink_ingress.settings.workload import WorkloadSettings
from privatelink_ingress.settings.workload.cluster import KubernetesApi


@dataclasses.dataclass(frozen=True, kw_only=True)
class ClusterPlan:
    """One control plane."""

    name: str
    version: str
    public_access_cidrs: tuple[str, ...]
    """Networks that reach the API from outside; none leaves it private."""
    log_types: tuple[str, ...]
    log_group: str
    log_storage: LogStorage
    secrets_key_arn: str | None
    deletion_protection: bool
    role: RolePlan
    creator: str | None
    """ARN of the cluster's creator, kept in its tag; None if unknown."""
    access: tuple[AccessPlan, ...]
    kubernetes_api: KubernetesApi | None
    """Another address of the API, such as a forwarded port."""
    kubeconfig_role_arn: str | None
    """Role that the kubeconfig assumes: the creator, which is an administrator from the start."""

    @property
    def tags(self) -> Mapping[str, str]:
        """What a later deployment has to know of the cluster, and EKS or Pulumi's look-up does not report."""
        said = {CREATOR_TAG: self.creator, SECRETS_KEY_TAG: self.secrets_key_arn}
        return {key: value for key, value in said.items() if value}

    @property
    def is_private(self) -> bool:
        """Whether the Kubernetes API answers only inside the VPC, and the stack file gives no other address."""
        return not self.public_access_cidrs and self.kubernetes_api is None


def plan_cluster(
    settings: WorkloadSettings, *, name: str, region: str, creator: str | None, retained: RetainedLogs = NONE_RETAINED
) -> ClusterPlan:
    """The control plane named `name`.

    Args:
        settings: The stack file.
        name: Name of the cluster.
        region: Where it lives.
        creator: ARN of the principal that created the cluster or is about to; None for `roles.eks`.
        retained: Logs of an earlier cluster of the stack.

    Raises:
        UserError: when the creator is listed as a viewer.
    """
    cluster, creator = settings.cluster, creator or settings.roles.eks
    return ClusterPlan(
        name=name,
        version=cluster.version,
        public_access_cidrs=tuple(sorted(cluster.public_access_cidrs)),
        log_types=tuple(sorted(cluster.log_types)),
        log_group=log_storage.control_plane(name),
        log_storage=log_storage.plan_storage(settings, retention_days=cluster.log_retention_days, retained=retained),
        secrets_key_arn=cluster.secrets_key_arn,
        deletion_protection=cluster.deletion_protection,
        role=RolePlan(
            key="cluster",
            trust_policy=service_trust.cluster(account_id=settings.account_id, region=region, name=name),
            managed_policies=("AmazonEKSClusterPolicy",),
            permissions_boundary=settings.roles.permissions_boundary,
        ),
        creator=creator,
        access=plan_access(settings, creator=creator),
        kubernetes_api=cluster.kubernetes_api,
        kubeconfig_role_arn=settings.roles.eks,
    )
