"""Whether the subnets have addresses for the nodes that the stack may have, each full of pods."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping, Sequence
from ipaddress import IPv4Network

from privatelink_ingress.plan.subnets import SubnetPlan
from privatelink_ingress.plan.workload import pod_subnets
from privatelink_ingress.plan.workload.nodes import DEFAULT_TYPE
from privatelink_ingress.problems import Problem, UserError
from privatelink_ingress.settings.workload import WorkloadSettings
from privatelink_ingress.settings.workload.nodes import NodeGroup

RESERVED = 5
"""Of every subnet: https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html"""

CONTROL_PLANE = 6
"""What EKS wants free for its own interfaces: https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html"""

LOAD_BALANCER = 1
"""A network load balancer has one address in each zone."""

LARGEST_VPC = 16
"""Prefix: https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html"""

_BALANCED: Mapping[str, tuple[int, int]] = {
    "medium": (2, 4),
    "large": (3, 10),
    "xlarge": (4, 15),
    "2xlarge": (4, 15),
    "4xlarge": (8, 30),
    "8xlarge": (8, 30),
    "12xlarge": (8, 30),
    "16xlarge": (15, 50),
    "24xlarge": (15, 50),
}
_BURSTABLE: Mapping[str, tuple[int, int]] = {
    "nano": (2, 2),
    "micro": (2, 2),
    "small": (3, 4),
    "medium": (3, 6),
    "large": (3, 12),
    "xlarge": (4, 15),
    "2xlarge": (4, 15),
}
"""Network interfaces and addresses of each, by size, of c, m, r (generations 5 to 8) and t:
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/AvailableIpPerENI.html"""

_UNKNOWN = (2, 4)
"""Of a type that is not here: as few as the smallest has, so that nothing is refused that could work."""

_SMALL_SIZES = frozenset({"nano", "micro", "small", "medium", "large", "xlarge", "2xlarge", "4xlarge"})
_MAX_PODS, _MAX_PODS_OF_SMALL = 250, 110
"""EKS runs no more pods on a node; on one with fewer than 30 processors, fewer:
https://docs.aws.amazon.com/eks/latest/userguide/choosing-instance-type.html"""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Addresses:
    """What a node full of pods takes."""

    first: int
    """On its first interface, in the node's own subnet."""
    further: int
    """On its other interfaces."""


def require_room(
    settings: WorkloadSettings, *, nodes: Sequence[SubnetPlan], pods: Sequence[SubnetPlan], endpoints: int
) -> None:
    """Refuse subnets that run out of addresses before the node groups are at their largest.

    Args:
        settings: The stack file.
        nodes: The nodes' subnets, one for each zone.
        pods: Those for pods alone, if any: then only the first interface of a node must fit into its own subnet.
        endpoints: How many interface endpoints have an address in each of the nodes' subnets.

    Raises:
        UserError: with the sum, and the prefix that fits.
    """
    taken = {name: (-(-group.max // len(nodes)), addresses(group)) for name, group in settings.nodes.by_name.items()}
    of_nodes = {
        name: (count, each.first if pods else each.first + each.further) for name, (count, each) in taken.items()
    }
    fixed = {"endpoints": endpoints, "the load balancer": LOAD_BALANCER, "EKS": CONTROL_PLANE, "AWS itself": RESERVED}
    problem = _problem(settings, "network.subnetPrefix", nodes[0], of_nodes, fixed)
    if problem is None and pods:
        of_pods = {name: (count, each.further) for name, (count, each) in taken.items()}
        problem = _problem(settings, pod_subnets.KEY, pods[0], of_pods, {"AWS itself": RESERVED})
    if problem:
        raise UserError("The subnets are too small for the nodes", [problem])


def addresses(group: NodeGroup) -> Addresses:
    """Of the smallest of the group's instance types."""
    types = group.instance_types or (DEFAULT_TYPE[group.architecture],)
    return min((_of_type(one) for one in types), key=lambda each: each.first + each.further)


def _of_type(instance_type: str) -> Addresses:
    family, _, size = instance_type.partition(".")
    if re.fullmatch(r"[cmr][5-8][a-z]*(-flex)?", family):
        interfaces, each = _BALANCED.get(size, _UNKNOWN)
    elif re.fullmatch(r"t[34][ag]?", family):
        interfaces, each = _BURSTABLE.get(size, _UNKNOWN)
    else:
        interfaces, each = _UNKNOWN
    # One interface more than the pods need is kept ready, as far as the type has one.
    pods = _MAX_PODS_OF_SMALL if size in _SMALL_SIZES else _MAX_PODS
    return Addresses(first=each, further=min(interfaces * each, pods + each) - each)


def _problem(
    settings: WorkloadSettings,
    key: str,
    subnet: SubnetPlan,
    of_nodes: Mapping[str, tuple[int, int]],
    fixed: Mapping[str, int],
) -> Problem | None:
    needed = sum(count * each for count, each in of_nodes.values()) + sum(fixed.values())
    network = IPv4Network(subnet.cidr)
    if needed <= network.num_addresses:
        return None
    nodes = " and ".join(f"{count} of {name} with {each} each" for name, (count, each) in of_nodes.items())
    others = ", ".join(f"{what} {count}" for what, count in fixed.items())
    reason = (
        f"gives each zone a /{network.prefixlen} of {network.num_addresses} addresses, but nodes full of pods take "
        f"more: {nodes}; {others}; {needed} together"
    )
    return Problem(key, reason, _remedy(settings, key, 32 - (needed - 1).bit_length()))


def _remedy(settings: WorkloadSettings, key: str, prefix: int) -> str:
    lower = "lower max of the nodes"
    if key == pod_subnets.KEY:
        whole = prefix - pod_subnets.ZONE_BITS
        return f"Write a range of /{whole} or less, or {lower}." if whole >= LARGEST_VPC else f"{lower.capitalize()}."
    if settings.network.pod_cidr:
        return f"Set {key} to {prefix} or less, or {lower}."
    return f"Set {key} to {prefix} or less, {lower}, or give pods a range of their own: {pod_subnets.KEY}."
