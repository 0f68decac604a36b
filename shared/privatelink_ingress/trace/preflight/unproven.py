"""What no look-up in the account proves: the way to a private Kubernetes API, and the delegation of a domain."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from privatelink_ingress import tokens as t
from privatelink_ingress.trace.judgements.findings import Diagnosis, found
from privatelink_ingress.trace.preflight.planned import Planned


def judge_api(label: str, endpoint: str | None, silent: str | None) -> Iterator[Diagnosis]:
    """Whether the Kubernetes API answers here.

    Args:
        label: Of a stack that creates objects there.
        endpoint: Host of the API; None before the cluster exists.
        silent: Why nothing answers there; empty when something does, None when nobody tried.
    """
    where = "Kubernetes API"
    if endpoint is None:
        reason = "the cluster does not exist yet, so a way to its private API cannot be tried"
        remedy = (
            "Run `pulumi up` where the VPC can be reached: by VPN, a transit gateway, or a runner in the VPC. "
            "`sessionManager: true` lets Session Manager forward its port: docs/cluster.md."
        )
        yield found(label, "not seen", where, reason, remedy)
    elif silent is None:
        yield found(label, "not seen", where, f"{endpoint} was not tried", "Run this against AWS.")
    elif silent:
        reason = f"{endpoint} does not answer here ({silent})"
        yield found(label, "error", where, reason, "Run this, and `pulumi up`, where the VPC can be reached.")


def judge_delegation(label: str, zone_id: str, name: str, servers: Sequence[str]) -> Iterator[Diagnosis]:
    """What to compare in public DNS, which is not asked: ACM waits for over an hour where a zone is not delegated.

    Args:
        label: Of a stack that writes the zone's records.
        zone_id: The hosted zone.
        name: Its domain.
        servers: Its name servers; none for a private zone.
    """
    if servers:
        reason = f"whether {name} is delegated to zone {zone_id} is not asked in public DNS"
        remedy = f"`dig +short NS {name}` must print {', '.join(sorted(servers))}."
        yield found(label, "not seen", "Delegation", reason, remedy)


def zones(planned: Planned) -> tuple[str, ...]:
    """The hosted zones of its own account in which it writes records."""
    return tuple(sorted({str(one.inputs["zoneId"]) for one in planned.of_type(t.DNS_RECORD) if "zoneId" in one.inputs}))
