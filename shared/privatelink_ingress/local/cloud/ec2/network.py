"""VPCs, subnets, route tables and internet gateways: refusals of AWS that moto lacks."""

from __future__ import annotations

import ipaddress
import re
from typing import Any

from moto.ec2.models.availability_zones_and_regions import RegionsAndZonesBackend
from moto.ec2.responses import EC2Response
from moto.elbv2.models import elbv2_backends

from privatelink_ingress.local.cloud.hardening import Params, after, before, refuse, undo

LARGEST, SMALLEST = 16, 28
"""Prefix lengths that a VPC and a subnet may have (VPC user guide, "VPC CIDR blocks" and "Subnet CIDR blocks")."""


BLOCK = re.compile(r"[0-9]{1,3}(\.[0-9]{1,3}){3}/[0-9]{1,2}")
"""An address and a prefix: EC2 takes no bare address and no mask."""

RESERVED = tuple(
    ipaddress.IPv4Network(block) for block in ("0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/3")
)
"""No VPC is in one of these (VPC user guide, "VPC CIDR blocks")."""


def canonical(kind: str, cidr: str) -> str:
    """The block without host bits; InvalidVpc.Range or InvalidSubnet.Range outside /16../28."""
    if not BLOCK.fullmatch(cidr):
        message = f"Value ({cidr}) for parameter cidrBlock is invalid. This is not a valid CIDR block."
        refuse("InvalidParameterValue", message)
    try:
        network = ipaddress.IPv4Network(cidr, strict=False)
    except ValueError:
        refuse("InvalidParameterValue", f"Value ({cidr}) for parameter cidrBlock is invalid. This is not a CIDR block.")
    if not LARGEST <= network.prefixlen <= SMALLEST:
        refuse(f"Invalid{kind}.Range", f"The CIDR '{cidr}' is invalid: a block is between /{LARGEST} and /{SMALLEST}.")
    if kind == "Vpc" and any(block.overlaps(network) for block in RESERVED):
        refuse("InvalidVpc.Range", f"The CIDR '{cidr}' is invalid.")
    return str(network)


@before(EC2Response, "create_vpc")
def a_vpc_block_is_canonical_and_of_a_legal_size(response: Any, params: Params) -> None:
    """AWS: InvalidVpc.Range outside /16../28; 100.68.0.18/18 becomes 100.68.0.0/18 (EC2 CreateVpc, CidrBlock)."""
    if "CidrBlock" in params:
        response.params["CidrBlock"] = canonical("Vpc", params["CidrBlock"])


@before(EC2Response, "detach_internet_gateway")
def a_gateway_stays_while_addresses_are_mapped(response: Any, params: Params) -> None:
    """AWS: DependencyViolation, "has some mapped public address(es)" (EC2 DetachInternetGateway)."""
    vpc_id = params["VpcId"]
    balancers = elbv2_backends[response.current_account][response.region].load_balancers.values()
    if any(balancer.vpc_id == vpc_id and balancer.scheme == "internet-facing" for balancer in balancers):
        refuse(
            "DependencyViolation",
            f"Network {vpc_id} has some mapped public address(es). Please unmap those public address(es) before "
            "detaching the gateway.",
        )


@before(EC2Response, "create_subnet")
def a_subnet_block_is_canonical_and_of_a_legal_size(response: Any, params: Params) -> None:
    """AWS: InvalidSubnet.Range outside /16../28; host bits are cleared as for a VPC (EC2 CreateSubnet, CidrBlock)."""
    if "CidrBlock" in params:
        response.params["CidrBlock"] = canonical("Subnet", params["CidrBlock"])


@before(EC2Response, "create_subnet")
def subnets_are_in_a_zone_of_the_region(response: Any, params: Params) -> None:
    """AWS: InvalidParameterValue naming the zones of the Region; moto takes a zone id of any Region."""
    zones = RegionsAndZonesBackend.zones[response.region]
    for parameter, known in (
        ("AvailabilityZoneId", [zone.zone_id for zone in zones]),
        ("AvailabilityZone", [zone.name for zone in zones]),
    ):
        value = params.get(parameter)
        if value is not None and value not in known:
            spelled = parameter[0].lower() + parameter[1:]
            refuse(
                "InvalidParameterValue",
                f"Value ({value}) for parameter {spelled} is invalid. Subnets can currently only be created in the "
                f"following availability zones: {', '.join(sorted(known))}.",
            )


@undo(EC2Response, "create_subnet")
def no_subnet(response: Any, params: Params, answer: Any) -> None:
    """After a failed effect."""
    response.ec2_backend.delete_subnet(answer.result["Subnet"].id)


@after(EC2Response, "create_subnet")
def a_new_subnet_is_neither_default_nor_public(response: Any, params: Params, answer: Any) -> Any:
    """AWS: only CreateDefaultSubnet creates a default subnet; moto marks the first one created by zone id."""
    subnet = answer.result["Subnet"]
    subnet.default_for_az = subnet.map_public_ip_on_launch = False
    return answer


@before(EC2Response, "modify_subnet_attribute")
def the_hostname_type_of_a_subnet_is_kept(response: Any, params: Params) -> None:
    """AWS: PrivateDnsHostnameTypeOnLaunch is ip-name or resource-name (EC2 ModifySubnetAttribute); moto drops it."""
    kind = params.get("PrivateDnsHostnameTypeOnLaunch")
    if kind is None:
        return
    if kind not in ("ip-name", "resource-name"):
        refuse("InvalidParameterValue", f"Value ({kind}) for parameter privateDnsHostnameTypeOnLaunch is invalid.")
    response.ec2_backend.get_subnet(params["SubnetId"]).private_dns_name_options_on_launch["HostnameType"] = kind


