"""The names of a connection."""

from __future__ import annotations

import pulumi_aws as aws
from pulumi import Input, ResourceOptions


def alias_record(
    name: str,
    *,
    host: str,
    type_: str,
    zone_id: str,
    alb_dns_name: Input[str],
    alb_zone_id: Input[str],
    opts: ResourceOptions,
) -> aws.route53.Record:
    """The alias record of `host` in the hosted zone `zone_id`, of type A, or AAAA for IPv6."""
    return aws.route53.Record(
        name,
        zone_id=zone_id,
        name=host,
        type=type_,
        aliases=[
            {
                "name": alb_dns_name,
                "zone_id": alb_zone_id,
                # True would take all names away as soon as one connection's targets are unhealthy:
                # https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-target-groups.html
                "evaluate_target_health": False,
            }
        ],
        opts=opts,
    )
