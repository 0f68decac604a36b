"""Alarms of CloudWatch that have fired, of what this system has."""

from __future__ import annotations

from collections.abc import Iterator

from privatelink_ingress.trace.expected import Expected
from privatelink_ingress.trace.judgements.findings import SYSTEM, Diagnosis, found
from privatelink_ingress.trace.surroundings import Surroundings
from privatelink_ingress.trace.topology import Topology

HOP = "Alarm"


def judge(expected: Expected, topology: Topology, around: Surroundings) -> Iterator[Diagnosis]:
    """Each alarm whose metrics are of a part of ours: from the web ACL to a workload's nodes."""
    owners = {**_watched(expected, topology), **_of_workloads(expected, topology, around)}
    for alarm in around.alarms:
        watched = [owners[one] for one in (alarm.name, *alarm.resources) if one in owners]
        if watched:
            remedy = f"aws cloudwatch describe-alarm-history --alarm-name '{alarm.name}'"
            since = f" since {alarm.since:%Y-%m-%d %H:%M} UTC" if alarm.since else ""
            # That of a connection, where the metric also names the load balancer.
            owner = next((one for one in watched if one != SYSTEM), SYSTEM)
            yield found(owner, "warning", HOP, f"{alarm.name} is in ALARM{since}", remedy, alarm.reason)


def _watched(expected: Expected, topology: Topology) -> dict[str, str]:
    """The connection by the value of a metric's dimension.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html and
    https://docs.aws.amazon.com/waf/latest/developerguide/waf-metrics.html
    """
    balancers = topology.load_balancers.values()
    ends = [one.arn.partition(":loadbalancer/")[2] for one in balancers]
    acls = [one.web_acl.name for one in balancers if one.web_acl]
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
    return {**dict.fromkeys((*ends, *acls), SYSTEM), **groups}


def _of_workloads(expected: Expected, topology: Topology, around: Surroundings) -> dict[str, str]:
    """The connection by name of a workload's alarm, or by the value of a metric's dimension.

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
    clusters = {one.plan.cluster.name: one.connection for one in expected.workloads}
    # Of what no metric calls by a name that is known here, such as nodes and flow logs.
    names = {
        alarm.name: one.connection for one in expected.workloads if one.plan.alarms for alarm in one.plan.alarms.alarms
    }
    return {**clusters, **services, **balancers, **names}