@before(EC2Response, "delete_subnet")
def subnets_with_interfaces_stay(response: Any, params: Params) -> None:
    """AWS: DependencyViolation (EC2 DeleteSubnet: "You must terminate all running instances in the subnet")."""
    subnet_id, backend = params["SubnetId"], response.ec2_backend
    holders = sorted(eni.id for eni in backend.enis.values() if eni.subnet.id == subnet_id)
    if holders:
        refuse(
            "DependencyViolation",
            f"The subnet '{subnet_id}' has dependencies and cannot be deleted: {', '.join(holders)}.",
        )


@after(EC2Response, "delete_subnet")
def a_deleted_subnet_leaves_its_route_table(response: Any, params: Params, answer: Any) -> Any:
    """AWS drops the association with the subnet; moto keeps it, and then refuses to delete the route table."""
    for table in response.ec2_backend.route_tables.values():
        for association_id, holder in list(table._associations.items()):
            if holder == params["SubnetId"]:
                del table._associations[association_id]
    return answer


@before(EC2Response, "delete_vpc")
def vpcs_in_use_stay(response: Any, params: Params) -> None:
    """AWS: DependencyViolation while a gateway, endpoint, interface or security group remains (EC2 DeleteVpc)."""
    vpc_id, backend = params["VpcId"], response.ec2_backend
    left = [igw.id for igw in backend.internet_gateways.values() if igw.vpc and igw.vpc.id == vpc_id]
    left += [group.id for group in backend.groups[vpc_id].values() if group.name != "default"]
    left += [endpoint.id for endpoint in backend.vpc_end_points.values() if endpoint.vpc_id == vpc_id]
    left += [eni.id for eni in backend.enis.values() if eni.vpc_id == vpc_id]
    if left:
        refuse(
            "DependencyViolation",
            f"The vpc '{vpc_id}' has dependencies and cannot be deleted: {', '.join(sorted(left))}.",
        )


@after(EC2Response, "delete_vpc")
def a_deleted_vpc_takes_its_network_acl_along(response: Any, params: Params, answer: Any) -> Any:
    """AWS deletes the default network ACL with the VPC (EC2 DeleteVpc); moto keeps it."""
    acls = response.ec2_backend.network_acls
    for acl in [one for one in acls.values() if one.default and one.vpc_id == params["VpcId"]]:
        del acls[acl.id]
    return answer


@before(EC2Response, "associate_route_table")
def a_subnet_has_one_route_table(response: Any, params: Params) -> None:
    """AWS: Resource.AlreadyAssociated (EC2 AssociateRouteTable); moto answers with the first association."""
    subnet_id = params.get("SubnetId")
    for table in response.ec2_backend.route_tables.values():
        for association_id, holder in table._associations.items():
            if subnet_id and holder == subnet_id:
                refuse(
                    "Resource.AlreadyAssociated",
                    f"the specified association for route table {params['RouteTableId']} conflicts with an existing "
                    f"association: {association_id} of subnet {subnet_id} with {table.id}",
                )


@before(EC2Response, "associate_route_table")
def a_route_table_serves_its_own_vpc(response: Any, params: Params) -> None:
    """AWS: InvalidParameterValue when the table and the subnet are in different VPCs (EC2 AssociateRouteTable)."""
    if "SubnetId" not in params:
        return
    table = response.ec2_backend.get_route_table(params["RouteTableId"])
    subnet = response.ec2_backend.get_subnet(params["SubnetId"])
    if table.vpc_id != subnet.vpc_id:
        refuse("InvalidParameterValue", f"Route table {table.id} and subnet {subnet.id} belong to different networks")


@before(EC2Response, "create_route", "replace_route")
def a_route_goes_through_a_gateway_of_its_vpc(response: Any, params: Params) -> None:
    """AWS: InvalidParameterValue when the internet gateway is not attached to the VPC (EC2 CreateRoute)."""
    if params.get("DestinationCidrBlock") == "":
        refuse("InvalidParameterValue", "Value () for parameter destinationCidrBlock is invalid.")
    gateway_id = params.get("GatewayId", "")
    gateway = response.ec2_backend.internet_gateways.get(gateway_id)
    if gateway is None:
        return
    table = response.ec2_backend.get_route_table(params["RouteTableId"])
    if gateway.vpc is None or gateway.vpc.id != table.vpc_id:
        message = f"route table {table.id} and network gateway {gateway_id} belong to different networks"
        refuse("InvalidParameterValue", message)


@before(EC2Response, "attach_internet_gateway")
def a_vpc_has_one_internet_gateway(response: Any, params: Params) -> None:
    """AWS: InvalidParameterValue, "already has an internet gateway attached" (VPC quota: one per VPC)."""
    vpc_id = params["VpcId"]
    for gateway in response.ec2_backend.internet_gateways.values():
        if gateway.vpc and gateway.vpc.id == vpc_id and gateway.id != params["InternetGatewayId"]:
            refuse("InvalidParameterValue", f"Network {vpc_id} already has an internet gateway attached")
