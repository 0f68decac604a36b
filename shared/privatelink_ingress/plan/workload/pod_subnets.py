"""A second range of the VPC for pods, and one subnet of it in each zone.

The CNI finds these subnets by their tag, without a call to the Kubernetes API, and puts a node's further network
interfaces into whichever subnet of the zone has more free addresses. The first interface of a node stays in the
node's own subnet, and the pods on it have addresses from there: the range adds room, it does not part pods from nodes.
https://docs.aws.amazon.com/eks/latest/userguide/cni-subnet-selection.html
"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Network

from privatelink_ingress.plan import subnets
from privatelink_ingress.plan.subnets import SubnetPlan
from privatelink_ingress.problems import Problem, UserError

KEY = "network.podCidr"

TAGS = {"kubernetes.io/role/cni": "1"}
"""By which the CNI takes a subnet, from its version 1.18 on."""

_SMALLEST_SUBNET = 28
ZONE_BITS = 3
"""Eighths of the range: AWS numbers the zones of a region from 1 to 6, and a zone's number is its place."""

_PRIVATE = tuple(IPv4Network(cidr) for cidr in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"))
"""RFC 1918."""

_NEVER = tuple(
    IPv4Network(cidr) for cidr in ("0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "198.19.0.0/16", "224.0.0.0/3")
)
"""No VPC has such a range beside another: this host, loopback, link-local, kept by AWS, multicast and reserved."""

_INSTEAD = "Write one of 100.64.0.0/10, such as 100.64.0.0/16: every VPC can use those."


def plan_pod_subnets(cidr: str, *, vpc_cidr: str, zone_ids: tuple[str, ...]) -> tuple[SubnetPlan, ...]:
    """One subnet for pods in each zone.

    Args:
        cidr: The range of the pods.
        vpc_cidr: The range of the nodes.
        zone_ids: Zones of the VPC.

    Raises:
        UserError: when AWS would not add the range to the VPC, or its subnets would be too small.
    """
    pods, nodes = IPv4Network(cidr), IPv4Network(vpc_cidr)
    if problems := list(_misfits(pods, nodes)):
        raise UserError("The pod range does not fit", problems)
    return subnets.tier(cidr, pods.prefixlen + ZONE_BITS, zone_ids, key=KEY)


def _misfits(pods: IPv4Network, nodes: IPv4Network) -> Iterator[Problem]:
    """https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html#add-cidr-block-restrictions."""
    if pods.prefixlen + ZONE_BITS > _SMALLEST_SUBNET:
        largest = _SMALLEST_SUBNET - ZONE_BITS
        reason = f"is {pods}, an eighth of which is smaller than the smallest subnet, a /{_SMALLEST_SUBNET}"
        yield Problem(KEY, reason, f"Write a prefix of /{largest} or less.")
    if pods.overlaps(nodes):
        yield Problem(KEY, f"is {pods}, which overlaps network.cidr ({nodes})", "Write a range beside it.")
    elif never := next((reserved for reserved in _NEVER if pods.overlaps(reserved)), None):
        yield Problem(KEY, f"is {pods}, of {never}, which no VPC can use", _INSTEAD)
    elif reason := _beside(pods, nodes):
        yield Problem(KEY, f"is {pods}, {reason}", _INSTEAD)


def _beside(pods: IPv4Network, nodes: IPv4Network) -> str | None:
    """Why AWS takes no such range beside that of the nodes."""
    ours = next((private for private in _PRIVATE if pods.overlaps(private)), None)
    if ours is None:
        return None
    if not nodes.overlaps(ours):
        return f"of {ours}, which AWS cannot add to a VPC of another range ({nodes})"
    if nodes.subnet_of(IPv4Network("10.0.0.0/15")) and pods.subnet_of(IPv4Network("10.0.0.0/16")):
        return f"of 10.0.0.0/16, which AWS cannot add to a VPC of 10.0.0.0/15 ({nodes})"
    if pods.subnet_of(IPv4Network("172.31.0.0/16")):
        return "of 172.31.0.0/16, which AWS cannot add to any VPC"
    return None
