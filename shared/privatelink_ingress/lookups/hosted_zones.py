"""Looks up the hosted zones of a stack's records before planning: in a wrong one, ACM waits for over an hour."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi_aws as aws

from privatelink_ingress import tokens as t
from privatelink_ingress.lookups.look_up import LookUp, all_of
from privatelink_ingress.plan.edge import hosted_zones
from privatelink_ingress.plan.edge.hosted_zones import HostedZone
from privatelink_ingress.settings.attached import AttachedSettings
from privatelink_ingress.settings.edge import EdgeSettings

TITLE = "The hosted zones cannot be looked up"


async def find(
    settings: EdgeSettings | AttachedSettings,
    hosted_zone_id: str,
    provider: aws.Provider,
    of_other_accounts: Mapping[str, aws.Provider],
) -> dict[str, HostedZone]:
    """The hosted zones that a stack needs, by id.

    Args:
        settings: The stack file.
        hosted_zone_id: Of the load balancer's stack.
        provider: Of the edge.
        of_other_accounts: Providers of zones that belong to other accounts, by zone id.

    Raises:
        UserError: with every zone that cannot be looked up, and AWS's answer.
    """
    keys = hosted_zones.keys(settings, hosted_zone_id)

    async def one(zone_id: str, where: str) -> HostedZone:
        look_up = LookUp(
            of_other_accounts.get(zone_id, provider),
            where,
            f"is {zone_id}, which",
            title=TITLE,
            remedy=_remedy(settings, zone_id),
        )
        zone = await look_up.one(t.GET_HOSTED_ZONE, aws.route53.GetZoneResult, zoneId=zone_id)
        return HostedZone(name=zone.name.lower().removesuffix("."), private=bool(zone.private_zone))

    found = await all_of(TITLE, *(one(zone_id, where) for zone_id, where in keys.items()))
    return dict(zip(keys, found, strict=True))


def _remedy(settings: EdgeSettings | AttachedSettings, zone_id: str) -> str:
    rights, entry = "route53:GetHostedZone and route53:ListTagsForResource on it", f"hostedZoneRoles.{zone_id}"
    if role := settings.hosted_zone_roles.get(zone_id):
        return (
            f"Write under {entry} a role that this stack's deployer may assume, and allow it {rights}. "
            f"{role.role_arn} was tried."
        )
    return (
        f"Write the id of a public hosted zone of account {settings.account_id}, and allow the deploying role "
        f"{rights}. If the zone belongs to another account, write a role of that account under {entry}."
    )
