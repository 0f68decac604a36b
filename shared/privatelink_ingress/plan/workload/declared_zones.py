"""The zones of a workload stack, as its stack file declares them."""

from __future__ import annotations

from privatelink_ingress.plan.zones import DEFAULT_COUNT
from privatelink_ingress.settings.workload import WorkloadSettings


def zones_key(settings: WorkloadSettings) -> str:
    """Path of the setting that declares the zones."""
    if settings.cluster.existing:
        return "cluster.existing.zoneIds"
    return "network.existing.zoneIds" if settings.network.existing else "network.zoneIds"


def zone_ids(settings: WorkloadSettings) -> tuple[str, ...] | None:
    """The zones, sorted; None when only AWS knows them."""
    declared = settings.cluster.existing or settings.network.existing or settings.network
    return tuple(sorted(declared.zone_ids)) if declared.zone_ids else None


def zone_count(settings: WorkloadSettings) -> int:
    """The number of zones; the default for an existing cluster without `zoneIds` and `subnetIds`."""
    if stated := zone_ids(settings):
        return len(stated)
    existing = settings.cluster.existing or settings.network.existing
    if existing:
        return len(existing.subnet_ids or ()) or DEFAULT_COUNT
    return settings.network.zones or DEFAULT_COUNT
