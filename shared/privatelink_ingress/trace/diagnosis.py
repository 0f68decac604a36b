"""What is wrong with a deployed connection: its requests followed, and the state of what they pass."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from privatelink_ingress.problems import Problem
from privatelink_ingress.trace.hops import Hop, Path
from privatelink_ingress.trace.topology import UNSEEN, Certificate, Listener, Target, TargetGroup, Topology
from privatelink_ingress.trace.trace import Trace

Severity = Literal["error", "warning", "not seen"]

RENEWAL_DAYS = 45
"""ACM renews a certificate 60 days before it expires, and sends notice of one that it could not renew 45 days before:
https://docs.aws.amazon.com/acm/latest/userguide/managed-renewal.html"""

SYSTEM = "all connections"
"""The subject of findings about no single connection."""

_SEVERITIES: dict[str, Severity] = {"stops": "error", "answers": "error", "warns": "warning", "not seen": "not seen"}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Diagnosis:
    """One thing that is wrong, or could not be seen."""

    connection: str
    severity: Severity
    problem: Problem
    """Where it is, why it is wrong, and what to do."""
    evidence: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class Followed:
    """A request of a connection, and where it went."""

    connection: str
    active: bool
    """False while the connection is in maintenance."""
    trace: Trace
    path: Path
    """What its hops found, as far as it came."""


def diagnose(
    followed: Sequence[Followed], topology: Topology, hosts: Iterable[str], *, now: datetime.datetime
) -> list[Diagnosis]:
    """Everything that is wrong, each once: the worst first, and then by connection, in the order of a request's way.

    Args:
        followed: A request for each route and host.
        topology: Where they were followed.
        hosts: All hosts of all stack files, in lower case.
        now: To judge when certificates expire.
    """
    found = [
        *(one for each in followed for one in _of_trace(each)),
        *(one for each in followed if each.active for one in _of_targets(each, topology)),
        *_of_listeners(topology, frozenset(hosts), now),
    ]
    order = ("error", "warning", "not seen")
    return sorted(dict.fromkeys(found), key=lambda one: (order.index(one.severity), one.connection))


def _of_trace(followed: Followed) -> Iterator[Diagnosis]:
    trace = followed.trace
    if not followed.active:
        if (trace.outcome, trace.status) != ("answered", 503):
            reason = f"{trace.url} is not answered by the maintenance page"
            yield _of_hop(followed.connection, "error", trace.hops[-1], reason, "Run `pulumi up` in central-ingress/.")
        return
    for hop in trace.hops:
        if hop.verdict == "passes":
            continue
        if hop.verdict == "answers" and not hop.remedy:
            reason = f"{trace.method} {trace.url} is answered {trace.status}: {hop.reason or 'not forwarded'}"
            yield _of_hop(followed.connection, "error", hop, reason, "Run `pulumi up` in central-ingress/.")
        elif hop.name == "Route 53" and hop.verdict == "warns":
            # A stack file says that the host has a record.
            yield _of_hop(followed.connection, "error", hop, hop.evidence, "Run `pulumi up` in central-ingress/.")
        else:
            yield _of_hop(followed.connection, _SEVERITIES[hop.verdict], hop, hop.reason or hop.evidence, hop.remedy)


def _of_hop(connection: str, severity: Severity, hop: Hop, reason: str, remedy: str) -> Diagnosis:
    problem = Problem(hop.name, reason, remedy)
    evidence = "" if reason == hop.evidence else hop.evidence
    return Diagnosis(connection=connection, severity=severity, problem=problem, evidence=evidence)


def _of_targets(followed: Followed, topology: Topology) -> Iterator[Diagnosis]:
    """The health of the targets behind both load balancers, and the zones that no endpoint is in."""
    connection, found = followed.connection, vars(followed.path)
    if rule := found.get("rule"):
        for arn, weight in rule.action.target_groups:
            if weight:
                yield from _of_health(connection, topology.target_groups[arn], "Target group")
    if inner := found.get("inner_group"):
        yield from _of_health(connection, inner, "Network load balancer's target group")
    if service := found.get("service"):
        zones = {interface.zone_id for _, _, interface in followed.path.entries}
        missing = sorted(set(service.zone_ids) & set(followed.path.balancer.subnets) - zones)
        if missing and UNSEEN not in zones:
            yield Diagnosis(
                connection=connection,
                severity="warning",
                problem=Problem(
                    "Interface endpoint",
                    f"both sides are in {', '.join(missing)}, but no endpoint is there",
                    "Change the backend's generation, and run `pulumi up` in central-ingress/.",
                ),
                evidence=f"{service.name} is in {', '.join(service.zone_ids)}",
            )


def _of_health(connection: str, group: TargetGroup, place: str) -> Iterator[Diagnosis]:
    seen = [target for target in group.targets if target.state not in (UNSEEN, "draining")]
    sick = [target for target in seen if target.state != "healthy"]
    if not sick:
        return
    none = len(sick) == len(seen)
    some = f"{len(sick)} of {len(seen)} targets are not healthy"
    reason = "no target is healthy, so requests go to all of them" if none else some
    check = f"GET {group.health_path} on port {group.port}" if group.health_path else f"TCP to port {group.port}"
    remedy = f"See why {check} fails: aws elbv2 describe-target-health --target-group-arn {group.arn}"
    yield Diagnosis(
        connection=connection,
        severity="error" if none else "warning",
        problem=Problem(place, reason, remedy),
        evidence=f"{group.name}: {', '.join(map(_shown, sick))}",
    )


def _shown(target: Target) -> str:
    return f"{target.id}:{target.port} {target.state}"


def _of_listeners(topology: Topology, hosts: frozenset[str], now: datetime.datetime) -> Iterator[Diagnosis]:
    """Rules that no stack file has, and certificates that are about to expire."""
    for balancer in topology.load_balancers.values():
        if balancer.scheme != "internet-facing":
            continue
        for listener in balancer.listeners:
            yield from _foreign_rules(balancer.name, listener, hosts)
            for certificate in listener.certificates:
                yield from _expiry(certificate, now)


def _foreign_rules(balancer: str, listener: Listener, hosts: frozenset[str]) -> Iterator[Diagnosis]:
    for rule in listener.rules:
        named = {value.lower() for one in rule.conditions if one.field == "host-header" for value in one.values}
        if rule.priority is not None and not named <= hosts:
            strangers = ", ".join(sorted(named - hosts))
            reason = f"the rule with priority {rule.priority} is for {strangers}, which no stack file has"
            remedy = "Run `./run drift`, and delete the rule or add its connection to a stack file."
            problem = Problem("Listener rule", reason, remedy)
            evidence = f"{balancer}, port {listener.port}"
            yield Diagnosis(connection=SYSTEM, severity="warning", problem=problem, evidence=evidence)


def _expiry(certificate: Certificate, now: datetime.datetime) -> Iterator[Diagnosis]:
    if certificate.not_after is None or (left := (certificate.not_after - now).days) >= RENEWAL_DAYS:
        return
    reason = (
        f"it expired {-left} day{'s' * (left != -1)} ago"
        if left < 0
        else f"it expires in {left} day{'s' * (left != 1)}, and ACM has not renewed it"
    )
    remedy = (
        f"Compare its validation records with the hosted zone: aws acm describe-certificate --certificate-arn "
        f"{certificate.arn}. An imported certificate has to be imported again."
    )
    yield Diagnosis(
        connection=SYSTEM,
        severity="error" if left < 0 else "warning",
        problem=Problem("Certificate", reason, remedy),
        evidence=f"{', '.join(certificate.domains)}, until {certificate.not_after:%Y-%m-%d}",
    )
