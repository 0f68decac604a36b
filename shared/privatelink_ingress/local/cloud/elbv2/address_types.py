"""IP address types of load balancers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from moto.ec2.models import ec2_backends
from moto.elbv2.responses import ELBV2Response

from privatelink_ingress.local.cloud.ec2.ipv6_ranges import ipv6_ranges
from privatelink_ingress.local.cloud.hardening import Params, before, refuse


@before(ELBV2Response, "set_ip_address_type")
def dualstack_needs_ipv6_in_each_subnet(response: Any, params: Params) -> None:
    """AWS: InvalidSubnet (API reference, SetIpAddressType).

    Application Load Balancers guide, "Update the IP address types": the subnets have associated IPv6 CIDR blocks.
    """
    balancer = response.elbv2_backend.load_balancers.get(params["LoadBalancerArn"])
    if balancer is not None and params["IpAddressType"] != "ipv4":
        _require_ipv6(balancer.subnets)


@before(ELBV2Response, "create_load_balancer")
def a_new_dualstack_balancer_needs_ipv6_in_each_subnet(response: Any, params: Params) -> None:
    """As above (API reference, CreateLoadBalancer: IpAddressType)."""
    if params.get("IpAddressType", "ipv4") != "ipv4":
        ec2 = ec2_backends[response.current_account][response.region]
        ids = params.get("Subnets") or [each["SubnetId"] for each in params.get("SubnetMappings", ())]
        _require_ipv6(map(ec2.get_subnet, ids))


def _require_ipv6(subnets: Iterable[Any]) -> None:
    if without := sorted(each.id for each in subnets if not any(ipv6_ranges(each))):
        refuse("InvalidSubnet", f"You must specify subnets with an associated IPv6 CIDR block: {', '.join(without)}")
