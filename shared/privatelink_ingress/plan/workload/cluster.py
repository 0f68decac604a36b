"""The EKS control plane: who may reach it, who administers it, what it logs."""

from __future__ import annotations

import dataclasses

from privatelink_ingress.plan.workload.roles import RolePlan
from privatelink_ingress.settings.workload import WorkloadSettings

ADMIN_POLICY_ARN = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"
"""https://docs.aws.amazon.com/eks/latest/userguide/access-policy-permissions.html"""


@dataclasses.dataclass(frozen=True, kw_only=True)
class AdminPlan:
    """One role with full rights in the cluster."""

    key: str
    principal_arn: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class ClusterPlan:
    """One control plane."""

    name: str
    version: str
    public_access_cidrs: tuple[str, ...]
    """Networks that reach the API from outside; none leaves it private."""
    log_types: tuple[str, ...]
    log_group: str
    log_retention_days: int
    secrets_key_arn: str | None
    deletion_protection: bool
    role: RolePlan
    admins: tuple[AdminPlan, ...]
    kubeconfig_role_arn: str | None
    """Role that a kubeconfig assumes: the one that made the cluster, since it is an administrator from the start."""


def plan_cluster(settings: WorkloadSettings, *, name: str) -> ClusterPlan:
    """The control plane named `name`."""
    cluster = settings.cluster
    return ClusterPlan(
        name=name,
        version=cluster.version,
        public_access_cidrs=tuple(sorted(cluster.public_access_cidrs)),
        log_types=tuple(sorted(cluster.log_types)),
        # EKS fixes this name: https://docs.aws.amazon.com/eks/latest/userguide/control-plane-logs.html
        log_group=f"/aws/eks/{name}/cluster",
        log_retention_days=cluster.log_retention_days,
        secrets_key_arn=cluster.secrets_key_arn,
        deletion_protection=cluster.deletion_protection,
        role=RolePlan(
            key="cluster",
            service="eks.amazonaws.com",
            managed_policies=("AmazonEKSClusterPolicy",),
            session_tags=True,
            permissions_boundary=settings.roles.permissions_boundary,
        ),
        # EKS makes the creator an administrator itself, and refuses a second entry for one principal.
        admins=tuple(
            AdminPlan(key=_key(arn), principal_arn=arn) for arn in sorted(set(cluster.admins) - {settings.roles.eks})
        ),
        kubeconfig_role_arn=settings.roles.eks,
    )


def _key(role_arn: str) -> str:
    account, role = role_arn.split(":")[4:6]
    return f"{account}-{role.removeprefix('role/').replace('/', '.')}"
