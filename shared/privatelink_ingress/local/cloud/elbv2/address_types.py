"""IP address types of load balancers."""

from __future__ import annotations

from typing import Any

from moto.elbv2.responses import ELBV2Response

from privatelink_ingress.local.cloud.hardening import Params, before, refuse


@before(ELBV2Response, "set_ip_address_type")
def dualstack_needs_ipv6_in_each_subnet(response: Any, params: Params) -> None:
    """AWS: InvalidSubnet (API reference, SetIpAddressType).

    Application Load Balancers guide, "Update the IP address types": the subnets have associated IPv6 CIDR blocks.
    """
    balancer = response.elbv2_backend.load_balancers.get(params["LoadBalancerArn"])
    if balancer is None or params["IpAddressType"] == "ipv4":
        return
    if without := sorted(each.id for each in balancer.subnets if not each.ipv6_cidr_block_associations):
        refuse("InvalidSubnet", f"You must specify subnets with an associated IPv6 CIDR block: {', '.join(without)}")
