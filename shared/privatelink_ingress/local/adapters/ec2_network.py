"""VPCs, subnets, routes and internet gateways."""

from __future__ import annotations

import ipaddress
import zlib
from collections.abc import Mapping, Sequence
from typing import Any

from privatelink_ingress import tokens as t
from privatelink_ingress.local.adapters.base import Adapter, AdapterError, Aws, Created, Properties
from privatelink_ingress.local.adapters.calls import call

VPC_SWITCHES = ("enableDnsSupport", "enableDnsHostnames", "enableNetworkAddressUsageMetrics")
SUBNET_SWITCHES = (
    "mapPublicIpOnLaunch",
    "assignIpv6AddressOnCreation",
    "enableResourceNameDnsARecordOnLaunch",
    "privateDnsHostnameTypeOnLaunch",
)
DESTINATIONS = ("destinationCidrBlock", "destinationIpv6CidrBlock", "destinationPrefixListId")
ROUTE_NAMES = {
    "cidrBlock": "DestinationCidrBlock",
    "ipv6CidrBlock": "DestinationIpv6CidrBlock",
    "egressOnlyGatewayId": "EgressOnlyInternetGatewayId",
}


def arn(aws: Aws, kind: str, id_: str) -> str:
    """The ARN of an EC2 resource for which the API returns none."""
    return f"arn:aws:ec2:{aws.region}:{aws.account_id}:{kind}/{id_}"


def require_network(type_: str, key: str, cidr: str | None) -> None:
    """The provider refuses a block with host bits before AWS would silently clear them.

    Raises:
        AdapterError: `cidr` is not a block, or has host bits.
    """
    if cidr is None:
        return
    try:
        network = ipaddress.ip_network(cidr, strict=False)
    except ValueError:
        raise AdapterError(f"{type_}: input `{key}`: {cidr!r} is not a CIDR block") from None
    if ipaddress.ip_interface(cidr).ip != network.network_address:
        raise AdapterError(f"{type_}: input `{key}`: {cidr} has host bits set; write {network}")


def one(aws: Aws, type_: str, operation: str, result: str, **filters: str) -> dict[str, Any]:
    """The only result of a describe operation, by filters (underscores for hyphens, double ones for dots)."""
    wanted = [{"Name": name.replace("__", ".").replace("_", "-"), "Values": [value]} for name, value in filters.items()]
    found = call(aws, "ec2", operation, {}, type_=type_, extra={"Filters": wanted})[result]
    if len(found) != 1:
        raise AdapterError(f"{type_}: {operation} found {len(found)} of {filters}, not one")
    return found[0]


def _create_vpc(aws: Aws, inputs: Properties) -> Created:
    rest = dict(inputs)
    switches = {name: rest.pop(name) for name in VPC_SWITCHES if name in rest}
    require_network(t.VPC, "cidrBlock", rest.get("cidrBlock"))
    names = {"assignGeneratedIpv6CidrBlock": "AmazonProvidedIpv6CidrBlock"}
    vpc = call(aws, "ec2", "CreateVpc", rest, type_=t.VPC, rename=names)["Vpc"]
    vpc_id = vpc["VpcId"]
    switch(aws, t.VPC, "ModifyVpcAttribute", {"VpcId": vpc_id}, VPC_SWITCHES, switches)
    read = {name: vpc_switch(aws, vpc_id, name) for name in VPC_SWITCHES}
    main = one(aws, t.VPC, "DescribeRouteTables", "RouteTables", vpc_id=vpc_id, association__main="true")
    acl = one(aws, t.VPC, "DescribeNetworkAcls", "NetworkAcls", vpc_id=vpc_id, default="true")
    group = one(aws, t.VPC, "DescribeSecurityGroups", "SecurityGroups", vpc_id=vpc_id, group_name="default")
    return Created(
        vpc_id,
        read
        | {
            "arn": arn(aws, "vpc", vpc_id),
            "cidrBlock": vpc["CidrBlock"],
            "defaultNetworkAclId": acl["NetworkAclId"],
            "defaultRouteTableId": main["RouteTableId"],
            "defaultSecurityGroupId": group["GroupId"],
            "dhcpOptionsId": vpc["DhcpOptionsId"],
            "instanceTenancy": vpc["InstanceTenancy"],
            "mainRouteTableId": main["RouteTableId"],
            "ownerId": vpc["OwnerId"],
            "tagsAll": inputs.get("tags", {}),
        },
    )


