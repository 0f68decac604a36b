"""What is broken on a shard with `loadBalancer.ipv6: published`, one thing at a time, and what `doctor` says."""

from __future__ import annotations

from privatelink_ingress.trace.dns_hop import HOP
from tests.support.breakages import HOST, Breakage, Sides


def no_ipv6_record(sides: Sides) -> None:
    sides.record("DELETE", type_="AAAA")


def no_ipv6_addresses(sides: Sides) -> None:
    sides.elbv2.set_ip_address_type(LoadBalancerArn=sides.balancer["LoadBalancerArn"], IpAddressType="ipv4")


IPV6 = (
    Breakage(
        what="the AAAA record is deleted, where IPv6 is published",
        do=no_ipv6_record,
        where=HOP,
        reason=f"{HOST} has no AAAA record, so IPv6 clients get no address",
        severity="warning",
    ),
    Breakage(
        what="the load balancer loses its IPv6 addresses, where IPv6 is published",
        do=no_ipv6_addresses,
        where=HOP,
        reason=f"{HOST} has an AAAA record, but the load balancer has only IPv4 addresses",
        severity="warning",
    ),
    Breakage(
        what="the load balancer loses its IPv6 addresses, where IPv6 is published",
        do=no_ipv6_addresses,
        where="Load balancer",
        reason="its address type is ipv4, not dualstack",
        severity="warning",
        connection="all connections",
    ),
)
"""Breakages of the sample shard with IPv6."""
