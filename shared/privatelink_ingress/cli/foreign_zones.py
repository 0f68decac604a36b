"""Reads hosted zones of other accounts, with the roles by which the stacks write their records there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from botocore.exceptions import BotoCoreError, ClientError

from privatelink_ingress.aws.topology import records
from privatelink_ingress.cli.accounts import Accounts, Unseen
from privatelink_ingress.cli.reading import Reading
from privatelink_ingress.fleet.stacks import Attached, Edge
from privatelink_ingress.plan.edge import zone_roles
from privatelink_ingress.plan.foreign_role import ForeignRole
from privatelink_ingress.problems import Problem

REMEDY = (
    "Let the reader assume this role, or give a profile of that account (--profile). It takes route53:GetHostedZone "
    "and route53:ListResourceRecordSets on the zone: docs/connections.md."
)


def roles(stacks: Iterable[Edge | Attached]) -> Mapping[str, ForeignRole]:
    """By hosted zone of another account, the role that writes there; where stacks name several, that of the first."""
    found: dict[str, ForeignRole] = {}
    for one in stacks:
        found = zone_roles.plan_zone_roles(one.settings, region=one.region) | found
    return dict(sorted(found.items()))


def read(stacks: Iterable[Edge | Attached], accounts: Accounts, reading: Reading) -> None:
    """Add the records of these zones to what was read, and each zone that cannot be read, with the reason."""
    known = {one.id for one in reading.topology.hosted_zones}
    for zone_id, role in roles(stacks).items():
        if zone_id in known:
            continue
        try:
            account = accounts.account(role.account_id, role.region, role.role_arn, role.external_id)
            reading.zones.append(records.of_zone(account, zone_id).topology())
        except (Unseen, BotoCoreError, ClientError) as error:
            place = f"hosted zone {zone_id} of account {role.account_id}"
            reading.lost_zones.append(Problem(place, f"cannot be read with {role.role_arn}: {error}", REMEDY))