def switch(
    aws: Aws, type_: str, operation: str, named: Mapping[str, str], switches: Sequence[str], inputs: Properties
) -> Properties:
    """Set the attributes in `switches` that the inputs contain, one call each, as EC2 requires."""
    given = {name: inputs[name] for name in switches if inputs.get(name) is not None}
    for name, value in given.items():
        setting = {"Value": value} if isinstance(value, bool) else value
        call(aws, "ec2", operation, {}, type_=type_, extra={**named, name[0].upper() + name[1:]: setting})
    return given


def vpc_switch(aws: Aws, vpc_id: str, name: str) -> bool:
    """A switch of a VPC, by its input name."""
    asked = {"VpcId": vpc_id, "Attribute": name}
    answer = call(aws, "ec2", "DescribeVpcAttribute", {}, type_=t.VPC, extra=asked)
    return answer[name[0].upper() + name[1:]]["Value"]


def _delete_vpc(aws: Aws, id_: str, outputs: Properties) -> None:
    call(aws, "ec2", "DeleteVpc", {"vpcId": id_}, type_=t.VPC)


def _create_subnet(aws: Aws, inputs: Properties) -> Created:
    rest = dict(inputs)
    switches = {name: rest.pop(name) for name in SUBNET_SWITCHES if name in rest}
    for key in ("cidrBlock", "ipv6CidrBlock"):
        require_network(t.SUBNET, key, rest.get(key))
    subnet_id = call(aws, "ec2", "CreateSubnet", rest, type_=t.SUBNET)["Subnet"]["SubnetId"]
    switch(aws, t.SUBNET, "ModifySubnetAttribute", {"SubnetId": subnet_id}, SUBNET_SWITCHES, switches)
    subnet = one(aws, t.SUBNET, "DescribeSubnets", "Subnets", subnet_id=subnet_id)
    names = subnet["PrivateDnsNameOptionsOnLaunch"]
    return Created(
        subnet_id,
        {
            "arn": subnet["SubnetArn"],
            "assignIpv6AddressOnCreation": subnet["AssignIpv6AddressOnCreation"],
            "availabilityZone": subnet["AvailabilityZone"],
            "availabilityZoneId": subnet["AvailabilityZoneId"],
            "cidrBlock": subnet["CidrBlock"],
            "ipv6CidrBlock": ipv6_association(subnet).get("Ipv6CidrBlock", ""),
            "enableResourceNameDnsARecordOnLaunch": names["EnableResourceNameDnsARecord"],
            "mapPublicIpOnLaunch": subnet["MapPublicIpOnLaunch"],
            "ownerId": subnet["OwnerId"],
            "privateDnsHostnameTypeOnLaunch": names["HostnameType"],
            "tagsAll": inputs.get("tags", {}),
            "vpcId": subnet["VpcId"],
        },
    )


def _delete_subnet(aws: Aws, id_: str, outputs: Properties) -> None:
    call(aws, "ec2", "DeleteSubnet", {"subnetId": id_}, type_=t.SUBNET)


