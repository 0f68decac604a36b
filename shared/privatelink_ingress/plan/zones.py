"""Availability Zones, always by id: an id means the same zone in every account, a name does not.

https://docs.aws.amazon.com/ram/latest/userguide/working-with-az-ids.html
"""

from __future__ import annotations

from collections.abc import Iterable

from privatelink_ingress.problems import Problem, UserError
from privatelink_ingress.regions import REGIONS

DEFAULT_COUNT = 3
MINIMUM = 2
"""An Application Load Balancer needs two zones, and so does a published service that survives the loss of one."""

NOT_ACROSS_REGIONS = frozenset({"use1-az3", "usw1-az2", "apne1-az3", "apne2-az2", "apne2-az4"})
"""Zones that PrivateLink does not support between Regions:
https://docs.aws.amazon.com/vpc/latest/privatelink/privatelink-share-your-services.html#endpoint-service-cross-region"""

WITHOUT_EKS = frozenset({"use1-az3", "usw1-az2", "cac1-az3"})
"""Zones in which EKS accepts no subnet: https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html"""


def choose(
    available: Iterable[str], *, count: int | None, zone_ids: tuple[str, ...] | None, region: str
) -> tuple[str, ...]:
    """The zones of a VPC, sorted: `zone_ids` when given, else the first `count` (3 by default) of the region.

    Raises:
        UserError: when the region lacks a requested zone, or has too few.
    """
    known = sorted(zone_id for zone_id in available if region_of(zone_id) in (region, None))
    if zone_ids is not None:
        if unknown := sorted(set(zone_ids) - set(known)):
            problems = [
                Problem("network.zoneIds", _misplaced(zone_id, region), _has(region, known)) for zone_id in unknown
            ]
            raise UserError("The zones do not fit the region", problems)
        return tuple(sorted(set(zone_ids)))
    wanted = count or DEFAULT_COUNT
    if len(known) < wanted:
        remedy = f"Set network.zones to {len(known)}" if len(known) >= MINIMUM else "Choose another region"
        reason = f"needs {wanted} zones, but {region} has {len(known)}"
        raise UserError(
            "The zones do not fit the region",
            [Problem("network.zones", reason, f"{remedy}. {_has(region, known)}")],
        )
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
            "Set network.zoneIds on one side, or choose subnets of other zones for network.existing, so that both have "
            "at least two zones in common.",
        )
        raise UserError("The zones of both sides do not fit", [problem])
    return shared


def region_of(zone_id: str) -> str | None:
    """The region of a zone, as far as it is one of `REGIONS`."""
    return _BY_PREFIX.get(zone_id.rpartition("-")[0])


def prefix(region: str) -> str:
    """How the ids of a region's zones begin: `euw1` for `eu-west-1`, `apne1` for `ap-northeast-1`."""
    continent, *words, number = region.split("-")
    initials = "".join(words)
    for word in ("gov", "north", "south", "east", "west", "central"):
        initials = initials.replace(word, word[0])
    return f"{continent}{initials}{number}"


_BY_PREFIX = {prefix(region): region for region in REGIONS}


def _misplaced(zone_id: str, region: str) -> str:
    if (home := region_of(zone_id)) not in (region, None):
        return f"{zone_id} is a zone of {home}, the stack is in {region}"
    return f"{zone_id} is not a zone of {region}"


def _has(region: str, known: list[str]) -> str:
    return f"{region} has {', '.join(known)}." if known else f"Zones of {region} are {prefix(region)}-az1 and so on."
