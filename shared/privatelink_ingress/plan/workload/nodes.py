"""The managed node groups of a cluster, and the add-ons around them."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

from privatelink_ingress.plan import service_trust
from privatelink_ingress.plan.workload import addons
from privatelink_ingress.plan.workload.addons import AddonPlan
from privatelink_ingress.plan.workload.deployed import NodeGroupSize
from privatelink_ingress.plan.workload.roles import RolePlan
from privatelink_ingress.problems import Problem, UserError
from privatelink_ingress.settings.workload import WorkloadSettings
from privatelink_ingress.settings.workload.nodes import DEFAULT_GROUP, NodeGroup, Taint

METADATA_HOP_LIMIT = 1
"""Answers of the instance metadata service do not reach pods, so no pod can take the node's credentials.

https://docs.aws.amazon.com/eks/latest/best-practices/identity-and-access-management.html"""

CROSS_ZONE_BELOW = 2
"""With fewer nodes in a zone, the load balancer sends across zones, so a zone that loses its only node still serves.
Otherwise each zone keeps its own traffic, which saves the charge for traffic between zones."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class NodeGroupPlan:
    """One node group, with a launch template of its own."""

    key: str
    """Unique among the groups: `nodes`, or `nodes-<group>`."""
    template_key: str
    instance_types: tuple[str, ...]
    ami_type: str
    capacity_type: str
    minimum: int
    maximum: int
    desired: int
    """The deployed number of nodes, moved into the bounds; the minimum of a new group."""
    keeps_desired: bool
    """Whether the bounds are those that are deployed: the number of nodes between them depends on load alone."""
    max_unavailable: int | None
    """Nodes that an update may replace at once; None where a percentage is set."""
    max_unavailable_percentage: int | None
    disk_device: str
    """Device of the volume that holds images and pods."""
    disk_gib: int
    labels: Mapping[str, str]
    taints: tuple[Taint, ...]
    is_open: bool
    """Whether pods without tolerations run here."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class NodesPlan:
    """The node groups and everything that EKS runs on them."""

    version: str
    groups: tuple[NodeGroupPlan, ...]
    """Sorted by name."""
    role: RolePlan
    """The role of every group's nodes."""
    agents: tuple[AddonPlan, ...]
    """DaemonSets that a node needs to become ready: installed before the nodes."""
    workloads: tuple[AddonPlan, ...]
    """Deployments that need a node to become ready: installed after the groups that are open."""


def plan_nodes(
    settings: WorkloadSettings,
    *,
    name: str,
    region: str,
    features: Iterable[AddonPlan] = (),
    sizes: Mapping[str, NodeGroupSize] = MappingProxyType({}),
) -> NodesPlan:
    """The nodes of a cluster.

    Args:
        settings: The stack file.
        name: The cluster's name, and first part of the node groups' `Name` tags.
        region: Where they live.
        features: Add-ons of the features that the stack uses.
        sizes: Of the deployed node groups, by their `Name` tag.

    Raises:
        UserError: when `cluster.addons` names one that the cluster does not have.
    """
    agents, workloads = addons.agents(settings, cluster=name, region=region), (*addons.workloads(), *features)
    addons.require_fitting(settings, (addon.name for addon in (*agents, *workloads)))
    return NodesPlan(
        version=settings.cluster.version,
        groups=tuple(_group(key, group, name, sizes) for key, group in settings.nodes.by_name.items()),
        # No AmazonEKS_CNI_Policy: the CNI gets its rights through Pod Identity, so the nodes hold none over interfaces.
        role=RolePlan(
            key="node",
            trust_policy=service_trust.instances(),
            managed_policies=(
                "AmazonEKSWorkerNodePolicy",
                "AmazonEC2ContainerRegistryPullOnly",
                *(("AmazonSSMManagedInstanceCore",) if settings.session_manager else ()),
            ),
            permissions_boundary=settings.roles.permissions_boundary,
        ),
        agents=addons.pinned(agents, settings),
        workloads=addons.pinned(workloads, settings),
    )


