"""Loads the records of public hosted zones, of an account or of one zone that a role may read."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any

from privatelink_ingress.aws.pages import read
from privatelink_ingress.aws.reads import Account, Reads
from privatelink_ingress.trace.topology import Alias, HostedZone, Topology


@dataclasses.dataclass(frozen=True, kw_only=True)
class Records:
    """What a trace follows of hosted zones."""

    aliases: tuple[Alias, ...] = ()
    cnames: frozenset[tuple[str, str]] = frozenset()
    """Name and value."""
    zones: tuple[HostedZone, ...] = ()

    def topology(self) -> Topology:
        """A topology that has nothing else."""
        return Topology(
            aliases=self.aliases,
            load_balancers={},
            target_groups={},
            endpoints=(),
            services={},
            nodes={},
            security_groups={},
            cnames=self.cnames,
            hosted_zones=self.zones,
        )


def of_account(reads: Reads) -> Records | None:
    """Those of all public hosted zones of an account; None when they cannot be read."""
    route53 = reads.account.client("route53")
    records = reads.part("records", lambda: _of_zones(route53, read(route53, "list_hosted_zones", "HostedZones")), None)
    if records is None:
        return None
    zones = reads.part("name servers of hosted zones", lambda: tuple(_served(route53, records)), records.zones)
    return dataclasses.replace(records, zones=zones)


def of_zone(account: Account, zone_id: str) -> Records:
    """Those of one hosted zone, with the rights of a role that writes in it: it may list no other.

    Raises:
        ClientError, BotoCoreError: AWS refuses, or has no such zone.
    """
    route53 = account.client("route53")
    found = route53.get_hosted_zone(Id=zone_id)
    records = _of_zones(route53, [found["HostedZone"]])
    return dataclasses.replace(records, zones=tuple(zone_of(found) for _ in records.zones))


def zone_of(found: Mapping[str, Any]) -> HostedZone:
    """The hosted zone of an answer of GetHostedZone, with its name servers."""
    servers = tuple(sorted(map(plain, found.get("DelegationSet", {}).get("NameServers", ()))))
    return dataclasses.replace(_zone(found["HostedZone"]), servers=servers)


def _zone(zone: Mapping[str, Any]) -> HostedZone:
    return HostedZone(id=zone["Id"].rpartition("/")[2], name=plain(zone["Name"]))


def _of_zones(route53: Any, listed: Iterable[Mapping[str, Any]]) -> Records:
    aliases, cnames, zones = list[Alias](), set[tuple[str, str]](), list[HostedZone]()
    for zone in listed:
        if zone["Config"].get("PrivateZone"):
            continue
        zones.append(_zone(zone))
        for record in read(route53, "list_resource_record_sets", "ResourceRecordSets", HostedZoneId=zone["Id"]):
            if target := record.get("AliasTarget"):
                aliases.append(
                    Alias(
                        name=plain(record["Name"]).replace("\\052", "*"),
                        type=record["Type"],
                        target=plain(target["DNSName"]).removeprefix("dualstack."),
                        zone=zone["Name"].rstrip("."),
                    )
                )
            elif record["Type"] == "CNAME":
                cnames |= {(plain(record["Name"]), plain(one["Value"])) for one in record["ResourceRecords"]}
    return Records(aliases=tuple(aliases), cnames=frozenset(cnames), zones=tuple(zones))


def _served(route53: Any, records: Records) -> Iterable[HostedZone]:
    """The zones; those with an alias of a load balancer have their name servers, which take a call for each zone."""
    used = {alias.zone.lower() for alias in records.aliases if ".elb." in alias.target}
    for zone in records.zones:
        yield zone_of(route53.get_hosted_zone(Id=zone.id)) if zone.name in used else zone


def plain(name: str) -> str:
    """A name in lower case, without its trailing dot."""
    return name.rstrip(".").lower()
