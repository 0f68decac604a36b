"""The roles that write records in hosted zones of other accounts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from privatelink_ingress.arns import Arn
from privatelink_ingress.plan.foreign_role import ForeignRole
from privatelink_ingress.problems import Problem
from privatelink_ingress.settings.edge import EdgeStack


def plan_zone_roles(settings: EdgeStack, *, region: str) -> dict[str, ForeignRole]:
    """By hosted zone, the role of its account. A provider has its zone's name, whatever the role."""
    return {
        zone_id: ForeignRole(
            provider=f"hosted-zone-{zone_id}",
            role_arn=role.role_arn,
            external_id=role.external_id,
            account_id=Arn.parse(role.role_arn).account_id,
            region=region,
        )
        for zone_id, role in sorted(settings.hosted_zone_roles.items())
    }


def check(settings: EdgeStack, used: Mapping[str, str]) -> Iterator[Problem]:
    """Roles of zones in which the stack writes nothing. `used` has the key that names each zone, by zone id."""
    for zone_id in settings.hosted_zone_roles:
        if zone_id not in used:
            named = ", ".join(f"{one} ({where})" for one, where in sorted(used.items())) or "none"
            yield Problem(
                f"hostedZoneRoles.{zone_id}",
                "has no effect, since no record of this stack is in that hosted zone",
                f"Remove it, or write one of the hosted zones that this stack uses: {named}.",
            )
