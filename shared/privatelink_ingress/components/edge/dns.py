"""The names of all connections."""

from __future__ import annotations

import dataclasses

import pulumi_aws as aws
from pulumi import Input, ResourceOptions

from privatelink_ingress.components.base import Component
from privatelink_ingress.plan.edge import DnsPlan


@dataclasses.dataclass(frozen=True, kw_only=True)
class DnsArgs:
    """What to build."""

    plan: DnsPlan
    load_balancer_dns_name: Input[str]
    load_balancer_zone_id: Input[str]


class Dns(Component):
    """One alias record per host. The edge owns them: a host that two connections share outlives either of them."""

    def __init__(self, name: str, args: DnsArgs, opts: ResourceOptions | None = None) -> None:
        """Records by host."""
        super().__init__(name, opts)
        for host in args.plan.hosts:
            aws.route53.Record(
                f"{name}-{host}",
                zone_id=args.plan.zone_id,
                name=host,
                type="A",
                aliases=[
                    {
                        "name": args.load_balancer_dns_name,
                        "zone_id": args.load_balancer_zone_id,
                        # True would take all names away as soon as one connection's targets are unhealthy:
                        # https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-target-groups.html
                        "evaluate_target_health": False,
                    }
                ],
                opts=self.child(),
            )
        self.publish()
