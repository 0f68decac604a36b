"""The EKS add-ons of a cluster, in the order in which they work, and at which version."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator

from privatelink_ingress.plan import service_trust
from privatelink_ingress.plan.workload.controller import network
from privatelink_ingress.plan.workload.roles import RolePlan
from privatelink_ingress.problems import Problem, UserError, suggest
from privatelink_ingress.settings.workload import WorkloadSettings

CNI_ACCOUNT = "aws-node"
"""Its service account, in the namespace kube-system:
https://docs.aws.amazon.com/eks/latest/userguide/cni-iam-role.html"""


@dataclasses.dataclass(frozen=True, kw_only=True)
class AddonPlan:
    """One EKS add-on; its key is its name."""

    name: str
    version: str | None = None
    """None for EKS's own default for the cluster's version, looked up in each preview: an upgrade takes it along."""
    configuration: str | None = None
    """JSON, as the add-on's own schema wants it."""
    service_account: str | None = None
    """The Kubernetes service account that gets `role` through Pod Identity."""
    role: RolePlan | None = None


def agents(settings: WorkloadSettings, *, cluster: str, region: str) -> tuple[AddonPlan, ...]:
    """DaemonSets that a node of `cluster` needs to become ready: installed before the nodes."""
    trust = service_trust.pods(
        account_id=settings.account_id,
        region=region,
        cluster=cluster,
        namespace="kube-system",
        service_account=CNI_ACCOUNT,
    )
    return (
        AddonPlan(name="eks-pod-identity-agent"),
        AddonPlan(name="kube-proxy"),
        AddonPlan(
            name="vpc-cni",
            configuration=network.ENFORCED,
            service_account=CNI_ACCOUNT,
            role=RolePlan(
                key="vpc-cni",
                trust_policy=trust,
                managed_policies=("AmazonEKS_CNI_Policy",),
                permissions_boundary=settings.roles.permissions_boundary,
            ),
        ),
    )


def workloads() -> tuple[AddonPlan, ...]:
    """Deployments that need a node to become ready: installed after the nodes."""
    return (AddonPlan(name="coredns"), AddonPlan(name="metrics-server"))


def pinned(addons: Iterable[AddonPlan], settings: WorkloadSettings) -> tuple[AddonPlan, ...]:
    """The add-ons, each at the version that `cluster.addons` names for it."""
    return tuple(dataclasses.replace(addon, version=settings.cluster.addons.get(addon.name)) for addon in addons)


def require_fitting(settings: WorkloadSettings, names: Iterable[str]) -> None:
    """Refuse a pinned version of an add-on that this cluster does not have, or cannot have.

    Raises:
        UserError: with the nearest name, or all of them, or with the version that fits.
    """
    known = sorted(names)
    problems = []
    for name in sorted(set(settings.cluster.addons) - set(known)):
        reason = "is not an add-on of this cluster"
        problems.append(Problem(f"cluster.addons.{name}", reason, suggest(name, known)))
    problems += _newer_than_the_cluster(settings)
    if problems:
        raise UserError("The pinned add-on versions do not fit the cluster", problems)


def _newer_than_the_cluster(settings: WorkloadSettings) -> Iterator[Problem]:
    # Its versions are those of Kubernetes: https://kubernetes.io/releases/version-skew-policy/#kube-proxy
    pinned_version, version = settings.cluster.addons.get("kube-proxy"), settings.cluster.version
    if pinned_version and _minor(pinned_version.removeprefix("v")) > _minor(version):
        reason = f'is {pinned_version!r}, newer than cluster.version "{version}"'
        yield Problem("cluster.addons.kube-proxy", reason, f"Write one that starts with v{version}, or leave it out.")


def _minor(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")[:2]))
