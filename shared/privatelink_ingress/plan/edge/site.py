"""The connections of one stack on the load balancer of a shard, its own or another's."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from privatelink_ingress.contracts.service import Contract
from privatelink_ingress.plan.edge import certificates, connections, dns
from privatelink_ingress.plan.edge.certificates import Coverage
from privatelink_ingress.plan.edge.connections import ConnectionPlan
from privatelink_ingress.plan.routing import routes
from privatelink_ingress.plan.subnets import SubnetPlan
from privatelink_ingress.problems import Problem
from privatelink_ingress.settings.edge import Connection


@dataclasses.dataclass(frozen=True, kw_only=True)
class Shard:
    """What connections are planned on."""

    account_id: str
    region: str
    endpoint_subnets: tuple[SubnetPlan, ...]
    zone_id: str
    """Hosted zone of the names and of validation records."""
    certificates: Coverage
    """Of the load balancer."""


def check(published: Mapping[str, Connection], contracts: Mapping[str, Contract], shard: Shard) -> list[Problem]:
    """What is wrong with connections, by name; contracts by `Backend.source`."""
    return [
        *check_together(published, shard),
        *dns.check_names(published),
        *connections.check(
            published,
            contracts,
            region=shard.region,
            zone_ids=tuple(subnet.zone_id for subnet in shard.endpoint_subnets),
        ),
    ]


def check_together(published: Mapping[str, Connection], shard: Shard) -> list[Problem]:
    """What is wrong between connections of one load balancer, whichever stacks hold them."""
    return [
        *certificates.check_connections(
            published, shard.certificates, account_id=shard.account_id, region=shard.region
        ),
        # A host that is in two connections by mistake has one message, not two.
        *(routes.check(published) or dns.check_owners(published)),
    ]


def plan(
    published: Mapping[str, Connection], contracts: Mapping[str, Contract], shard: Shard, *, stack: str
) -> tuple[ConnectionPlan, ...]:
    """The connections' plans by name; `check` must have found nothing. `stack` is the one that holds them."""
    return tuple(
        connections.plan_connection(
            name,
            connection,
            contracts,
            stack=stack,
            region=shard.region,
            subnets={subnet.zone_id: subnet for subnet in shard.endpoint_subnets},
            zone_id=shard.zone_id,
        )
        for name, connection in sorted(published.items())
    )