def cross_zone(settings: WorkloadSettings, zone_ids: Sequence[str]) -> bool:
    """Whether each zone of the load balancer sends to the nodes of all zones.

    Args:
        settings: The stack file. Its value applies, unless a zone could be left without nodes.
        zone_ids: The zones that the nodes are spread over.

    Raises:
        UserError: when zones keep their own traffic, but one could have no nodes.
    """
    if settings.cluster.existing is not None:
        # An existing cluster may have any number of nodes in a zone, so no zone depends on its own nodes.
        return settings.publication.cross_zone is not False
    # An autoscaling group spreads its nodes evenly over its zones, so this many are in each:
    # https://docs.aws.amazon.com/autoscaling/ec2/userguide/auto-scaling-benefits.html
    in_each = sum(group.min // len(zone_ids) for group in settings.nodes.by_name.values())
    wanted = settings.publication.cross_zone
    if wanted is False and in_each < 1:
        smallest = max(settings.nodes.by_name, key=lambda name: settings.nodes.by_name[name].min)
        where = f"{settings.nodes.key(smallest)}.min"
        reason = (
            f"is {settings.nodes.by_name[smallest].min}, fewer than the {len(zone_ids)} zones "
            f"({', '.join(zone_ids)}), and publication.crossZone is false: a zone without nodes would not answer"
        )
        remedy = f"Raise it to {len(zone_ids)} or more, or write crossZone: true (or leave it out)."
        raise UserError("A zone could have no nodes", [Problem(where, reason, remedy)])
    return in_each < CROSS_ZONE_BELOW if wanted is None else wanted


def only_spot(settings: WorkloadSettings) -> Iterator[Problem]:
    """A warning when AWS may reclaim every node that can run the controller."""
    hosts = {name: group for name, group in settings.nodes.by_name.items() if group.is_open}
    if settings.cluster.existing is not None or any(group.capacity_type != "SPOT" for group in hosts.values()):
        return
    yield Problem(
        ", ".join(f"{settings.nodes.key(name)}.capacityType" for name in hosts),
        "is SPOT on every node group that can run the controller, so AWS may reclaim all of its nodes at two minutes' "
        "notice",
        "Write ON_DEMAND, or add an on-demand group without taints of NO_SCHEDULE and NO_EXECUTE.",
    )


DEFAULT_QUOTA = 450
"""Nodes of one managed node group, until AWS raises it (L-BD136A63):
https://docs.aws.amazon.com/eks/latest/userguide/service-quotas.html"""


def beyond_the_quota(settings: WorkloadSettings) -> Iterator[Problem]:
    """A warning for each node group that may grow past the quota that every account has."""
    for name, group in settings.nodes.by_name.items():
        if settings.cluster.existing is None and group.max > DEFAULT_QUOTA:
            reason = f"is {group.max}, and a node group has {DEFAULT_QUOTA} nodes at most unless AWS raised the quota"
            remedy = "Ask for a raise of L-BD136A63 first, or write several groups."
            yield Problem(f"{settings.nodes.key(name)}.max", reason, remedy)


def _group(group_name: str, group: NodeGroup, name: str, sizes: Mapping[str, NodeGroupSize]) -> NodeGroupPlan:
    suffix = "" if group_name == DEFAULT_GROUP else f"-{group_name}"
    now = sizes.get(f"{name}-nodes{suffix}")
    by_percentage = group.max_unavailable_percentage is not None
    return NodeGroupPlan(
        key=f"nodes{suffix}",
        template_key=f"node{suffix}",
        instance_types=group.types,
        ami_type=group.ami_type,
        capacity_type=group.capacity_type,
        minimum=group.min,
        maximum=group.max,
        desired=max(group.min, min(group.max, now.desired)) if now else group.min,
        keeps_desired=now is None or (now.minimum, now.maximum) == (group.min, group.max),
        max_unavailable=None if by_percentage else group.max_unavailable or 1,
        max_unavailable_percentage=group.max_unavailable_percentage,
        # Bottlerocket keeps its data on a second volume: https://bottlerocket.dev/en/os/latest/#/concepts/storage
        disk_device="/dev/xvdb" if group.ami_type.startswith("BOTTLEROCKET") else "/dev/xvda",
        disk_gib=group.disk_gib,
        labels=dict(sorted(group.labels.items())),
        taints=group.taints,
        is_open=group.is_open,
    )
