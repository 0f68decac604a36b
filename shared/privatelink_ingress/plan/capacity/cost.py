"""The monthly cost of stacks and connections by list price, line by line, so that every number can be traced."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Collection, Mapping

from privatelink_ingress.plan.capacity.bills import Bill, Ledger
from privatelink_ingress.plan.capacity.prices import HOURS, PriceList
from privatelink_ingress.settings.limits import FIREWALL_BASE_CAPACITY
from privatelink_ingress.settings.workload import WorkloadSettings

_EXTRA_CAPACITY = 500
"""Capacity units above the base that each step of the firewall's extra price covers."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Traffic:
    """The traffic of one connection in a month."""

    gb: float = 0.0
    """Both directions together."""
    million_requests: float = 0.0


def connection_cost(
    region: str,
    *,
    zones: int = 3,
    backends: int = 1,
    traffic: Traffic | None = None,
    alarm_metrics: int | None = 0,
    dashboard: bool = False,
    price_list: PriceList | None = None,
) -> Bill:
    """What one more connection adds to the edge's bill. Its workload stack has its own bill: `workload_cost`.

    Args:
        region: Region of the edge.
        zones: Zones of the endpoints.
        backends: 1, or 2 while two clusters share the traffic: each has an endpoint.
        traffic: Its traffic; without it, the lines for traffic are left out.
        alarm_metrics: Metrics that its alarms watch; None if unknown.
        dashboard: Whether it has one.
        price_list: Prices; those of this release when left out.
    """
    traffic, ledger = traffic or Traffic(), Ledger(region, price_list)
    ledger.add("interface endpoint", "endpoint", backends * zones * HOURS)
    if traffic.gb:
        ledger.add("endpoint data", "endpoint-data", traffic.gb)
        ledger.add("load balancer units, 1 GB each", "alb-units", traffic.gb)
    if traffic.million_requests:
        ledger.add("requests through the firewall", "firewall-requests", traffic.million_requests)
    _alarms(ledger, alarm_metrics)
    _dashboard(ledger, dashboard)
    return ledger.bill


def shard_cost(
    region: str,
    *,
    zones: int,
    firewall_rules: int,
    firewall_capacity: int,
    firewall_fees: Collection[str] = (),
    own_web_acl: bool = True,
    verifies_clients: bool = False,
    million_requests: float = 0.0,
    log_gb: float = 0.0,
    alarm_metrics: int | None = 0,
    dashboard: bool = False,
    price_list: PriceList | None = None,
) -> Bill:
    """What a shard costs before its first connection.

    Args:
        region: Its region.
        firewall_rules: Rules and managed groups of its web ACL.
        firewall_capacity: Capacity units of its web ACL.
        firewall_fees: Items of managed groups that AWS charges for beside the price of a rule.
        own_web_acl: False for an existing one, whose owner pays for it and for its own rules.
        verifies_clients: Whether its listener has a trust store, as mutual TLS in mode verify needs.
        zones: Zones of the load balancer; AWS gives it a public address in each, at least.
        million_requests: Of all connections together: each costs more when the firewall is above its base capacity.
        log_gb: GB of logs that CloudWatch takes in a month.
        alarm_metrics: Metrics that its own alarms watch; those of connections are in their bills. None if unknown.
        dashboard: Whether it has one of its own.
        price_list: Prices; those of this release when left out.
    """
    ledger = Ledger(region, price_list)
    ledger.add("application load balancer", "alb", HOURS)
    ledger.add("public IPv4 addresses", "ipv4", zones * HOURS)
    if verifies_clients:
        ledger.add("trust store of mutual TLS", "trust-store", HOURS)
    if own_web_acl:
        ledger.add("web ACL", "web-acl", 1)
    ledger.add("firewall rules and groups", "firewall-rule", firewall_rules)
    for fee in firewall_fees:
        ledger.add(f"firewall group {fee}", fee, 1)
    if million_requests:
        for fee in firewall_fees:
            if ledger.has(f"{fee}-requests"):
                ledger.add(f"requests to {fee}", f"{fee}-requests", million_requests)
    steps = max(math.ceil((firewall_capacity - FIREWALL_BASE_CAPACITY) / _EXTRA_CAPACITY), 0)
    if steps and million_requests:
        ledger.add("firewall capacity above 1,500", "firewall-capacity", steps * million_requests)
    _logs(ledger, log_gb)
    _alarms(ledger, alarm_metrics)
    _dashboard(ledger, dashboard)
    return ledger.bill


