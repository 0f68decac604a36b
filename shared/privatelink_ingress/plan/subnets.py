"""Where a zone's subnet lies in its VPC: a function of the zone's id, so that no other zone can move it."""

from __future__ import annotations

import dataclasses
import ipaddress
from collections.abc import Iterable

from privatelink_ingress.problems import Problem, UserError


@dataclasses.dataclass(frozen=True, kw_only=True)
class SubnetPlan:
    """One subnet; its zone is its key within its tier."""

    zone_id: str
    cidr: str


def halves(vpc_cidr: str) -> tuple[str, str]:
    """The lower and the upper half of a VPC: one for each tier of the edge, whatever the tiers' prefixes."""
    lower, upper = ipaddress.IPv4Network(vpc_cidr).subnets()
    return str(lower), str(upper)


def tier(cidr: str, prefix: int, zone_ids: Iterable[str], *, key: str) -> tuple[SubnetPlan, ...]:
    """One subnet of `prefix` for each zone: zone number n (`euw1-az3` is 3) gets the n-th block of `cidr`.

    Raises:
        UserError: naming the settings `key`, when `cidr` has no n-th block.
    """
    whole = ipaddress.IPv4Network(cidr)
    planned = []
    for zone_id in zone_ids:
        block = _number(zone_id) - 1
        if prefix < whole.prefixlen or block >= 2 ** (prefix - whole.prefixlen):
            problem = Problem(
                key,
                f"is {prefix}, but {whole} has no room for a /{prefix} subnet in {zone_id}",
                f"Set {key} to {whole.prefixlen + 3} or more, or widen network.cidr.",
            )
            raise UserError("The VPC is too small", [problem])
        start = int(whole.network_address) + block * 2 ** (32 - prefix)
        planned.append(SubnetPlan(zone_id=zone_id, cidr=str(ipaddress.IPv4Network((start, prefix)))))
    return tuple(planned)


def _number(zone_id: str) -> int:
    """The number at the end of a zone id, 1 to 9: `euw1-az3` is 3."""
    return int(zone_id[-1])
