"""What a shard costs before its first connection, from its stack file."""

from __future__ import annotations

from privatelink_ingress.fleet.shards import ShardStacks
from privatelink_ingress.plan.capacity import cost
from privatelink_ingress.plan.capacity.bills import Bill
from privatelink_ingress.plan.capacity.prices import PriceList
from privatelink_ingress.plan.edge.firewall.web_acl import of_shard


def bill(
    shard: ShardStacks,
    *,
    zones: int,
    alarm_metrics: int | None,
    price_list: PriceList,
    million_requests: float = 0.0,
    log_gb: float = 0.0,
) -> Bill:
    """The shard's bill; the arguments are those of `cost.shard_cost`."""
    settings = shard.edge.settings
    web_acl = of_shard(settings, name="")
    return cost.shard_cost(
        shard.edge.region,
        zones=zones,
        firewall_rules=web_acl.charged_rules,
        own_web_acl=web_acl.existing_arn is None,
        firewall_capacity=web_acl.capacity,
        firewall_fees=web_acl.fees,
        verifies_clients=settings.load_balancer.mutual_tls.mode == "verify",
        million_requests=million_requests,
        log_gb=log_gb,
        alarm_metrics=alarm_metrics,
        dashboard=settings.dashboards,
        price_list=price_list,
    )
