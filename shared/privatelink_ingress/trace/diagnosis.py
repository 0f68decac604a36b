"""What is wrong with a deployed connection: its requests followed, and the state of what they pass."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Collection, Iterator, Sequence

from privatelink_ingress.problems import Problem
from privatelink_ingress.trace import delegations, dns_hop, rule_hop
from privatelink_ingress.trace.expected import Expected
from privatelink_ingress.trace.hops import Hop, Path
from privatelink_ingress.trace.judgements import (
    addresses,
    alarms,
    balancers,
    certificates,
    client_certificates,
    clusters,
    contracts,
    ipv6,
    logs,
    quotas,
    rules,
    zones,
)
from privatelink_ingress.trace.judgements.findings import SYSTEM, UP_EDGE, Diagnosis, Severity
from privatelink_ingress.trace.listeners import Listener
from privatelink_ingress.trace.surroundings import Surroundings
from privatelink_ingress.trace.topology import UNSEEN, LoadBalancer, Target, TargetGroup, Topology
from privatelink_ingress.trace.trace import Trace

__all__ = ["SYSTEM", "Diagnosis", "Followed", "Severity", "diagnose"]

_SEVERITIES: dict[str, Severity] = {"stops": "error", "answers": "error", "warns": "warning", "not seen": "not seen"}


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
    followed: Sequence[Followed],
    topology: Topology,
    expected: Expected,
    around: Surroundings,
    *,
    wanted: Collection[str] = (),
    now: datetime.datetime,
) -> list[Diagnosis]:
    """Everything that is wrong, each once: the worst first, and then by connection, in the order of a request's way.

    Args:
        followed: A request for each route and host.
        topology: Where they were followed.
        expected: What the stack files say.
        around: What stands beside the path.
        wanted: Connections to judge; all when empty. Findings about no single one are always told.
        now: To judge when certificates and versions expire.
    """
    found = [
        *(one for each in followed for one in _of_trace(each)),
        *(one for each in followed if each.active for one in _of_targets(each, topology, around)),
        *_of_shards(expected, topology, around, now),
        *(one for each in expected.workloads for one in contracts.judge(each, around.published, topology)),
        *(one for each in expected.workloads for one in clusters.judge(each, around, now.date())),
        *alarms.judge(expected, topology, around),
        *delegations.judge_all(SYSTEM, topology),
    ]
    kept = (one for one in found if not wanted or one.connection in (SYSTEM, *wanted))
    order = ("error", "warning", "not seen")
    return sorted(dict.fromkeys(kept), key=lambda one: (order.index(one.severity), one.connection))


def _of_shards(
    expected: Expected, topology: Topology, around: Surroundings, now: datetime.datetime
) -> Iterator[Diagnosis]:
    for balancer in topology.load_balancers.values():
        if balancer.scheme == "internet-facing":
            for listener in balancer.listeners:
                yield from _foreign_rules(balancer.name, listener, expected.hosts)
            yield from certificates.judge(balancer, topology, now)
    services = {
        one.connection: service.name
        for one in expected.workloads
        if (service := contracts.service_of(one, around.published, topology))
    }
    for shard in expected.shards:
        for balancer in topology.load_balancers.values():
            if _is_of(balancer, shard.plan.load_balancer_name, shard.account_id, shard.region):
                yield from rules.judge(shard, balancer, topology)
                yield from addresses.judge(shard, balancer, topology, services)
                yield from balancers.judge(shard, balancer, around)
                yield from ipv6.judge(shard, balancer, topology)
                yield from client_certificates.judge(shard, balancer, now)
                yield from logs.judge(shard, balancer, around)
                yield from quotas.judge(shard, balancer, topology, around)


def _is_of(balancer: LoadBalancer, name: str, account_id: str, region: str) -> bool:
    return balancer.name == name and balancer.arn.split(":")[3:5] == [region, account_id]


def _of_trace(followed: Followed) -> Iterator[Diagnosis]:
    trace = followed.trace
    if not followed.active:
        # An empty target group is answered with 503, too, but not by the page.
        if (trace.hops[-1].name, trace.status) != (rule_hop.HOP, 503):
            reason = f"{trace.url} is not answered by the maintenance page"
            yield _of_hop(followed.connection, "error", trace.hops[-1], reason, UP_EDGE)
        return
    for hop in trace.hops:
        if hop.verdict == "passes":
            continue
        if hop.verdict == "answers" and not hop.remedy:
            reason = f"{trace.method} {trace.url} is answered {trace.status}: {hop.reason or 'not forwarded'}"
            yield _of_hop(followed.connection, "error", hop, reason, UP_EDGE)
        elif hop.name == dns_hop.HOP and hop.verdict == "warns":
            # A stack file says that the host has a record.
            yield _of_hop(followed.connection, "error", hop, hop.evidence, UP_EDGE)
        else:
            yield _of_hop(followed.connection, _SEVERITIES[hop.verdict], hop, hop.reason or hop.evidence, hop.remedy)


def _of_hop(connection: str, severity: Severity, hop: Hop, reason: str, remedy: str) -> Diagnosis:
    problem = Problem(hop.name, reason, remedy)
    evidence = "" if reason == hop.evidence else hop.evidence
    return Diagnosis(connection=connection, severity=severity, problem=problem, evidence=evidence)


def _of_targets(followed: Followed, topology: Topology, around: Surroundings) -> Iterator[Diagnosis]:
    """The health of the targets behind both load balancers, and the zones that one side serves alone."""
    connection, found = followed.connection, vars(followed.path)
    if rule := found.get("rule"):
        for arn, weight in rule.action.target_groups:
            if weight and arn in topology.target_groups:
                yield from _of_health(connection, topology.target_groups[arn], "Target group")
    if inner := found.get("inner_group"):
        yield from _of_health(connection, inner, "Network load balancer's target group")
    yield from zones.judge(connection, followed.path, around)


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
