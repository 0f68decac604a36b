"""Availability Zones, always by id: an id means the same zone in every account, a name does not.

https://docs.aws.amazon.com/ram/latest/userguide/working-with-az-ids.html
"""

from __future__ import annotations

from collections.abc import Iterable

from privatelink_ingress.problems import Problem, UserError

DEFAULT_COUNT = 3
MINIMUM = 2
"""An Application Load Balancer needs two zones, and so does a published service that survives the loss of one."""

NOT_ACROSS_REGIONS = frozenset({"use1-az3", "usw1-az2", "apne1-az3", "apne2-az2", "apne2-az4"})
"""Zones that PrivateLink does not support between Regions:
https://docs.aws.amazon.com/vpc/latest/privatelink/privatelink-share-your-services.html#endpoint-service-cross-region"""

WITHOUT_EKS = frozenset({"use1-az3", "usw1-az2", "cac1-az3"})
"""Zones in which EKS takes no subnet: https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html"""


def choose(
    available: Iterable[str], *, count: int | None, zone_ids: tuple[str, ...] | None, region: str
) -> tuple[str, ...]:
    """The zones of a VPC, sorted: `zone_ids` when given, else the first `count` (3 by default) of the region.

    Raises:
        UserError: when the region lacks a wanted zone, or has too few.
    """
    known = sorted(available)
    if zone_ids is not None:
        if unknown := sorted(set(zone_ids) - set(known)):
            problem = Problem("network.zoneIds", f"{', '.join(unknown)} are no zones of {region}", _has(region, known))
            raise UserError("The zones do not fit the region", [problem])
        return tuple(sorted(set(zone_ids)))
    wanted = count or DEFAULT_COUNT
    if len(known) < wanted:
        problem = Problem("network.zones", f"asks for {wanted}, but {region} has {len(known)}", _has(region, known))
        raise UserError("The zones do not fit the region", [problem])
    return tuple(known[:wanted])


def common(edge: Iterable[str], service: Iterable[str], *, connection: str) -> tuple[str, ...]:
    """The zones in which an endpoint of the edge can reach a service: an endpoint service exists only in its own zones.

    Raises:
        UserError: when fewer than two are common.
    """
    edge, service = sorted(edge), sorted(service)
    shared = tuple(zone for zone in edge if zone in service)
    if len(shared) < MINIMUM:
        problem = Problem(
            f"connections.{connection}",
            f"the edge is in {', '.join(edge)} and the service in {', '.join(service)}: {len(shared)} in common, "
            f"{MINIMUM} needed",
            "Set network.zoneIds on one side so that both have at least two zones in common.",
        )
        raise UserError("The zones of both sides do not fit", [problem])
    return shared


def number(zone_id: str) -> int:
    """The number at the end of a zone id, 1 to 9: `euw1-az3` is 3."""
    return int(zone_id[-1])


def _has(region: str, known: list[str]) -> str:
    return f"{region} has {', '.join(known)}."
