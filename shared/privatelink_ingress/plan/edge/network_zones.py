"""The zones of a shard, as its stack file declares them."""

from __future__ import annotations

from privatelink_ingress.plan.zones import DEFAULT_COUNT
from privatelink_ingress.settings.edge import Network


def zones_key(network: Network) -> str:
    """Path of the setting that declares the zones."""
    return "network.existing.zoneIds" if network.existing else "network.zoneIds"


def zone_ids(network: Network) -> tuple[str, ...] | None:
    """The zones, sorted; None when only AWS knows them."""
    declared = network.existing or network
    return tuple(sorted(declared.zone_ids)) if declared.zone_ids else None


def zone_count(network: Network) -> int:
    """The number of zones, also where only AWS knows which."""
    if stated := zone_ids(network):
        return len(stated)
    return len(network.existing.public_subnet_ids) if network.existing else network.zones or DEFAULT_COUNT


def subnets_known(network: Network) -> bool:
    """Whether the stack file tells the subnets' ranges: they follow from the zones, but not in an existing VPC."""
    return bool(network.zone_ids) and not network.existing
