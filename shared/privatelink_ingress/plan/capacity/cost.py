"""What stacks and connections cost a month by list price, line by line, so that every number can be followed."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable

from privatelink_ingress.plan.capacity import prices
from privatelink_ingress.plan.capacity.prices import HOURS, Price, Sure
from privatelink_ingress.plan.edge.firewall import BASE_CAPACITY, plan_firewall
from privatelink_ingress.plan.workload import endpoints
from privatelink_ingress.settings.edge import EdgeSettings
from privatelink_ingress.settings.workload import WorkloadSettings

_EXTRA_CAPACITY = 500
"""Capacity units above the base that each step of the firewall's extra price covers."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Traffic:
    """What passes one connection in a month."""

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
    """True where another region's price stands in, or nobody who was checked says the price."""

    @property
    def usd(self) -> float:
        """A month's cost."""
        return self.quantity * self.price.usd


@dataclasses.dataclass(frozen=True, kw_only=True)
class Bill:
    """A month of one thing."""

    lines: tuple[Line, ...]

    @property
    def usd(self) -> float:
        """All lines together."""
        return sum(line.usd for line in self.lines)

    @property
    def estimate(self) -> bool:
        """Whether a line is an estimate."""
        return any(line.estimate for line in self.lines)

    @property
    def least_sure(self) -> Sure:
        """How sure the least sure price is."""
        order: tuple[Sure, ...] = ("unverified", "third-party", "aws")
        found = {line.price.sure for line in self.lines}
        return next((sure for sure in order if sure in found), "aws")


def connection_cost(region: str, *, zones: int = 3, backends: int = 1, traffic: Traffic | None = None) -> Bill:
    """What one more connection adds to the edge's bill. Its workload stack has a bill of its own: `workload_cost`.

    Args:
        region: Region of the edge.
        zones: Zones of the endpoints.
        backends: 1, or 2 while two clusters share the traffic: each has an endpoint.
        traffic: What passes it; without, the lines for traffic are left out.
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


def shard_cost(settings: EdgeSettings, region: str, *, zones: int, million_requests: float = 0.0) -> Bill:
    """What a shard costs before its first connection.

    Args:
        settings: Its stack file.
        region: Its region.
        zones: Zones of the load balancer; AWS gives it a public address in each, at least.
        million_requests: Of all connections together, for what a firewall above its base capacity adds.
    """
    web_acl = plan_firewall(settings.firewall, name="")
    lines = [
        _line("application load balancer", "alb", HOURS, region),
        _line("public IPv4 addresses", "ipv4", zones * HOURS, region),
        _line("web ACL", "web-acl", 1, region),
        _line("firewall rules and groups", "firewall-rule", len(web_acl.rules), region),
    ]
    steps = max(math.ceil((web_acl.capacity - BASE_CAPACITY) / _EXTRA_CAPACITY), 0)
    if steps and million_requests:
        lines.append(_line("firewall capacity above 1,500", "firewall-capacity", steps * million_requests, region))
    return Bill(lines=tuple(lines))


def workload_cost(settings: WorkloadSettings, region: str, *, zones: int, gb: float = 0.0) -> Bill:
    """What a workload stack costs, nodes and what somebody else made not counted.

    Args:
        settings: Its stack file.
        region: Its region.
        zones: Zones of its VPC.
        gb: Traffic of a month through its network load balancer.
    """
    lines = [] if settings.cluster.existing else _own_cluster(settings, region, zones)
    lines.append(_line("network load balancer", "nlb", HOURS, region))
    if settings.publication.parameter.tier == "Advanced":
        lines.append(_line("parameter of the contract", "advanced-parameter", 1, region))
    if gb:
        lines.append(_line("network load balancer units, 1 GB each", "nlb-units", gb, region))
    return Bill(lines=tuple(lines))


def _own_cluster(settings: WorkloadSettings, region: str, zones: int) -> list[Line]:
    there = settings.network.existing.endpoints if settings.network.existing else ()
    by_reason: dict[str, list[str]] = {}
    for service, reasons in endpoints.services(settings).items():
        if service in there:
            continue
        # One that nodes need anyway costs nothing more for whoever else asks for it.
        by_reason.setdefault("nodes" if "nodes" in reasons else " and ".join(reasons), []).append(service)
    return [
        _line("EKS control plane", "eks", HOURS, region),
        *(
            _line(f"endpoints for {reason}: {', '.join(asked)}", "endpoint", len(asked) * zones * HOURS, region)
            for reason, asked in sorted(by_reason.items(), key=lambda one: (one[0] != "nodes", one[0]))
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
        estimate=stands_in or price.sure == "unverified",
    )
