"""The zones that a stack file leaves to AWS, as checks without AWS assume them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from privatelink_ingress.plan.edge import network_zones
from privatelink_ingress.plan.edge.existing_certificates import existing
from privatelink_ingress.plan.workload import declared_zones
from privatelink_ingress.plan.zones import DEFAULT_COUNT, WITHOUT_EKS, prefix
from privatelink_ingress.settings.attached import AttachedSettings
from privatelink_ingress.settings.edge import EdgeSettings, Network
from privatelink_ingress.settings.workload import WorkloadSettings

_MOST_ZONES = 9
"""More than any region has, and as many as an id has numbers for."""


def assumed_zones(region: str, count: int = DEFAULT_COUNT) -> tuple[str, ...]:
    """Zone ids in the way AWS forms them (`euw1-az1` in eu-west-1), where only AWS knows which there are."""
    return tuple(f"{prefix(region)}-az{number}" for number in range(1, count + 1))


def workload_zones(settings: WorkloadSettings, region: str) -> tuple[str, ...]:
    """The zones that a workload states, or so many of those that AWS is taken to have."""
    usable = (zone for zone in assumed_zones(region, _MOST_ZONES) if zone not in WITHOUT_EKS)
    return declared_zones.zone_ids(settings) or tuple(itertools.islice(usable, declared_zones.zone_count(settings)))


def edge_zones(network: Network, region: str) -> tuple[str, ...]:
    """The zones that a shard states, or so many of those that AWS is taken to have."""
    return network_zones.zone_ids(network) or assumed_zones(region, network_zones.zone_count(network))


def notes(name: str, region: str, settings: WorkloadSettings | EdgeSettings | AttachedSettings) -> Iterator[str]:
    """What a check of the stack file `name` cannot know: existing resources, and zones that are left to AWS."""
    if isinstance(settings, WorkloadSettings):
        if owner := "cluster" if settings.cluster.existing else "network" if settings.network.existing else "":
            yield f"{name}: {owner}.existing already exists, so only `pulumi preview` can check whether it fits."
        missing = None if declared_zones.zone_ids(settings) else declared_zones.zones_key(settings)
        assumed = workload_zones(settings, region)
    else:
        if keys := existing(settings):
            yield f"{name}: only `pulumi preview` can check {', '.join(keys)}: their hosts, and whether they are valid."
        if isinstance(settings, AttachedSettings):
            return
        network = settings.network
        if network.existing:
            yield f"{name}: network.existing already exists, so only `pulumi preview` can check whether it fits."
        missing = None if network_zones.zone_ids(network) else network_zones.zones_key(network)
        assumed = edge_zones(network, region)
    if missing:
        yield f"{name}: {missing} is not set, and only AWS knows the zones; {', '.join(assumed)} are assumed."
