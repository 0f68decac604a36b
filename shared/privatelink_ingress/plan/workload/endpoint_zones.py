"""The zones of interface endpoints: AWS offers some services in some of a region's zones only.

https://docs.aws.amazon.com/vpc/latest/privatelink/create-interface-endpoint.html#prerequisites-interface-endpoints
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping, Sequence

from privatelink_ingress.plan.workload import endpoints
from privatelink_ingress.plan.workload.endpoints import EndpointPlan
from privatelink_ingress.problems import Problem, UserError
from privatelink_ingress.settings.workload import WorkloadSettings


def missing(settings: WorkloadSettings) -> dict[str, str]:
    """The services whose interface endpoints the stack creates, by short name; each with a key that asks for it."""
    existing = settings.network.existing
    present = existing.endpoints if existing else ()
    return {
        service: endpoints.asked_at(settings, service)
        for service in endpoints.services(settings)
        if service not in present
    }


def place(
    planned: Sequence[EndpointPlan],
    zone_ids: Sequence[str],
    offered: Mapping[str, Collection[str]] | None,
    keys: Mapping[str, str],
) -> tuple[tuple[EndpointPlan, ...], tuple[Problem, ...]]:
    """The endpoints, each in the VPC's zones that have its service; and warnings for those that are not in all.

    Args:
        planned: The endpoints to create.
        zone_ids: Zones of the VPC.
        offered: Ids of the zones that have a service, by its short name; None if unknown, as without AWS.
        keys: As of `missing`.

    Raises:
        UserError: when none of the VPC's zones has a service.
    """
    placed, problems, warnings = [], [], []
    for endpoint in planned:
        service, where = endpoint.service, keys[endpoint.service]
        zones = [zone_id for zone_id in zone_ids if offered is None or zone_id in offered[service]]
        placed.append(dataclasses.replace(endpoint, zone_ids=tuple(zones)))
        if not zones:
            problems.append(_nowhere(where, service, sorted(offered[service]) if offered else [], zone_ids))
        elif len(zones) < len(zone_ids):
            without = ", ".join(zone_id for zone_id in zone_ids if zone_id not in zones)
            warnings.append(
                Problem(
                    where,
                    f"AWS does not offer {service} in {without}: nodes there reach the endpoint in {', '.join(zones)}",
                    "This works; AWS charges for the traffic between zones.",
                )
            )
    if problems:
        raise UserError("The endpoints do not fit", problems)
    return tuple(placed), tuple(warnings)


def _nowhere(where: str, service: str, offered: Sequence[str], zone_ids: Sequence[str]) -> Problem:
    needed = f"needs an endpoint of {service}, which AWS offers in"
    if not offered:
        return Problem(where, f"{needed} no zone of this Region", "Remove what asks for it, or use another Region.")
    reason = f"{needed} {', '.join(offered)}, but in none of {', '.join(zone_ids)}"
    return Problem(where, reason, "Use at least one of those zones, or remove what asks for the endpoint.")
