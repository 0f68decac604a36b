"""The network interfaces of a load balancer: one in each of its subnets, with its security groups."""

from __future__ import annotations

import ipaddress
from typing import Any

from privatelink_ingress.local.cloud.ec2.addresses import free_address, is_reserved, taken
from privatelink_ingress.local.cloud.hardening import refuse


def interfaces(ec2: Any, arn: str) -> list[Any]:
    """The network interfaces of the load balancer `arn`: AWS marks them `ELB app/<name>/<id>` or `ELB net/…`."""
    description = _description(arn)
    return [interface for interface in ec2.enis.values() if interface.description == description]


def interfaces_follow(ec2: Any, balancer: Any, addresses: dict[str, str | None]) -> None:
    """One interface in each subnet of a balancer, and in no other; `addresses` has those chosen, by subnet."""
    present = {interface.subnet.id: interface for interface in interfaces(ec2, balancer.arn)}
    wanted = {subnet.id: subnet for subnet in balancer.subnets}
    for subnet_id in present.keys() - wanted.keys():
        ec2.delete_network_interface(present.pop(subnet_id).id)
    for subnet_id in sorted(wanted.keys() - present.keys()):
        address = addresses.get(subnet_id) or free_address(ec2, wanted[subnet_id])
        present[subnet_id] = ec2.create_network_interface(
            wanted[subnet_id], address, group_ids=balancer.security_groups, description=_description(balancer.arn)
        )
    for interface in present.values():
        interface.status, interface.requester_managed, interface.requester_id = "in-use", True, "amazon-elb"
        interface.interface_type = "network_load_balancer" if balancer.type == "network" else "interface"
        interface._group_set = [ec2.get_security_group_from_id(group) for group in balancer.security_groups]


def require_free(ec2: Any, subnet: Any, address: str) -> None:
    """A chosen address lies in the subnet, is not one of AWS's five, and is free."""
    wanted = ipaddress.IPv4Address(address)
    if wanted not in subnet.cidr or is_reserved(subnet, wanted):
        refuse("ValidationError", f"The private IPv4 address '{address}' is not valid for subnet '{subnet.id}'")
    if address in taken(ec2, subnet):
        refuse("ValidationError", f"The private IPv4 address '{address}' is in use in subnet '{subnet.id}'")


def _description(arn: str) -> str:
    return f"ELB {arn.partition(':loadbalancer/')[2]}"
