"""Where a zone's subnet lies in its VPC: a function of the zone's id, so that no other zone can move it."""

from __future__ import annotations

import dataclasses
import ipaddress
from collections.abc import Iterable

from privatelink_ingress.plan import zones
from privatelink_ingress.problems import Problem, UserError

_BLOCKS_PER_TIER = 8
"""No region has more than 6 zones, and none is numbered over 7; a power of two keeps tiers aligned."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class SubnetPlan:
    """One subnet; its zone is its key within its tier."""

    zone_id: str
    cidr: str


def tier(vpc_cidr: str, prefix: int, zone_ids: Iterable[str], *, position: int, key: str) -> tuple[SubnetPlan, ...]:
    """One subnet of `prefix` for each zone, in the tier at `position` (0 first) of the VPC.

    Tiers take whole multiples of eight blocks of their own prefix; two tiers of different prefix never overlap as long
    as the caller gives the earlier position to the earlier tier and equal prefixes or disjoint halves are used.

    Raises:
        UserError: naming `key`, when the VPC has no room.
    """
    vpc = ipaddress.IPv4Network(vpc_cidr)
    planned = []
    for zone_id in zone_ids:
        block = _BLOCKS_PER_TIER * position + zones.number(zone_id) - 1
        if prefix < vpc.prefixlen or block >= 2 ** (prefix - vpc.prefixlen):
            problem = Problem(
                key,
                f"/{prefix} subnets of {zone_id} do not fit into {vpc_cidr}",
                f"Set {key} to /{min(28, vpc.prefixlen + 3 + position)} or smaller subnets, or widen network.cidr.",
            )
            raise UserError("The VPC is too small", [problem])
        start = int(vpc.network_address) + block * 2 ** (32 - prefix)
        planned.append(SubnetPlan(zone_id=zone_id, cidr=str(ipaddress.IPv4Network((start, prefix)))))
    return tuple(planned)
