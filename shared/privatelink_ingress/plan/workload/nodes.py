"""The managed node group, and the add-ons in the order in which they work."""

from __future__ import annotations

import dataclasses
import json

from privatelink_ingress.plan.workload.roles import RolePlan
from privatelink_ingress.settings.workload import WorkloadSettings

METADATA_HOP_LIMIT = 1
"""Answers of the instance metadata service do not reach pods, so no pod can take the node's credentials.

https://docs.aws.amazon.com/eks/latest/best-practices/identity-and-access-management.html"""

POD_IDENTITY = "pods.eks.amazonaws.com"


@dataclasses.dataclass(frozen=True, kw_only=True)
class AddonPlan:
    """One EKS add-on; its key is its name."""

    name: str
    configuration: str | None = None
    """JSON, as the add-on's own schema wants it."""
    service_account: str | None = None
    """The Kubernetes service account that gets `role` through Pod Identity."""
    role: RolePlan | None = None


@dataclasses.dataclass(frozen=True, kw_only=True)
class NodesPlan:
    """One node group and everything that EKS runs on it."""

    instance_types: tuple[str, ...]
    ami_type: str
    version: str
    minimum: int
    maximum: int
    disk_device: str
    """Device of the volume that holds images and pods."""
    disk_gib: int
    role: RolePlan
    agents: tuple[AddonPlan, ...]
    """DaemonSets that a node needs to become ready: installed before the nodes."""
    workloads: tuple[AddonPlan, ...]
    """Deployments that need a node to become ready: installed after the nodes."""


def plan_nodes(settings: WorkloadSettings) -> NodesPlan:
    """The nodes of a cluster."""
    nodes = settings.nodes
    return NodesPlan(
        instance_types=nodes.instance_types,
        ami_type=nodes.ami_type,
        version=settings.cluster.version,
        minimum=nodes.min,
        maximum=nodes.max,
        # Bottlerocket keeps its data on a second volume: https://bottlerocket.dev/en/os/latest/#/concepts/storage
        disk_device="/dev/xvdb" if nodes.ami_type.startswith("BOTTLEROCKET") else "/dev/xvda",
        disk_gib=nodes.disk_gib,
        # No AmazonEKS_CNI_Policy: the CNI gets its rights through Pod Identity, so the nodes hold none over interfaces.
        role=RolePlan(
            key="node",
            service="ec2.amazonaws.com",
            managed_policies=("AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly"),
            permissions_boundary=settings.roles.permissions_boundary,
        ),
        agents=(
            AddonPlan(name="eks-pod-identity-agent"),
            AddonPlan(name="kube-proxy"),
            AddonPlan(
                name="vpc-cni",
                configuration=json.dumps({"enableNetworkPolicy": "true"}),
                service_account="aws-node",
                role=RolePlan(
                    key="vpc-cni",
                    service=POD_IDENTITY,
                    managed_policies=("AmazonEKS_CNI_Policy",),
                    session_tags=True,
                    permissions_boundary=settings.roles.permissions_boundary,
                ),
            ),
        ),
        workloads=(AddonPlan(name="coredns"), AddonPlan(name="metrics-server")),
    )