def _create_route_table(aws: Aws, inputs: Properties) -> Created:
    rest = dict(inputs)
    routes = rest.pop("routes", [])
    if rest.get("propagatingVgws") == []:
        del rest["propagatingVgws"]
    table = call(aws, "ec2", "CreateRouteTable", rest, type_=t.ROUTE_TABLE)["RouteTable"]
    for route in routes:
        extra = {"RouteTableId": table["RouteTableId"]}
        call(aws, "ec2", "CreateRoute", route, type_=f"{t.ROUTE_TABLE} routes", rename=ROUTE_NAMES, extra=extra)
    outputs = {"ownerId": table["OwnerId"], "routes": routes, "propagatingVgws": [], "tagsAll": inputs.get("tags", {})}
    return Created(table["RouteTableId"], outputs | {"arn": arn(aws, "route-table", table["RouteTableId"])})


def _delete_route_table(aws: Aws, id_: str, outputs: Properties) -> None:
    call(aws, "ec2", "DeleteRouteTable", {"routeTableId": id_}, type_=t.ROUTE_TABLE)


def _associate(aws: Aws, inputs: Properties) -> Created:
    return Created(
        call(aws, "ec2", "AssociateRouteTable", inputs, type_=t.ROUTE_TABLE_ASSOCIATION)["AssociationId"], {}
    )


def association_of(aws: Aws, subnet_id: str) -> str:
    """The id of a subnet's association with a route table."""
    type_ = t.ROUTE_TABLE_ASSOCIATION
    table = one(aws, type_, "DescribeRouteTables", "RouteTables", association__subnet_id=subnet_id)
    return next(each["RouteTableAssociationId"] for each in table["Associations"] if each.get("SubnetId") == subnet_id)


def _disassociate(aws: Aws, id_: str, outputs: Properties) -> None:
    """By the subnet: an update gives the association another id."""
    current = association_of(aws, outputs["subnetId"])
    call(aws, "ec2", "DisassociateRouteTable", {"associationId": current}, type_=t.ROUTE_TABLE_ASSOCIATION)


def _create_route(aws: Aws, inputs: Properties) -> Created:
    given = [name for name in DESTINATIONS if inputs.get(name)]
    if len(given) != 1:
        raise AdapterError(f"{t.ROUTE}: exactly one of {', '.join(DESTINATIONS)} is needed, not {given or 'none'}")
    destination, table_id = inputs[given[0]], inputs["routeTableId"]
    if given[0] != "destinationPrefixListId":
        require_network(t.ROUTE, given[0], destination)
    call(aws, "ec2", "CreateRoute", inputs, type_=t.ROUTE, rename=ROUTE_NAMES)
    table = one(aws, t.ROUTE, "DescribeRouteTables", "RouteTables", route_table_id=table_id)
    member = given[0][0].upper() + given[0][1:]
    route = next(route for route in table["Routes"] if route.get(member) == destination)
    outputs = {"origin": route["Origin"], "state": route["State"]}
    # The provider's own form: routes have no id in the API.
    return Created(f"r-{table_id}{zlib.crc32(destination.encode())}", outputs)


def _delete_route(aws: Aws, id_: str, outputs: Properties) -> None:
    named = {name: outputs[name] for name in ("routeTableId", *DESTINATIONS) if outputs.get(name)}
    call(aws, "ec2", "DeleteRoute", named, type_=t.ROUTE)


def _create_gateway(aws: Aws, inputs: Properties) -> Created:
    rest = dict(inputs)
    vpc_id = rest.pop("vpcId", None)
    gateway = call(aws, "ec2", "CreateInternetGateway", rest, type_=t.INTERNET_GATEWAY)["InternetGateway"]
    gateway_id = gateway["InternetGatewayId"]
    if vpc_id:
        attach_gateway(aws, "AttachInternetGateway", gateway_id, vpc_id)
    outputs = {"arn": arn(aws, "internet-gateway", gateway_id), "ownerId": gateway["OwnerId"]}
    return Created(gateway_id, outputs | {"tagsAll": inputs.get("tags", {})})


