"""Access entries of a cluster: those that a stack creates, and the one that EKS creates by itself."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from privatelink_ingress.arns import Arn
from privatelink_ingress.problems import Problem, UserError
from privatelink_ingress.settings.arns import identity
from privatelink_ingress.settings.workload import WorkloadSettings

_POLICIES = "arn:aws:eks::aws:cluster-access-policy"

ADMIN_POLICY_ARN = f"{_POLICIES}/AmazonEKSClusterAdminPolicy"
VIEW_POLICY_ARN = f"{_POLICIES}/AmazonEKSViewPolicy"
"""https://docs.aws.amazon.com/eks/latest/userguide/access-policy-permissions.html"""

CREATOR_TAG = "Creator"
"""Tag of the cluster with the ARN of its creator. EKS gives that principal an entry, but does not report it."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class AccessPlan:
    """One role's access policy for the whole cluster."""

    key: str
    principal_arn: str
    policy_arn: str


def plan_access(settings: WorkloadSettings, *, creator: str | None) -> tuple[AccessPlan, ...]:
    """The entries other than the creator's, sorted. EKS makes the creator an administrator and refuses a second entry.

    Args:
        settings: The stack file.
        creator: ARN of the principal that created the cluster or is about to; None if unknown.

    Raises:
        UserError: when the creator is listed as a viewer.
    """
    cluster = settings.cluster
    for index, viewer in enumerate(cluster.viewers):
        if _same(viewer, creator):
            reason = f"is {viewer}, which creates the cluster and is therefore its administrator"
            remedy = "Remove it, or deploy with another role (roles.eks) from the start."
            raise UserError("One role has two access levels", [Problem(f"cluster.viewers[{index}]", reason, remedy)])
    entries = [(arn, ADMIN_POLICY_ARN) for arn in cluster.admins if not _same(arn, creator)]
    entries += [(arn, VIEW_POLICY_ARN) for arn in cluster.viewers]
    return tuple(
        AccessPlan(key=_key(arn), principal_arn=arn, policy_arn=policy_arn) for arn, policy_arn in sorted(entries)
    )


def without_admins(settings: WorkloadSettings) -> Iterator[Problem]:
    """A warning for a new cluster that nobody but its creator may administer."""
    cluster = settings.cluster
    if not cluster.admins and cluster.existing is None:
        yield Problem(
            "cluster.admins",
            "is empty, so only the role that deploys the stack can use the Kubernetes API",
            "Write the ARNs of the roles that administer the cluster: docs/cluster.md.",
        )


def principal(caller_arn: str) -> str:
    """The principal behind a caller. For a role's session it is the role, without the path, which a session omits.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-arns
    """
    caller = Arn.parse(caller_arn)
    kind, *path = caller.resource.split("/")
    if (caller.service, kind) == ("sts", "assumed-role"):
        return str(dataclasses.replace(caller, service="iam", resource=f"role/{path[0]}"))
    return caller_arn


def _same(role_arn: str, creator: str | None) -> bool:
    """Whether both are the same role. Role names are unique in an account, whatever their paths and their case."""
    return creator is not None and ":role/" in creator and identity(role_arn) == identity(creator)


def _key(role_arn: str) -> str:
    role = Arn.parse(role_arn)
    return f"{role.account_id}-{role.resource.removeprefix('role/').replace('/', '.')}"