def workload_cost(
    settings: WorkloadSettings,
    region: str,
    *,
    endpoints: Mapping[str, Collection[str]],
    zones: int,
    gb: float = 0.0,
    nodes: int | None = None,
    log_gb: float = 0.0,
    alarm_metrics: int | None = 0,
    price_list: PriceList | None = None,
) -> Bill:
    """What a workload stack costs, without an existing cluster or VPC.

    Args:
        settings: Its stack file.
        region: Its region.
        endpoints: Services behind the interface endpoints of a cluster of its own, each with the settings that need
            it, sorted; an existing VPC may have some of them already.
        zones: Zones of its VPC.
        gb: Traffic of a month through its network load balancer.
        nodes: Nodes of each group; the least of its stack file when left out.
        log_gb: GB of logs that CloudWatch takes in a month.
        alarm_metrics: Metrics that its alarms watch; None if unknown.
        price_list: Prices; those of this release when left out.
    """
    ledger = Ledger(region, price_list)
    if not settings.cluster.existing:
        _own_cluster(ledger, settings, endpoints, zones)
        _nodes(ledger, settings, nodes)
    ledger.add("network load balancer", "nlb", HOURS)
    if settings.publication.parameter.tier == "Advanced":
        ledger.add("parameter of the contract", "advanced-parameter", 1)
    if gb:
        ledger.add("network load balancer units, 1 GB each", "nlb-units", gb)
    _logs(ledger, log_gb)
    _alarms(ledger, alarm_metrics)
    return ledger.bill


def _own_cluster(
    ledger: Ledger, settings: WorkloadSettings, endpoints: Mapping[str, Collection[str]], zones: int
) -> None:
    existing = settings.network.existing.endpoints if settings.network.existing else ()
    by_reason: dict[str, list[str]] = {}
    for service, reasons in endpoints.items():
        if service in existing:
            continue
        # An endpoint that the nodes need anyway costs nothing more for a feature that also needs it.
        by_reason.setdefault("nodes" if "nodes" in reasons else " and ".join(reasons), []).append(service)
    ledger.add("EKS control plane", "eks", HOURS)
    for reason, services in sorted(by_reason.items(), key=lambda item: (item[0] != "nodes", item[0])):
        quantity = len(services) * zones * HOURS
        ledger.add(f"endpoints for {reason}: {', '.join(services)}", "endpoint", quantity)


def _nodes(ledger: Ledger, settings: WorkloadSettings, given: int | None) -> None:
    for group in settings.nodes.by_name.values():
        count = group.min if given is None else given
        kind = group.types[0]
        if group.capacity_type == "SPOT":
            ledger.leave_out(f"SPOT nodes: {count} x {kind}")
        else:
            ledger.add(f"nodes: {count} x {kind}", node_item(kind), count * HOURS)
        ledger.add(f"disks: {count} x {group.disk_gib} GiB", "disk", count * group.disk_gib)


def node_item(instance_type: str) -> str:
    """The item of an instance type's price."""
    return f"node {instance_type}"


def instance_types(settings: WorkloadSettings) -> Collection[str]:
    """Instance types whose price a workload's bill needs."""
    if settings.cluster.existing:
        return ()
    groups = settings.nodes.by_name.values()
    return {group.types[0] for group in groups if group.capacity_type != "SPOT"}


def _logs(ledger: Ledger, log_gb: float) -> None:
    if log_gb:
        ledger.add("logs taken in by CloudWatch", "logs", log_gb)


def _alarms(ledger: Ledger, metrics: int | None) -> None:
    if metrics is None:
        ledger.leave_out("alarms")
    elif metrics:
        ledger.add("metrics that alarms watch", "alarm", metrics)


def _dashboard(ledger: Ledger, has_one: bool) -> None:
    if has_one:
        ledger.add("dashboard", "dashboard", 1)


def per_gb(region: str, *, price_list: PriceList | None = None) -> Bill:
    """One GB from client to controller: endpoint, and both load balancers' units where bytes decide their number."""
    ledger = Ledger(region, price_list)
    ledger.add("endpoint data", "endpoint-data", 1)
    ledger.add("application load balancer units", "alb-units", 1)
    ledger.add("network load balancer units", "nlb-units", 1)
    return ledger.bill
