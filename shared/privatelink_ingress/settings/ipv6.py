"""How far IPv6 reaches on a shard: a setting with stages, since it comes and goes in an order."""

from __future__ import annotations

from typing import Literal

Ipv6Stage = Literal["none", "network", "addresses", "published"]
"""Each stage includes the ones before it: nothing; IPv6 ranges of the VPC and its public subnets, with a route; IPv6
addresses of the load balancer; and AAAA records of the connections' names."""


def has_ranges(stage: Ipv6Stage) -> bool:
    """Whether the VPC and its public subnets have IPv6 ranges."""
    return stage != "none"


def has_addresses(stage: Ipv6Stage) -> bool:
    """Whether IPv6 clients reach the load balancer."""
    return stage in ("addresses", "published")


def has_records(stage: Ipv6Stage) -> bool:
    """Whether the connections' names have AAAA records."""
    return stage == "published"


def is_ipv6(cidr: str) -> bool:
    """Whether a network that a setting type accepted is of IPv6."""
    return ":" in cidr


def everyone(stage: Ipv6Stage) -> tuple[str, ...]:
    """The networks of all clients that can reach the load balancer."""
    return ("0.0.0.0/0", "::/0") if has_addresses(stage) else ("0.0.0.0/0",)
