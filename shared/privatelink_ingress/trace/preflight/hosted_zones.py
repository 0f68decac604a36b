"""The hosted zones in which a stack writes records."""

from __future__ import annotations

from collections.abc import Mapping

from privatelink_ingress import tokens as t
from privatelink_ingress.plan.edge import zone_roles
from privatelink_ingress.plan.foreign_role import ForeignRole
from privatelink_ingress.settings.workload import WorkloadSettings
from privatelink_ingress.trace.preflight.planned import Planned


def used(planned: Planned) -> Mapping[str, ForeignRole | None]:
    """By zone id, the role with which the stack reaches a zone of another account; None for its own account's."""
    roles = (
        {}
        if isinstance(planned.settings, WorkloadSettings)
        else zone_roles.plan_zone_roles(planned.settings, region=planned.region)
    )
    ids = {
        str(one.inputs["zoneId"]) for one in planned.resources if one.type == t.DNS_RECORD and "zoneId" in one.inputs
    }
    return {zone_id: roles.get(zone_id) for zone_id in sorted(ids)}
