"""Settings of a shard's Application Load Balancer: what holds for every connection on it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from privatelink_ingress.settings.fields import UNIQUE, InvalidSetting, Settings
from privatelink_ingress.settings.ipv6 import Ipv6Stage, everyone
from privatelink_ingress.settings.mutual_tls import MutualTls
from privatelink_ingress.settings.networks import Cidr, ClientCidr
from privatelink_ingress.settings.pages import NOT_FOUND, FixedPage
from privatelink_ingress.settings.response_headers import ResponseHeaders

# What Security Hub control ELB.17 accepts: https://docs.aws.amazon.com/securityhub/latest/userguide/elb-controls.html
TlsPolicy = Literal[
    "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09",
    "ELBSecurityPolicy-TLS13-1-2-Res-FIPS-PQ-2025-09",
    "ELBSecurityPolicy-TLS13-1-2-Res-2021-06",
    "ELBSecurityPolicy-TLS13-1-2-Res-FIPS-2023-04",
    "ELBSecurityPolicy-TLS13-1-3-PQ-2025-09",
    "ELBSecurityPolicy-TLS13-1-3-FIPS-PQ-2025-09",
    "ELBSecurityPolicy-TLS13-1-3-2021-06",
    "ELBSecurityPolicy-TLS13-1-3-FIPS-2023-04",
]


def _idle(seconds: int) -> int:
    if not 1 <= seconds <= LONGEST_IDLE:
        remedy = "Write 60; a longer time also needs a longer keepalive-timeout in every workload's controller.config."
        raise InvalidSetting(f"is {seconds}, but must be from 1 to {LONGEST_IDLE}", remedy)
    return seconds


LONGEST_IDLE = 349
"""Seconds; a network load balancer forgets a flow that is idle for 350:
https://docs.aws.amazon.com/elasticloadbalancing/latest/network/network-load-balancers.html#connection-idle-timeout"""


class LoadBalancer(Settings):
    """The Application Load Balancer."""

    tls_policy: TlsPolicy = "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09"
    ipv6: Ipv6Stage = "none"
    """IPv6 clients: `published` has all of it. The other stages are for the way back: docs/ipv6.md."""
    allowed_cidrs: Annotated[
        tuple[ClientCidr, ...],
        Field(min_length=1, default_factory=lambda data: everyone(data.get("ipv6", "none"))),
        UNIQUE,
    ]
    """Client networks that may reach port 443; `limits.securityGroupRules` says how many of IPv4, and of IPv6. When not
    set, also ::/0 where `ipv6` is addresses or published."""
    redirect_http: bool = False
    """True adds a port-80 listener that redirects to HTTPS (and fails Security Hub control ELB.18)."""
    deletion_protection: bool = True
    """While true, AWS refuses to delete the load balancer, and Pulumi to replace it, its VPC and its HTTPS listener."""
    zonal_shift: bool = False
    """True lets an operator, or zonal autoshift, move all requests out of one Availability Zone until it recovers:
    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/zonal-shift.html"""
    not_found_page: FixedPage = NOT_FOUND
    """The answer, 404, to a request that no connection answers to."""
    idle_timeout: Annotated[int, AfterValidator(_idle)] = 60
    """Seconds; below the 350 s after which the network load balancer drops an idle flow."""
    response_headers: ResponseHeaders = ResponseHeaders()
    mutual_tls: MutualTls = Field(default_factory=MutualTls)
    """Client certificates, which the listener asks of every client: docs/mutual-tls.md."""
    issuer_cidrs: Annotated[tuple[Cidr, ...], UNIQUE] = ()
    """Networks of identity providers, which the load balancer then reaches on port 443: where attached stacks sign
    clients in, and to narrow the 0.0.0.0/0 that a connection of this file opens with `signIn`."""
