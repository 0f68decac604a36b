"""Secondary ranges of a VPC: refusals of AWS that moto lacks."""

from __future__ import annotations

from ipaddress import IPv4Network
from typing import Any

from moto.ec2.responses import EC2Response

from privatelink_ingress.local.cloud.ec2.network import canonical
from privatelink_ingress.local.cloud.hardening import Params, before, refuse

PRIVATE = tuple(IPv4Network(cidr) for cidr in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"))
KEPT_BY_AWS = IPv4Network("198.19.0.0/16")


@before(EC2Response, "associate_vpc_cidr_block")
def a_further_range_fits_beside_the_others(response: Any, params: Params) -> None:
    """AWS: InvalidVpc.Range, by the table "IPv4 CIDR block association restrictions" (VPC user guide)."""
    if "CidrBlock" not in params:
        return
    response.params["CidrBlock"] = canonical("Vpc", params["CidrBlock"])
    new = IPv4Network(response.params["CidrBlock"])
    vpc = response.ec2_backend.get_vpc(params["VpcId"])
    there = [
        IPv4Network(entry["cidr_block"])
        for entry in vpc.get_cidr_block_association_set()
        if entry["cidr_block_state"]["state"] == "associated"
    ]
    for one in there:
        if new.overlaps(one):
            refuse("InvalidVpc.Range", f"The CIDR '{new}' conflicts with the CIDR '{one}' of {vpc.id}.")
    if new.overlaps(KEPT_BY_AWS) or any(_restricted(new, one) for one in there):
        refuse(
            "InvalidVpc.Range",
            f"The CIDR '{new}' is restricted. Use a CIDR from the same private address range as the current VPC CIDR, "
            "or use a publicly-routable CIDR.",
        )


@before(EC2Response, "disassociate_vpc_cidr_block")
def a_range_with_subnets_stays(response: Any, params: Params) -> None:
    """AWS: a range can be disassociated only without subnets (EC2 DisassociateVpcCidrBlock)."""
    for vpc in response.ec2_backend.vpcs.values():
        entry = vpc._cidr_block_association_set.get(params["AssociationId"])
        if entry is None or ":" in entry["cidr_block"]:  # of IPv6: `ipv6_ranges`
            continue
        subnets = response.ec2_backend.describe_subnets(filters={"vpc-id": vpc.id})
        held = [subnet.id for subnet in subnets if subnet.cidr.overlaps(IPv4Network(entry["cidr_block"]))]
        if held:
            message = f"The CIDR '{entry['cidr_block']}' is in use by {', '.join(sorted(held))}."
            refuse("InvalidCidrBlock.InUse", message)


def _restricted(new: IPv4Network, there: IPv4Network) -> bool:
    range_of_new = next((private for private in PRIVATE if new.subnet_of(private)), None)
    if range_of_new is None:
        return False
    if not there.subnet_of(range_of_new):
        return True
    return (there.subnet_of(IPv4Network("10.0.0.0/15")) and new.subnet_of(IPv4Network("10.0.0.0/16"))) or new.subnet_of(
        IPv4Network("172.31.0.0/16")
    )
