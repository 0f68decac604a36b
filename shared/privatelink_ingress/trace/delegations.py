"""Whether the domain of a hosted zone is delegated to it: otherwise no client sees its records, and no ACM."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator

from privatelink_ingress.trace.judgements.findings import Diagnosis, Severity, found
from privatelink_ingress.trace.public_names import Delegation
from privatelink_ingress.trace.topology import HostedZone, Topology

WHERE = "Delegation"


@dataclasses.dataclass(frozen=True)
class Fault:
    """What is wrong with a delegation."""

    severity: Severity
    reason: str
    remedy: str
    evidence: str = ""


def judge(
    subject: str, zone: HostedZone, seen: Delegation | None, zones: Iterable[HostedZone] = ()
) -> Iterator[Diagnosis]:
    """What is wrong with the delegation of a zone's domain, or that nobody asked.

    Args:
        subject: A stack, or all connections.
        zone: With its name servers; nothing is judged without them.
        seen: What public DNS says; None when it was not asked.
        zones: Other hosted zones, one of which may have the domain in its place.
    """
    if zone.servers and (wrong := fault(zone, seen, zones)):
        yield found(subject, wrong.severity, WHERE, wrong.reason, wrong.remedy, wrong.evidence)


def judge_all(subject: str, topology: Topology) -> Iterator[Diagnosis]:
    """What is wrong with the delegations that were asked for; or that public DNS was not asked at all."""
    names = topology.public_names
    if names is None:
        reason = "was not asked, so where clients are led is not known"
        yield found(subject, "not seen", "Public DNS", reason, "Run this with --live.")
        return
    for zone in topology.hosted_zones:
        if seen := names.delegations.get(zone.name):
            yield from judge(subject, zone, seen, topology.hosted_zones)


def fault(zone: HostedZone, seen: Delegation | None, zones: Iterable[HostedZone] = ()) -> Fault | None:
    """As `judge`."""
    own, listed = set(zone.servers), ", ".join(sorted(zone.servers))
    by_hand = f"`dig +short NS {zone.name}` must print {listed}."
    if seen is None:
        reason = f"whether {zone.name} is delegated to zone {zone.id} was not asked in public DNS"
        return Fault("not seen", reason, by_hand)
    if seen.broken:
        reason = f"no name server that {seen.source} is sent to answers for {zone.name} (SERVFAIL)"
        remedy = (
            f"Delegate {zone.name} to {listed} at its registrar or in its parent zone; if it is, remove a DS record of "
            f"an earlier provider there. `dig +trace NS {zone.name}` shows each step."
        )
        return Fault("error", reason, remedy)
    if seen.servers is None:
        reason = f"whether {zone.name} is delegated to zone {zone.id} is not known: {seen.source} gave {seen.why}"
        return Fault("not seen", reason, by_hand)
    if set(seen.servers) == own:
        return None
    at = f"in its parent zone {seen.parent or '.'}" if seen.parent else "at its registrar or in its parent zone"
    kept = f" Resolvers keep the old answer for up to {seen.ttl} seconds." if seen.ttl else ""
    delegate = f"Write an NS record set for {zone.name} {at}, with {listed}.{kept}"
    if not seen.servers:
        place = f" (a CNAME record to {seen.cname} is in its place)" if seen.cname else ""
        reason = f"{zone.name} is not delegated{place}: clients and ACM do not see the records of zone {zone.id}"
        return Fault("error", reason, delegate, f"asked of {seen.source}")
    evidence = f"{seen.source} names {', '.join(seen.servers)}"
    if set(seen.servers) < own:
        reason = f"{zone.name} is delegated to {len(seen.servers)} of the {len(own)} name servers of zone {zone.id}"
        return Fault("warning", reason, delegate, evidence)
    if own & set(seen.servers):
        strangers = ", ".join(sorted(set(seen.servers) - own))
        reason = f"{zone.name} is also delegated to {strangers}, which zone {zone.id} does not have"
        return Fault("error", reason, delegate, evidence)
    other = next((one for one in zones if one.id != zone.id and set(one.servers) == set(seen.servers)), None)
    whose = f"hosted zone {other.id}" if other else "other name servers"
    reason = f"{zone.name} is delegated to {whose}, not to zone {zone.id}: clients and ACM do not see its records"
    instead = f" Or write {other.id} in the stack file." if other else ""
    return Fault("error", reason, f"{delegate}{instead}", evidence)
