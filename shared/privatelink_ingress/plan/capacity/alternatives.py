"""What other ways from the edge to the clusters would cost for the same traffic, by the same prices."""

from __future__ import annotations

import dataclasses

from privatelink_ingress.plan.capacity.bills import Bill, Ledger
from privatelink_ingress.plan.capacity.prices import HOURS, PriceList


@dataclasses.dataclass(frozen=True, kw_only=True)
class Fleet:
    """What has to be connected in one region."""

    region: str
    edges: int
    """Internet VPCs."""
    workloads: int
    """Backends of all connections: each has a VPC."""
    zones: int
    """The most of any edge."""
    endpoint_zones: int
    """Zones of all endpoints together."""
    gb: float
    """A month's traffic of all connections."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Way:
    """One way, for a month."""

    name: str
    bill: Bill
    condition: str
    """What it asks of the networks, or what it leaves open."""


def ways(fleet: Fleet, *, price_list: PriceList | None = None) -> tuple[Way, ...]:
    """PrivateLink, a transit gateway and VPC peering.

    Only what differs is counted: the edge's load balancer and firewall, clusters and nodes are the same. Traffic
    between zones costs nothing over PrivateLink and a transit gateway, and both directions over peering:
    https://aws.amazon.com/about-aws/whats-new/2022/04/aws-data-transfer-price-reduction-privatelink-transit-gateway-client-vpn-services/
    The edge's load balancer spreads over all zones, so of each GB all but one zone's share crosses to another.
    """
    link, gateway, peering = (Ledger(fleet.region, price_list) for _ in range(3))
    link.add("endpoints", "endpoint", fleet.endpoint_zones * HOURS)
    link.add("network load balancers", "nlb", fleet.workloads * HOURS)
    gateway.add("attachments", "transit-gateway", (fleet.edges + fleet.workloads) * HOURS)
    if fleet.gb:
        link.add("endpoint data", "endpoint-data", fleet.gb)
        link.add("network load balancer units, 1 GB each", "nlb-units", fleet.gb)
        gateway.add("data", "transit-gateway-data", fleet.gb)
        crossing = 2 * fleet.gb * (fleet.zones - 1) / fleet.zones
        peering.add("data between zones, out and in", "cross-zone-data", crossing)
    routed = "routes between the VPCs, and no address range twice"
    return (
        Way(name="PrivateLink", bill=link.bill, condition="one port of one service; any address range"),
        Way(name="transit gateway", bill=gateway.bill, condition=routed),
        Way(name="VPC peering", bill=peering.bill, condition=f"{routed}; one connection for each pair"),
    )
