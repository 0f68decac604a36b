"""The Application Load Balancer."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

import pulumi_aws as aws
from pulumi import Input, Output, Resource, ResourceOptions

from privatelink_ingress.components.base import Component
from privatelink_ingress.plan.edge.logs import ACCESS, CONNECTION, HEALTH_CHECK
from privatelink_ingress.settings.ipv6 import has_addresses
from privatelink_ingress.settings.load_balancer import LoadBalancer as LoadBalancerSettings


@dataclasses.dataclass(frozen=True, kw_only=True)
class LoadBalancerArgs:
    """What to build."""

    load_balancer_name: str
    settings: LoadBalancerSettings
    subnet_ids: Sequence[Input[str]]
    security_group_id: Input[str]
    log_bucket: Input[str]
    after: Sequence[Resource]
    """What must be there first: the internet route, and the bucket's policy, since AWS tries out at once to write."""
    tags: Mapping[str, str]


class LoadBalancer(Component):
    """Internet-facing and hardened; its listeners come after the firewall, so that nothing is served without it."""

    arn: Output[str]
    dns_name: Output[str]
    zone_id: Output[str]
    """Hosted zone of `dns_name`, for alias records."""
    arn_suffix: Output[str]
    """By which metrics call it."""

    def __init__(self, name: str, args: LoadBalancerArgs, opts: ResourceOptions | None = None) -> None:
        """One load balancer."""
        super().__init__(name, opts)
        balancer = aws.lb.LoadBalancer(
            name,
            name=args.load_balancer_name,
            load_balancer_type="application",
            internal=False,
            ip_address_type="dualstack" if has_addresses(args.settings.ipv6) else "ipv4",
            subnets=args.subnet_ids,
            security_groups=[args.security_group_id],
            idle_timeout=args.settings.idle_timeout,
            enable_deletion_protection=args.settings.deletion_protection,
            enable_zonal_shift=args.settings.zonal_shift,
            drop_invalid_header_fields=True,
            desync_mitigation_mode="defensive",
            # The controller's host rules see the host header exactly as the client sent it.
            preserve_host_header=True,
            xff_header_processing_mode="append",
            # Without an answer of the firewall, no answer to the client.
            enable_waf_fail_open=False,
            access_logs={"bucket": args.log_bucket, "prefix": ACCESS, "enabled": True},
            connection_logs={"bucket": args.log_bucket, "prefix": CONNECTION, "enabled": True},
            health_check_logs={"bucket": args.log_bucket, "prefix": HEALTH_CHECK, "enabled": True},
            tags=self.named("", args.tags),
            # A replacement is refused in the preview: it would take every connection down.
            opts=self.child(depends_on=args.after, protect=args.settings.deletion_protection),
        )
        self.arn = balancer.arn
        self.dns_name = balancer.dns_name
        self.zone_id = balancer.zone_id
        self.arn_suffix = balancer.arn_suffix
        self.publish()
