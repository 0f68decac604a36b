"""The monthly cost of stacks and connections by list price, line by line, so that every number can be traced."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Collection, Iterable, Mapping

from privatelink_ingress.plan.capacity import prices
from privatelink_ingress.plan.capacity.prices import HOURS, Price
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


@dataclasses.dataclass(frozen=True, kw_only=True)
class Line:
    """One line of a bill."""

    what: str
    item: str
    """Key of `prices.PRICES`."""
    quantity: float
    """Units of the price in a month."""
    price: Price
    price_region: str
    """Region of the price, `every region`, or the region that stands in."""
    estimate: bool
    """Whether another region's price stands in, or the price is unverified."""

    @property
    def usd(self) -> float:
        """A month's cost."""
        return self.quantity * self.price.usd


@dataclasses.dataclass(frozen=True, kw_only=True)
class Bill:
    """The cost of one stack, shard or connection for a month."""

    lines: tuple[Line, ...]

    @property
    def usd(self) -> float:
        """All lines together."""
        return sum(line.usd for line in self.lines)

    @property
    def estimate(self) -> bool:
        """Whether a line is an estimate."""
        return any(line.estimate for line in self.lines)


def connection_cost(region: str, *, zones: int = 3, backends: int = 1, traffic: Traffic | None = None) -> Bill:
    """What one more connection adds to the edge's bill. Its workload stack has its own bill: `workload_cost`.

    Args:
        region: Region of the edge.
        zones: Zones of the endpoints.
        backends: 1, or 2 while two clusters share the traffic: each has an endpoint.
        traffic: Its traffic; without it, the lines for traffic are left out.
    """
    traffic = traffic or Traffic()
    lines = [_line("interface endpoint", "endpoint", backends * zones * HOURS, region)]
    if traffic.gb:
        lines += [
            _line("endpoint data", "endpoint-data", traffic.gb, region),
            _line("load balancer units, 1 GB each", "alb-units", traffic.gb, region),
        ]
    if traffic.million_requests:
        lines.append(_line("requests through the firewall", "firewall-requests", traffic.million_requests, region))
    return Bill(lines=tuple(lines))


def shard_cost(
    region: str,
    *,
    zones: int,
    firewall_rules: int,
    firewall_capacity: int,
    firewall_fees: Collection[str] = (),
    million_requests: float = 0.0,
) -> Bill:
    """What a shard costs before its first connection.

    Args:
        region: Its region.
        firewall_rules: Rules and managed groups of its web ACL.
        firewall_capacity: Capacity units of its web ACL.
        firewall_fees: Items of managed groups that AWS charges for beside the price of a rule.
        zones: Zones of the load balancer; AWS gives it a public address in each, at least.
        million_requests: Of all connections together: each costs more when the firewall is above its base capacity.
    """
    lines = [
        _line("application load balancer", "alb", HOURS, region),
        _line("public IPv4 addresses", "ipv4", zones * HOURS, region),
        _line("web ACL", "web-acl", 1, region),
        _line("firewall rules and groups", "firewall-rule", firewall_rules, region),
    ]
    lines += [_line(f"firewall group {fee}", fee, 1, region) for fee in firewall_fees]
    if million_requests:
        by_request = [fee for fee in firewall_fees if f"{fee}-requests" in prices.PRICES]
        lines += [_line(f"requests to {fee}", f"{fee}-requests", million_requests, region) for fee in by_request]
    steps = max(math.ceil((firewall_capacity - FIREWALL_BASE_CAPACITY) / _EXTRA_CAPACITY), 0)
    if steps and million_requests:
        lines.append(_line("firewall capacity above 1,500", "firewall-capacity", steps * million_requests, region))
    return Bill(lines=tuple(lines))


def workload_cost(
    settings: WorkloadSettings, region: str, *, endpoints: Mapping[str, Collection[str]], zones: int, gb: float = 0.0
) -> Bill:
    """What a workload stack costs, without its nodes and without an existing cluster or VPC.

    Args:
        settings: Its stack file.
        region: Its region.
        endpoints: Services behind the interface endpoints of a cluster of its own, each with the settings that need
            it, sorted; an existing VPC may have some of them already.
        zones: Zones of its VPC.
        gb: Traffic of a month through its network load balancer.
    """
    lines = [] if settings.cluster.existing else _own_cluster(settings, region, endpoints, zones)
    lines.append(_line("network load balancer", "nlb", HOURS, region))
    if settings.publication.parameter.tier == "Advanced":
        lines.append(_line("parameter of the contract", "advanced-parameter", 1, region))
    if gb:
        lines.append(_line("network load balancer units, 1 GB each", "nlb-units", gb, region))
    return Bill(lines=tuple(lines))


def _own_cluster(
    settings: WorkloadSettings, region: str, endpoints: Mapping[str, Collection[str]], zones: int
) -> list[Line]:
    existing = settings.network.existing.endpoints if settings.network.existing else ()
    by_reason: dict[str, list[str]] = {}
    for service, reasons in endpoints.items():
        if service in existing:
            continue
        # An endpoint that the nodes need anyway costs nothing more for a feature that also needs it.
        by_reason.setdefault("nodes" if "nodes" in reasons else " and ".join(reasons), []).append(service)
    return [
        _line("EKS control plane", "eks", HOURS, region),
        *(
            _line(f"endpoints for {reason}: {', '.join(services)}", "endpoint", len(services) * zones * HOURS, region)
            for reason, services in sorted(by_reason.items(), key=lambda item: (item[0] != "nodes", item[0]))
        ),
    ]


def per_gb(region: str) -> Bill:
    """One GB from client to controller: endpoint, and both load balancers' units where bytes decide their number."""
    return Bill(
        lines=(
            _line("endpoint data", "endpoint-data", 1, region),
            _line("application load balancer units", "alb-units", 1, region),
            _line("network load balancer units", "nlb-units", 1, region),
        )
    )


def together(bills: Iterable[Bill]) -> Bill:
    """Several bills as one."""
    return Bill(lines=tuple(line for bill in bills for line in bill.lines))


def _line(what: str, item: str, quantity: float, region: str) -> Line:
    price_region, price = prices.region_of(item, region), prices.price(item, region)
    stands_in = price_region not in (region, prices.EVERYWHERE)
    return Line(
        what=what,
        item=item,
        quantity=quantity,
        price=price,
        price_region=price_region,
        estimate=stands_in or price.confidence == "unverified",
    )
