"""Whether the subnets have enough addresses for the largest node groups, with each node full of pods."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping, Sequence
from ipaddress import IPv4Network

from privatelink_ingress.plan import subnets
from privatelink_ingress.plan.subnets import SubnetPlan
from privatelink_ingress.plan.workload import pod_subnets
from privatelink_ingress.problems import Problem, UserError
from privatelink_ingress.settings.workload import WorkloadSettings
from privatelink_ingress.settings.workload.nodes import NodeGroup

KEY = "network.subnetPrefix"

RESERVED = 5
"""Addresses that AWS keeps in every subnet: https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html"""

CONTROL_PLANE = 6
"""Addresses that EKS needs for its own interfaces: https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html"""

LOAD_BALANCER = 1
"""A network load balancer has one address in each zone."""

LARGEST_VPC = 16
"""Prefix length: https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html"""

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
"""Network interfaces, and addresses per interface, by size: of c, m and r (generations 5 to 8), and of t:
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/AvailableIpPerENI.html"""

_UNKNOWN = (2, 4)
"""A guess for types that are not listed: few, and it only ever leads to a warning."""

_SMALL_SIZES = frozenset({"nano", "micro", "small", "medium", "large", "xlarge", "2xlarge", "4xlarge"})
_MAX_PODS, _MAX_PODS_OF_SMALL = 250, 110
"""The most pods that EKS runs on a node, and on a node with fewer than 30 processors:
https://docs.aws.amazon.com/eks/latest/userguide/choosing-instance-type.html"""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Addresses:
    """Addresses of a node that is full of pods."""

    first: int
    """On its first interface, in the node's own subnet."""
    further: int
    """On its other interfaces."""
    guessed: bool = False
    """Whether the instance type is unknown here."""


def check_room(
    settings: WorkloadSettings, *, nodes: Sequence[SubnetPlan], pods: Sequence[SubnetPlan], endpoints: int
) -> tuple[Problem, ...]:
    """Refuse subnets that would run out of addresses before the node groups reach their largest size.

    Args:
        settings: The stack file.
        nodes: The nodes' subnets, one for each zone.
        pods: The subnets for pods only, if any: then only a node's first interface takes addresses of its own subnet.
        endpoints: How many interface endpoints have an address in each of the nodes' subnets.

    Returns:
        The same problem as a warning, where it rests on a guess about an instance type.

    Raises:
        UserError: with the sum, and the prefix that fits.
    """
    taken = _taken(settings, len(nodes))
    of_nodes = _of_nodes(taken, pods=bool(pods))
    zone_ids = [subnet.zone_id for subnet in nodes]
    problem = _problem(settings, KEY, nodes[0], of_nodes, _fixed(endpoints), zone_ids)
    if problem is None and pods:
        of_pods = {name: (count, addresses.further) for name, (count, addresses) in taken.items()}
        problem = _problem(settings, pod_subnets.KEY, pods[0], of_pods, {"AWS": RESERVED}, zone_ids)
    if problem is None:
        return ()
    guessed = [settings.nodes.key(name) for name, (_, addresses) in taken.items() if addresses.guessed]
    if guessed:
        assumed = f"; the addresses per node are a guess for {', '.join(f'{key}.instanceTypes' for key in guessed)}"
        return (dataclasses.replace(problem, reason=problem.reason + assumed),)
    raise UserError("The subnets are too small for the nodes", [problem])


def longest_prefix(settings: WorkloadSettings, *, zone_count: int, endpoints: int) -> int:
    """The longest `network.subnetPrefix` with which the nodes' subnets pass `check_room`.

    Args:
        settings: The stack file.
        zone_count: In how many zones the nodes are.
        endpoints: How many interface endpoints have an address in each subnet.
    """
    of_nodes = _of_nodes(_taken(settings, zone_count), pods=settings.network.pod_cidr is not None)
    return min(subnets.LONGEST, _prefix(of_nodes, _fixed(endpoints)))


