"""The connections of one stack on the load balancer of a shard, its own or another's."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping

from privatelink_ingress.contract import Contract
from privatelink_ingress.plan import certificates, connections, routes
from privatelink_ingress.plan.certificates import Coverage
from privatelink_ingress.plan.connections import ConnectionPlan
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
        *_check_names(published),
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
        *routes.check(published),
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


def _check_names(published: Mapping[str, Connection]) -> list[Problem]:
    """Hosts that Route 53 cannot hold: it knows one wildcard, `*` as the whole first label.

    https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DomainNameFormat.html
    """
    return [
        Problem(
            f"connections.{name}",
            f"{host} can have no DNS record: there, only a whole first label can be a wildcard",
            f"Write *.{host.split('.', 1)[1]}, or list the hosts.",
        )
        for name, connection in sorted(published.items())
        for host in routes.hosts(connection)
        if re.search(r"[*?]", host.removeprefix("*."))
    ]
