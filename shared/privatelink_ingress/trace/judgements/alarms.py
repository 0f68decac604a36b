"""Alarms of CloudWatch that have fired, of what this system has."""

from __future__ import annotations

from collections.abc import Iterator

from privatelink_ingress.trace.expected import Expected
from privatelink_ingress.trace.judgements.findings import SYSTEM, Diagnosis, found
from privatelink_ingress.trace.surroundings import Place, Surroundings
from privatelink_ingress.trace.topology import Topology

HOP = "Alarm"


def judge(expected: Expected, topology: Topology, around: Surroundings) -> Iterator[Diagnosis]:
    """Each alarm whose metrics are of a part of ours: from the web ACL to a workload's nodes."""
    owners, named = {**_watched(expected, topology), **_of_workloads(topology, around)}, _named(expected, topology)
    for alarm in around.alarms:
        found_in = ((owners.get(one) or named.get((alarm.place, one))) for one in (alarm.name, *alarm.resources))
        watched = [one for one in found_in if one]
        if watched:
            remedy = f"aws cloudwatch describe-alarm-history --alarm-name '{alarm.name}'"
            since = f" since {alarm.since:%Y-%m-%d %H:%M} UTC" if alarm.since else ""
            # That of a connection, where the metric also names the load balancer.
            owner = next((one for one in watched if one != SYSTEM), SYSTEM)
            yield found(owner, "warning", HOP, f"{alarm.name} is in ALARM{since}", remedy, alarm.reason)


def _watched(expected: Expected, topology: Topology) -> dict[str, str]:
    """The connection by the value of a metric's dimension that has an id of AWS's, so that it is unique.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
    """
    ends = [one.arn.partition(":loadbalancer/")[2] for one in topology.load_balancers.values()]
    connections = {
        group.name: connection.name
        for shard in expected.shards
        for connection in shard.connections.values()
        for backend in connection.backends
        for group in backend.groups
    }
    groups = {
        arn.rpartition(":")[2]: connections.get(group.name, SYSTEM) for arn, group in topology.target_groups.items()
    }
    return {**dict.fromkeys(ends, SYSTEM), **groups}


def _of_workloads(topology: Topology, around: Surroundings) -> dict[str, str]:
    """The same for workloads.

    https://docs.aws.amazon.com/vpc/latest/privatelink/privatelink-cloudwatch-metrics.html
    """
    contracts = ((one.fields or {}, one.connection) for one in around.published)
    services = {fields.get("endpoint_service_id", ""): connection for fields, connection in contracts}
    balancers = {
        arn.partition(":loadbalancer/")[2]: services[service.id]
        for service in topology.services.values()
        if service.id in services
        for arn in service.load_balancer_arns
    }
    return {**services, **balancers}


def _named(expected: Expected, topology: Topology) -> dict[tuple[Place, str], str]:
    """The connection by place and name of an alarm, a cluster or a web ACL: another place may use the same name.

    https://docs.aws.amazon.com/waf/latest/developerguide/waf-metrics.html
    """
    acls = {
        ((account_id, region), one.web_acl.name): SYSTEM
        for one in topology.load_balancers.values()
        if one.web_acl
        for region, account_id in [one.arn.split(":")[3:5]]
    }
    clusters = {
        ((account_id, region), name): one.connection
        for one in expected.workloads
        for account_id, region, name in [one.cluster]
    }
    # Of what no metric calls by a name that is known here, such as nodes and flow logs.
    alarms = {
        ((one.account_id, one.region), alarm.name): one.connection
        for one in expected.workloads
        if one.plan.alarms
        for alarm in one.plan.alarms.alarms
    }
    return {**acls, **clusters, **alarms}
