"""The internet VPC and its two tiers of subnets."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping

from privatelink_ingress.plan import service_trust, subnets, zones
from privatelink_ingress.plan.edge import existing_network
from privatelink_ingress.plan.edge.existing_network import AdoptedNetwork, FoundNetwork
from privatelink_ingress.plan.subnets import SubnetPlan
from privatelink_ingress.settings.edge import EdgeSettings
from privatelink_ingress.settings.ipv6 import has_ranges


@dataclasses.dataclass(frozen=True, kw_only=True)
class NetworkPlan:
    """The internet VPC: the lower half for the load balancer, the upper half for the endpoints; or an existing one."""

    cidr: str
    public: tuple[SubnetPlan, ...]
    endpoint: tuple[SubnetPlan, ...]
    permissions_boundary: str | None
    """ARN of the policy that limits the flow logs' role."""
    flow_logs_trust: str
    """Who may assume that role, as JSON."""
    ipv6: bool = False
    """Whether a new VPC and its public subnets get IPv6 ranges; an existing one has them."""
    existing: AdoptedNetwork | None = None
    """The existing VPC, of which the stack creates nothing, and so no flow logs; None when it creates its own."""


def plan_network(
    settings: EdgeSettings,
    *,
    region: str,
    available_zones: Iterable[str],
    existing_vpc: FoundNetwork | None = None,
    tags: Mapping[str, str],
) -> NetworkPlan:
    """The VPC of an edge.

    Args:
        settings: The stack file.
        region: Region of the edge.
        available_zones: Ids of the region's zones that this account can use.
        existing_vpc: The VPC of `network.existing`, as looked up or assumed.
        tags: Of the stack's resources.

    Raises:
        UserError: when the region lacks a requested zone, the VPC has no room for a subnet, or an existing one does not
            fit.
    """
    network = settings.network
    boundary = settings.roles.permissions_boundary
    trust = service_trust.flow_logs(account_id=settings.account_id, region=region)
    if network.existing:
        if existing_vpc is None:
            raise ValueError("a stack with network.existing needs a look-up of its VPC, or a placeholder")
        adopted = existing_network.adopt_network(settings, network.existing, existing_vpc, tags=tags)
        return NetworkPlan(
            cidr=adopted.cidr,
            public=existing_network.planned(adopted.public),
            endpoint=existing_network.planned(adopted.endpoint),
            permissions_boundary=boundary,
            flow_logs_trust=trust,
            existing=adopted,
        )
    zone_ids = zones.choose(available_zones, count=network.zones, zone_ids=network.zone_ids, region=region)
    lower, upper = subnets.halves(network.cidr)
    return NetworkPlan(
        cidr=network.cidr,
        public=subnets.tier(lower, network.public_prefix, zone_ids, key="network.publicPrefix", longest=27),
        endpoint=subnets.tier(upper, network.endpoint_prefix, zone_ids, key="network.endpointPrefix", longest=23),
        ipv6=has_ranges(settings.load_balancer.ipv6),
        permissions_boundary=boundary,
        flow_logs_trust=trust,
    )
