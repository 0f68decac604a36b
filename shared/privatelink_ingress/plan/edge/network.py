"""The internet VPC and its two tiers of subnets."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

from privatelink_ingress.plan import service_trust, subnets, zones
from privatelink_ingress.plan.subnets import SubnetPlan
from privatelink_ingress.settings.edge import EdgeSettings


@dataclasses.dataclass(frozen=True, kw_only=True)
class NetworkPlan:
    """The internet VPC: the lower half for the load balancer, the upper half for the endpoints."""

    cidr: str
    public: tuple[SubnetPlan, ...]
    endpoint: tuple[SubnetPlan, ...]
    permissions_boundary: str | None
    """ARN of the policy that limits the flow logs' role."""
    flow_logs_trust: str
    """Who may assume that role, as JSON."""


def plan_network(settings: EdgeSettings, *, region: str, available_zones: Iterable[str]) -> NetworkPlan:
    """The VPC of an edge.

    Args:
        settings: The stack file.
        region: Region of the edge.
        available_zones: Ids of the region's zones that this account can use.

    Raises:
        UserError: when the region lacks a requested zone, or the VPC has no room for a subnet.
    """
    network = settings.network
    zone_ids = zones.choose(available_zones, count=network.zones, zone_ids=network.zone_ids, region=region)
    lower, upper = subnets.halves(network.cidr)
    return NetworkPlan(
        cidr=network.cidr,
        public=subnets.tier(lower, network.public_prefix, zone_ids, key="network.publicPrefix", longest=27),
        endpoint=subnets.tier(upper, network.endpoint_prefix, zone_ids, key="network.endpointPrefix", longest=23),
        permissions_boundary=settings.roles.permissions_boundary,
        flow_logs_trust=service_trust.flow_logs(account_id=settings.account_id, region=region),
    )
