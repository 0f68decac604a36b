"""IPv6 ranges of VPCs and subnets: refusals of AWS that moto lacks."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv6Network
from typing import Any

from moto.ec2.models.subnets import Subnet
from moto.ec2.responses import EC2Response
from moto.elbv2.models import elbv2_backends

from privatelink_ingress.local.cloud.hardening import Params, before, computed, refuse

SUBNET_PREFIX = 64


def ipv6_ranges(subnet: Any) -> Iterator[IPv6Network]:
    """The IPv6 ranges that a subnet has now: moto keeps former ones too."""
    for association in subnet.ipv6_cidr_block_associations.values():
        if association["ipv6CidrBlockState"]["State"] == "associated":
            yield IPv6Network(association["ipv6CidrBlock"])


@computed(Subnet, "ipv6_cidr_block_association_set")
def described(subnet: Any) -> list[dict[str, Any]]:
    """The state of a range is a word (API reference, SubnetCidrBlockState), and a mapping in moto."""
    held = subnet.ipv6_cidr_block_associations.values()
    return [
        {
            "associationId": one["associationId"],
            "ipv6CidrBlock": one["ipv6CidrBlock"],
            "ipv6CidrBlockState": {"state": "associated"},
        }
        for one in held
        if one["ipv6CidrBlockState"]["State"] == "associated"
    ]


@before(EC2Response, "create_subnet")
def a_new_subnet_lies_in_the_range_of_its_vpc(response: Any, params: Params) -> None:
    """AWS: InvalidSubnet.Range, InvalidSubnet.Conflict (API reference, CreateSubnet: Ipv6CidrBlock)."""
    if cidr := params.get("Ipv6CidrBlock"):
        _require_room(response.ec2_backend, params["VpcId"], cidr)


@before(EC2Response, "associate_subnet_cidr_block")
def a_subnet_has_one_range(response: Any, params: Params) -> None:
    """AWS: a subnet has one IPv6 range, of its VPC's (API reference, AssociateSubnetCidrBlock)."""
    subnet = response.ec2_backend.get_subnet(params["SubnetId"])
    if held := next(ipv6_ranges(subnet), None):
        refuse("InvalidSubnet.Conflict", f"{subnet.id} already has the IPv6 CIDR {held}")
    _require_room(response.ec2_backend, subnet.vpc_id, params["Ipv6CidrBlock"])


@before(EC2Response, "disassociate_subnet_cidr_block")
def a_range_with_addresses_stays(response: Any, params: Params) -> None:
    """AWS: its IPv6 addresses leave first (API reference, DisassociateSubnetCidrBlock). Load balancers hold some."""
    ec2 = response.ec2_backend
    subnet = ec2.get_subnet_from_ipv6_association(params["AssociationId"])
    balancers = elbv2_backends[ec2.account_id][ec2.region_name].load_balancers.values()
    for balancer in balancers if subnet else ():
        if balancer.ip_address_type != "ipv4" and subnet.id in {each.id for each in balancer.subnets}:
            refuse("InvalidCidrBlock.InUse", f"The IPv6 CIDR of {subnet.id} has addresses of {balancer.name}.")


@before(EC2Response, "disassociate_vpc_cidr_block")
def an_ipv6_range_with_subnets_stays(response: Any, params: Params) -> None:
    """AWS: the ranges of subnets leave first (API reference, DisassociateVpcCidrBlock)."""
    for vpc in response.ec2_backend.vpcs.values():
        entry = vpc._cidr_block_association_set.get(params["AssociationId"])
        if entry and ":" in entry["cidr_block"]:
            whole = IPv6Network(entry["cidr_block"])
            subnets = response.ec2_backend.describe_subnets(filters={"vpc-id": vpc.id})
            held = [subnet.id for subnet in subnets if any(map(whole.overlaps, ipv6_ranges(subnet)))]
            if held:
                refuse("InvalidCidrBlock.InUse", f"The CIDR '{whole}' is in use by {', '.join(sorted(held))}.")


def _require_room(ec2: Any, vpc_id: str, cidr: str) -> None:
    new = IPv6Network(cidr)
    ranges = [
        IPv6Network(entry["cidr_block"])
        for entry in ec2.get_vpc(vpc_id).get_cidr_block_association_set(ipv6=True)
        if entry["cidr_block_state"]["state"] == "associated"
    ]
    if new.prefixlen != SUBNET_PREFIX or not any(new.subnet_of(whole) for whole in ranges):
        refuse("InvalidSubnet.Range", f"The CIDR '{new}' is invalid.")
    for subnet in ec2.describe_subnets(filters={"vpc-id": vpc_id}):
        if new in ipv6_ranges(subnet):
            refuse("InvalidSubnet.Conflict", f"The CIDR '{new}' conflicts with {subnet.id}")