def _delete_gateway(aws: Aws, id_: str, outputs: Properties) -> None:
    if outputs.get("vpcId"):
        attach_gateway(aws, "DetachInternetGateway", id_, outputs["vpcId"])
    call(aws, "ec2", "DeleteInternetGateway", {"internetGatewayId": id_}, type_=t.INTERNET_GATEWAY)


def attach_gateway(aws: Aws, operation: str, gateway_id: str, vpc_id: str) -> None:
    """Call AttachInternetGateway, or DetachInternetGateway."""
    call(aws, "ec2", operation, {"internetGatewayId": gateway_id, "vpcId": vpc_id}, type_=t.INTERNET_GATEWAY)


def _create_reservation(aws: Aws, inputs: Properties) -> Created:
    require_network(t.SUBNET_RESERVATION, "cidrBlock", inputs.get("cidrBlock"))
    answer = call(
        aws, "ec2", "CreateSubnetCidrReservation", inputs, type_=t.SUBNET_RESERVATION, rename={"cidrBlock": "Cidr"}
    )["SubnetCidrReservation"]
    return Created(answer["SubnetCidrReservationId"], {"ownerId": answer["OwnerId"]})


def _delete_reservation(aws: Aws, id_: str, outputs: Properties) -> None:
    call(aws, "ec2", "DeleteSubnetCidrReservation", {"subnetCidrReservationId": id_}, type_=t.SUBNET_RESERVATION)


def _add_cidr(aws: Aws, inputs: Properties) -> Created:
    require_network(t.VPC_IPV4_RANGE, "cidrBlock", inputs.get("cidrBlock"))
    answer = call(aws, "ec2", "AssociateVpcCidrBlock", inputs, type_=t.VPC_IPV4_RANGE)
    return Created(answer["CidrBlockAssociation"]["AssociationId"], {})


def _add_ipv6(aws: Aws, inputs: Properties) -> Created:
    names = {"assignGeneratedIpv6CidrBlock": "AmazonProvidedIpv6CidrBlock"}
    answer = call(aws, "ec2", "AssociateVpcCidrBlock", inputs, type_=t.VPC_IPV6_RANGE, rename=names)
    association = answer["Ipv6CidrBlockAssociation"]
    return Created(association["AssociationId"], {"ipv6CidrBlock": association["Ipv6CidrBlock"]})


def ipv6_association(subnet: Mapping[str, Any]) -> Mapping[str, Any]:
    """Of the one IPv6 range that a subnet may have; empty without one."""
    held = (
        one
        for one in subnet.get("Ipv6CidrBlockAssociationSet", ())
        if one["Ipv6CidrBlockState"]["State"] == "associated"
    )
    return next(held, {})


def _remove_ipv6(aws: Aws, id_: str, outputs: Properties) -> None:
    call(aws, "ec2", "DisassociateVpcCidrBlock", {}, type_=t.VPC_IPV6_RANGE, extra={"AssociationId": id_})


def _remove_cidr(aws: Aws, id_: str, outputs: Properties) -> None:
    call(aws, "ec2", "DisassociateVpcCidrBlock", {}, type_=t.VPC_IPV4_RANGE, extra={"AssociationId": id_})


ADAPTERS: dict[str, Adapter] = {
    t.VPC: Adapter(_create_vpc, _delete_vpc),
    t.VPC_IPV4_RANGE: Adapter(_add_cidr, _remove_cidr),
    t.VPC_IPV6_RANGE: Adapter(_add_ipv6, _remove_ipv6),
    t.SUBNET: Adapter(_create_subnet, _delete_subnet),
    t.ROUTE_TABLE: Adapter(_create_route_table, _delete_route_table),
    t.ROUTE_TABLE_ASSOCIATION: Adapter(_associate, _disassociate),
    t.ROUTE: Adapter(_create_route, _delete_route),
    t.INTERNET_GATEWAY: Adapter(_create_gateway, _delete_gateway),
    t.SUBNET_RESERVATION: Adapter(_create_reservation, _delete_reservation),
}
