"""The listener's rules against those of the stack files: missing, changed, more than planned, or to another service."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from privatelink_ingress.plan.edge.connections import ConnectionPlan
from privatelink_ingress.plan.routing.conditions import ANY_KEY
from privatelink_ingress.plan.routing.routes import Rule as RulePlan
from privatelink_ingress.trace.expected import Shard
from privatelink_ingress.trace.judgements.findings import SYSTEM, UP_EDGE, Diagnosis, found
from privatelink_ingress.trace.listeners import Action, Condition, Listener, Rule
from privatelink_ingress.trace.topology import LoadBalancer, Topology

HOP = "Listener rule"

Conditions = frozenset[tuple[str, str, frozenset[str]]]
"""Field, header and values of each condition."""


def judge(shard: Shard, balancer: LoadBalancer, topology: Topology) -> Iterator[Diagnosis]:
    """The rules of the HTTPS listener, by their priority."""
    listener = next((one for one in balancer.listeners if one.protocol == "HTTPS"), None)
    if listener is None:
        return
    planned = {
        rule.priority: (connection, rule) for connection in shard.connections.values() for rule in connection.rules
    }
    there = {rule.priority: rule for rule in listener.rules if rule.priority is not None}
    for priority, (connection, rule) in sorted(planned.items()):
        if priority not in there:
            hosts = ", ".join(rule.match.hosts)
            reason = f"the rule with priority {priority}, for {hosts}, does not exist"
            yield found(connection.name, "error", HOP, reason, UP_EDGE, _listens(balancer, listener))
        else:
            yield from _changed(shard, connection, rule, there[priority], topology)
    for priority, rule in sorted(there.items()):
        if priority not in planned:
            yield from _unplanned(shard, balancer, listener, rule)


def _unplanned(shard: Shard, balancer: LoadBalancer, listener: Listener, rule: Rule) -> Iterator[Diagnosis]:
    """A rule for our hosts that no stack file has. `diagnosis` tells those for other hosts."""
    named = {value.lower() for one in rule.conditions if one.field == "host-header" for value in one.values}
    ours = {host: one.name for one in shard.connections.values() for host in one.hosts}
    if named and named <= ours.keys():
        owners = {ours[host] for host in named}
        reason = f"the rule with priority {rule.priority}, for {', '.join(sorted(named))}, is in no stack file"
        remedy = "Run `./run drift`, and delete the rule: aws elbv2 describe-rules shows its ARN."
        connection = owners.pop() if len(owners) == 1 else SYSTEM
        yield found(connection, "warning", HOP, reason, remedy, _listens(balancer, listener))


def _changed(
    shard: Shard, connection: ConnectionPlan, planned: RulePlan, rule: Rule, topology: Topology
) -> Iterator[Diagnosis]:
    where = f"the rule with priority {rule.priority}"
    if (has := _conditions(rule)) != (wanted := _planned(planned)):
        evidence = f"has {_shown(has - wanted)}, instead of {_shown(wanted - has)}"
        yield found(connection.name, "warning", HOP, f"{where} has other conditions than its file", UP_EDGE, evidence)
    rewrites = {(one.type, one.regex, one.replace) for one in rule.rewrites}
    if rewrites != (expected := _rewrites(planned)):
        evidence = f"has {sorted(rewrites) or 'none'}, instead of {sorted(expected) or 'none'}"
        yield found(connection.name, "warning", HOP, f"{where} rewrites otherwise than its file", UP_EDGE, evidence)
    if connection.maintenance or rule.action.type != "forward":
        return
    yield from _forwards(shard, connection, rule.action, where, topology)


def _forwards(
    shard: Shard, connection: ConnectionPlan, action: Action, where: str, topology: Topology
) -> Iterator[Diagnosis]:
    """Whether the target groups are those of the connection, in the planned shares."""
    weights: dict[int | None, int] = {}
    for arn, weight in action.target_groups:
        group = topology.target_groups.get(arn)
        if group is None:
            continue
        held = {shard.holders[one.id][0] for one in group.targets if one.id in shard.holders}
        if strangers := sorted(held - {connection.name}):
            reason = f"{where} forwards to targets of {', '.join(strangers)}"
            severity = "error" if weight else "warning"
            yield found(connection.name, severity, HOP, reason, UP_EDGE, f"{group.name}, weight {weight}")
            return
        positions = {each.name: one.position for one in connection.backends for each in one.groups}
        position = positions.get(group.name)
        weights[position] = weight
    wanted = {one.position: one.weight for one in connection.backends}
    # The load balancer does not look at the weight of the only group.
    if None not in weights and weights != wanted and len(weights | wanted) > 1:
        evidence = f"weights are {_weights(weights)}, instead of {_weights(wanted)}"
        yield found(
            connection.name, "warning", HOP, f"{where} shares requests otherwise than its file", UP_EDGE, evidence
        )


def _weights(weights: Mapping[int | None, int] | Mapping[int, int]) -> str:
    return ", ".join(f"{weight} at position {position}" for position, weight in sorted(weights.items()))


def _conditions(rule: Rule) -> Conditions:
    return frozenset((one.field, (one.header or "").lower(), _values(one)) for one in rule.conditions)


def _values(condition: Condition) -> frozenset[str]:
    # AWS keeps a host in the case in which it was written, and compares without regard to it.
    lower = condition.field in ("host-header", "http-header", "query-string")
    return frozenset(value.lower() if lower else value for value in condition.values)


def _planned(rule: RulePlan) -> Conditions:
    match = rule.match
    query = tuple(f"{'*' if one.key == ANY_KEY else one.key}={one.value}" for one in match.query)
    written = [
        ("host-header", "", match.hosts),
        ("path-pattern", "", match.paths),
        ("http-request-method", "", match.methods),
        ("source-ip", "", match.sources),
        ("query-string", "", query),
        *(("http-header", one.name, one.values) for one in match.headers),
    ]
    conditions = (Condition(field=field, values=values, header=header) for field, header, values in written if values)
    return frozenset((one.field, (one.header or "").lower(), _values(one)) for one in conditions)


def _rewrites(rule: RulePlan) -> set[tuple[str, str, str]]:
    rewrite = rule.rewrite
    pairs = [("host-header-rewrite", rewrite.host), ("url-rewrite", rewrite.path)] if rewrite else []
    return {(kind, one.regex, one.replace) for kind, one in pairs if one}


def _shown(conditions: Conditions) -> str:
    shown = (f"{' '.join(filter(None, one[:2]))} {' or '.join(sorted(one[2]))}" for one in conditions)
    return " and ".join(sorted(shown)) or "nothing"


def _listens(balancer: LoadBalancer, listener: Listener) -> str:
    return f"{balancer.name}, port {listener.port}"
