"""Who may do what in a cluster: the entries that a stack makes, and the one that EKS makes itself."""

from __future__ import annotations

import dataclasses

from privatelink_ingress.problems import Problem, UserError
from privatelink_ingress.settings.workload import WorkloadSettings

_POLICIES = "arn:aws:eks::aws:cluster-access-policy"

ADMIN_POLICY_ARN = f"{_POLICIES}/AmazonEKSClusterAdminPolicy"
VIEW_POLICY_ARN = f"{_POLICIES}/AmazonEKSViewPolicy"
"""https://docs.aws.amazon.com/eks/latest/userguide/access-policy-permissions.html"""

CREATOR_TAG = "Creator"
"""Tag of the cluster that names who made it. EKS gives that principal an entry, and tells nobody which one it is."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class AccessPlan:
    """One role's right in the whole cluster."""

    key: str
    principal_arn: str
    policy_arn: str


def plan_access(settings: WorkloadSettings, *, creator: str | None) -> tuple[AccessPlan, ...]:
    """The entries beside the creator's, sorted: EKS makes the creator an administrator, and refuses it a second entry.

    Args:
        settings: The stack file.
        creator: ARN of the principal that made the cluster, or will; None when that is not known.

    Raises:
        UserError: when the creator is to be a viewer only.
    """
    cluster = settings.cluster
    for place, viewer in enumerate(cluster.viewers):
        if _same(viewer, creator):
            reason = f"is {viewer}, which makes the cluster and is therefore its administrator"
            remedy = "Remove it, or deploy with another role (roles.eks) from the start."
            raise UserError("One role has two rights", [Problem(f"cluster.viewers[{place}]", reason, remedy)])
    entries = [(arn, ADMIN_POLICY_ARN) for arn in cluster.admins if not _same(arn, creator)]
    entries += [(arn, VIEW_POLICY_ARN) for arn in cluster.viewers]
    return tuple(
        AccessPlan(key=_key(arn), principal_arn=arn, policy_arn=policy_arn) for arn, policy_arn in sorted(entries)
    )


def principal(caller_arn: str) -> str:
    """The principal behind a caller: of a session of a role the role, without its path, which a session does not tell.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-arns
    """
    arn, partition, service, region, account, resource = caller_arn.split(":", 5)
    if service == "sts" and resource.startswith("assumed-role/"):
        return f"{arn}:{partition}:iam:{region}:{account}:role/{resource.split('/')[1]}"
    return caller_arn


def _same(role_arn: str, creator: str | None) -> bool:
    """Whether both are one role. Names of roles are unique in an account, whatever their paths."""
    if creator is None or ":role/" not in creator:
        return False
    one, other = role_arn.split(":", 5), creator.split(":", 5)
    return (one[4], one[5].rpartition("/")[2]) == (other[4], other[5].rpartition("/")[2])


def _key(role_arn: str) -> str:
    account, role = role_arn.split(":")[4:6]
    return f"{account}-{role.removeprefix('role/').replace('/', '.')}"
