"""Whether the hosted zones of a stack are delegated, as `preflight` asks it."""

from __future__ import annotations

import functools
from collections.abc import Iterator

from botocore.exceptions import BotoCoreError, ClientError

from privatelink_ingress.aws.preflight import region as regional
from privatelink_ingress.aws.reads import Reads
from privatelink_ingress.cli.accounts import Accounts, Unseen
from privatelink_ingress.cli.foreign_zones import REMEDY
from privatelink_ingress.plan.foreign_role import ForeignRole
from privatelink_ingress.problems import Problem
from privatelink_ingress.public_dns.delegation import delegation
from privatelink_ingress.public_dns.resolver import Resolver
from privatelink_ingress.trace import delegations
from privatelink_ingress.trace.judgements.findings import Diagnosis
from privatelink_ingress.trace.preflight import hosted_zones
from privatelink_ingress.trace.preflight.planned import Planned
from privatelink_ingress.trace.topology import HostedZone


def judge(planned: Planned, accounts: Accounts, reads: Reads, resolver: Resolver | None) -> Iterator[Diagnosis]:
    """The delegation of each public zone in which the stack writes records; nothing is asked without a resolver."""
    for zone_id, role in hosted_zones.used(planned).items():
        zone = _foreign(zone_id, role, accounts, reads) if role else _own(zone_id, reads)
        if zone and zone.servers:
            seen = delegation(resolver, zone.name, zone.servers) if resolver else None
            yield from delegations.judge(planned.label, zone, seen)


def _own(zone_id: str, reads: Reads) -> HostedZone | None:
    return reads.part("hosted zones", functools.partial(regional.hosted_zone, reads.account, zone_id), None)


def _foreign(zone_id: str, role: ForeignRole, accounts: Accounts, reads: Reads) -> HostedZone | None:
    try:
        account = accounts.account(role.account_id, role.region, role.role_arn, role.external_id)
        return regional.hosted_zone(account, zone_id)
    except (Unseen, BotoCoreError, ClientError) as error:
        place = f"hosted zone {zone_id} of account {role.account_id}"
        reads.unread[place] = Problem(place, f"cannot be read with {role.role_arn}: {error}", REMEDY)
        return None