def _taken(settings: WorkloadSettings, zone_count: int) -> dict[str, tuple[int, Addresses]]:
    """The most nodes of each group in one zone, and the addresses of each node."""
    return {name: (-(-group.max // zone_count), addresses(group)) for name, group in settings.nodes.by_name.items()}


def _of_nodes(taken: Mapping[str, tuple[int, Addresses]], *, pods: bool) -> dict[str, tuple[int, int]]:
    return {
        name: (count, addresses.first if pods else addresses.first + addresses.further)
        for name, (count, addresses) in taken.items()
    }


def _fixed(endpoints: int) -> dict[str, int]:
    return {"endpoints": endpoints, "the load balancer": LOAD_BALANCER, "EKS": CONTROL_PLANE, "AWS": RESERVED}


def _needed(of_nodes: Mapping[str, tuple[int, int]], fixed: Mapping[str, int]) -> int:
    return sum(count * addresses for count, addresses in of_nodes.values()) + sum(fixed.values())


def _prefix(of_nodes: Mapping[str, tuple[int, int]], fixed: Mapping[str, int]) -> int:
    """Of the smallest network that holds them."""
    return 32 - (_needed(of_nodes, fixed) - 1).bit_length()


def addresses(group: NodeGroup) -> Addresses:
    """Addresses of a node of the group's smallest instance type."""
    types = group.types
    return min((_of_type(one) for one in types), key=lambda addresses: addresses.first + addresses.further)


def _of_type(instance_type: str) -> Addresses:
    family, _, size = instance_type.partition(".")
    if re.fullmatch(r"[cmr][5-8][a-z]*(-flex)?", family):
        known = _BALANCED.get(size)
    elif re.fullmatch(r"t[34][ag]?", family):
        known = _BURSTABLE.get(size)
    else:
        known = None
    interfaces, per_interface = known or _UNKNOWN
    # The CNI keeps one interface more than the pods need, if the type has one.
    pods = _MAX_PODS_OF_SMALL if size in _SMALL_SIZES else _MAX_PODS
    return Addresses(
        first=per_interface,
        further=min(interfaces * per_interface, pods + per_interface) - per_interface,
        guessed=known is None,
    )


def _problem(
    settings: WorkloadSettings,
    key: str,
    subnet: SubnetPlan,
    of_nodes: Mapping[str, tuple[int, int]],
    fixed: Mapping[str, int],
    zone_ids: Sequence[str],
) -> Problem | None:
    needed = _needed(of_nodes, fixed)
    network = IPv4Network(subnet.cidr)
    if needed <= network.num_addresses:
        return None
    nodes = " and ".join(f"{count} of {name} with {addresses} each" for name, (count, addresses) in of_nodes.items())
    others = ", ".join(f"{what} {count}" for what, count in fixed.items())
    reason = (
        f"gives each zone a /{network.prefixlen} of {network.num_addresses} addresses, but nodes full of pods take "
        f"more: {nodes}; {others}; {needed} together"
    )
    return Problem(key, reason, _remedy(settings, key, _prefix(of_nodes, fixed), zone_ids))


def _remedy(settings: WorkloadSettings, key: str, prefix: int, zone_ids: Sequence[str]) -> str:
    lower = "lower max of the nodes"
    if key == pod_subnets.KEY:
        whole = prefix - pod_subnets.ZONE_BITS
        return f"Write a range of /{whole} or less, or {lower}." if whole >= LARGEST_VPC else f"{lower.capitalize()}."
    least = subnets.shortest(settings.network.cidr, zone_ids)
    first = f"Set {key} to {prefix}" + (" or less" if least < prefix else "")
    first = first if least <= prefix else "Widen network.cidr"
    if settings.network.pod_cidr:
        return f"{first}, or {lower}."
    return f"{first}, {lower}, or give pods a range of their own: {pod_subnets.KEY}."
