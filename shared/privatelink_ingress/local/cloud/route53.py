"""Hosted zones: consistent record sets, aliases to existing targets, and zones with a chosen id."""

from __future__ import annotations

import ipaddress
from typing import Any

from moto.elbv2.models import elbv2_backends
from moto.route53.models import ChangeList, FakeZone, route53_backends
from moto.route53.responses import Route53

from privatelink_ingress.local.cloud.elbv2.balancers import ZONE_IDS
from privatelink_ingress.local.cloud.hardening import Params, around, before, refuse


def prepare_hosted_zone(account_id: str, zone_id: str, domain: str) -> None:
    """Create a public hosted zone of `domain` with the id `zone_id` in the emulated account, if it does not exist.

    AWS chooses zone ids; a stack file that names a zone needs one with a known id.
    """
    backend = route53_backends[account_id]["aws"]
    if zone_id not in backend.zones:
        zone = backend.create_hosted_zone(f"{domain.rstrip('.')}.", private_zone=False)
        del backend.zones[zone.resource_id]
        zone.resource_id = zone_id
        backend.zones[zone_id] = zone


@before(Route53, "change_resource_record_sets")
def record_sets_are_consistent(request: Any, params: Params) -> None:
    """A CNAME is the only record at its name and never at the zone apex; no record is created twice.

    A and AAAA hold addresses; a record set is an alias, or has values with a time to live. Source: Route 53 API
    reference, ChangeResourceRecordSets: InvalidChangeBatch; developer guide, record types.
    """
    zone = request.backend.zones.get(params["HostedZoneId"].rsplit("/", 1)[-1])
    problems = []
    for change in params["ChangeBatch"]["Changes"] if zone else ():
        if change["Action"] != "DELETE":
            problems += _problems(zone, change["Action"], change["ResourceRecordSet"])
    if problems:
        refuse("InvalidChangeBatch", f"[{', '.join(problems)}]")


@around(ChangeList, "__contains__")
def a_deleted_record_can_be_created_again(original: Any, journal: ChangeList, change: Any) -> bool:
    """A record that was deleted can be created again, as any other.

    Moto refuses that while the zone has any later name: it looks the change up in its journal, which keeps deleted
    records, and then takes every record from that name on for the same one. `record_sets_are_consistent` refuses real
    duplicates. Source: API reference, ChangeResourceRecordSets: CREATE fails if the record set exists.
    """
    return False


def _problems(zone: FakeZone, action: str, record: dict[str, Any]) -> list[str]:
    name, type_, apex = _absolute(record["Name"]), record["Type"], _absolute(zone.name)
    neighbours = [other for other in zone.rrsets if _absolute(other.name) == name]
    values = [entry["Value"] for entry in record.get("ResourceRecords") or ()]
    found = []
    if name != apex and not name.endswith(f".{apex}"):
        found.append(f"RRSet with DNS name {name} is not permitted in zone {apex}")
    if ".." in name or name.startswith("."):
        found.append(f"FATAL problem: DomainLabelEmpty (Domain label is empty) encountered with '{name}'")
    if any(len(label) > 63 for label in name.split(".")):
        found.append(f"FATAL problem: DomainLabelTooLong (Domain label is too long) encountered with '{name}'")
    if type_ == "CNAME" and name == apex:
        found.append(f"RRSet of type CNAME with DNS name {name} is not permitted at apex in zone {apex}")
    if any((other.type == "CNAME") != (type_ == "CNAME") for other in neighbours):
        found.append(
            f"RRSet of type {type_} with DNS name {name} is not permitted as it conflicts with other records with the "
            f"same DNS name in zone {apex}"
        )
    same = [other for other in neighbours if other.type == type_]
    if action == "CREATE" and any(other.set_identifier == record.get("SetIdentifier") for other in same):
        found.append(f"Tried to create resource record set [name='{name}', type='{type_}'] but it already exists")
    if any((other.set_identifier is None) != ("SetIdentifier" not in record) for other in same):
        found.append(f"RRSet with DNS name {name}, type {type_} cannot be both simple and weighted")
    if bool(record.get("AliasTarget")) == bool(values and "TTL" in record):
        found.append(
            f"RRSet with DNS name {name}, type {type_}: exactly one of AliasTarget, or TTL and ResourceRecords"
        )
    found += [f"Invalid Resource Record: '{value}' is not a valid {type_}" for value in values if _bad(type_, value)]
    if record.get("AliasTarget") and (problem := _alias_problem(zone, type_, record["AliasTarget"])):
        found.append(problem)
    return found


def _alias_problem(zone: FakeZone, type_: str, target: dict[str, Any]) -> str | None:
    """An alias points to a load balancer by the hosted zone of its type and Region, or to a record of its own zone.

    Source: API reference, AliasTarget: HostedZoneId.
    """
    zone_id, name = target["HostedZoneId"], _absolute(target["DNSName"]).removeprefix("dualstack.")
    text = f"Tried to create an alias that targets {name}, type {type_} in zone {zone_id}, but"
    if zone_id == zone.resource_id:
        there = any(_absolute(other.name) == name and other.type == type_ for other in zone.rrsets)
        return None if there else f"{text} that target was not found"
    region = next((region for region, ids in ZONE_IDS.items() if zone_id in ids), None)
    if region is None:
        return f"{text} no such zone takes aliases"
    balancers = [
        balancer
        for account in list(elbv2_backends.values())
        if region in account
        for balancer in account[region].load_balancers.values()
        if _absolute(balancer.dns_name) == name
    ]
    if not balancers:
        return f"{text} that target was not found"
    if balancers[0].canonical_hosted_zone_id != zone_id:
        return f"{text} the alias target name does not lie within the target zone"
    return None


def _bad(type_: str, value: str) -> bool:
    version = {"A": 4, "AAAA": 6}.get(type_)
    try:
        return version is not None and ipaddress.ip_address(value).version != version
    except ValueError:
        return True


def _absolute(name: str) -> str:
    return f"{name.rstrip('.')}.".lower()
