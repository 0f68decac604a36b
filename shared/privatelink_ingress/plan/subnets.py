"""Where a zone's subnet lies in its VPC: a function of the zone's id, so that no other zone can move it."""

from __future__ import annotations

import dataclasses
import ipaddress
from collections.abc import Iterable

from privatelink_ingress.problems import Problem, UserError

LONGEST = 28
"""Prefix length of the smallest subnet: https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html"""


@dataclasses.dataclass(frozen=True, kw_only=True)
class SubnetPlan:
    """One subnet; its zone is its key within its tier."""

    zone_id: str
    cidr: str


def halves(vpc_cidr: str) -> tuple[str, str]:
    """The lower and the upper half of a VPC: one for each tier of the edge, whatever the tiers' prefixes."""
    lower, upper = ipaddress.IPv4Network(vpc_cidr).subnets()
    return str(lower), str(upper)


def tier(
    cidr: str, prefix: int, zone_ids: Iterable[str], *, key: str, longest: int = LONGEST
) -> tuple[SubnetPlan, ...]:
    """One subnet of `prefix` for each zone: zone number n (`euw1-az3` is 3) gets the n-th block of `cidr`.

    Args:
        cidr: The range of all the subnets.
        prefix: Prefix length of each of them.
        zone_ids: Their zones.
        key: The setting that holds `prefix`, for messages.
        longest: The longest prefix with enough addresses for what is in such a subnet.

    Raises:
        UserError: naming the settings `key`, when `cidr` has no n-th block, or the subnets would be too small.
    """
    whole, zone_ids = ipaddress.IPv4Network(cidr), tuple(zone_ids)
    least = shortest(cidr, zone_ids)
    if not least <= prefix <= longest:
        if prefix < least:
            crowded = next(zone for zone in zone_ids if shortest(cidr, [zone]) > prefix)
            reason = f"is {prefix}, but {whole} has no room for a /{prefix} subnet in {crowded}"
        else:
            reason = f"is {prefix}, but each of these subnets must be a /{longest} or larger"
        raise UserError("The subnets do not fit", [Problem(key, reason, _within(least, longest))])
    starts = {zone: int(whole.network_address) + (_number(zone) - 1) * 2 ** (32 - prefix) for zone in zone_ids}
    return tuple(
        SubnetPlan(zone_id=zone, cidr=str(ipaddress.IPv4Network((start, prefix)))) for zone, start in starts.items()
    )


def shortest(cidr: str, zone_ids: Iterable[str]) -> int:
    """The shortest prefix with which `cidr` has a block for each zone."""
    return ipaddress.IPv4Network(cidr).prefixlen + max((_number(zone) - 1).bit_length() for zone in zone_ids)


def ipv6_range(vpc_cidr: str, zone_id: str) -> str:
    """The /64 of a zone's subnet: zone number n gets the n-th of the VPC's IPv6 range.

    A subnet needs a /64, and AWS gives a VPC a /56: https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html
    """
    whole = ipaddress.IPv6Network(vpc_cidr)
    return str(ipaddress.IPv6Network((int(whole.network_address) + (_number(zone_id) - 1 << 64), 64)))


def _within(least: int, longest: int) -> str:
    if least > longest:
        return "Widen network.cidr."
    if least == longest:
        return f"Write {least}, or widen network.cidr."
    return f"Write a whole number from {least} to {longest}, or widen network.cidr."


def _number(zone_id: str) -> int:
    """The number at the end of a zone id, 1 to 9: `euw1-az3` is 3."""
    return int(zone_id[-1])
