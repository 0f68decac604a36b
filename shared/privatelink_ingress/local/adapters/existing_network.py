"""The programs' look-ups of an existing VPC and what is in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from privatelink_ingress import tokens as t
from privatelink_ingress.local.adapters.base import AdapterError, Aws, Properties
from privatelink_ingress.local.adapters.calls import call


def one_of(found: list[dict[str, Any]], token: str, what: str) -> dict[str, Any]:
    """The only one that a look-up found.

    Raises:
        AdapterError: it found none, or several, as the provider refuses them.
    """
    if len(found) != 1:
        raise AdapterError(f"{token}: {what}: {len(found) or 'none'} found, exactly one is needed")
    return found[0]


def _vpc(aws: Aws, args: Properties) -> Properties:
    vpc = _described(aws, t.GET_VPC, "DescribeVpcs", "Vpcs", args, "vpcIds")

    def switch(name: str) -> bool:
        asked = {"vpcId": vpc["VpcId"], "attribute": f"enable{name}"}
        return call(aws, "ec2", "DescribeVpcAttribute", asked, type_=t.GET_VPC)[f"Enable{name}"]["Value"]

    return {
        "id": vpc["VpcId"],
        "cidrBlock": vpc["CidrBlock"],
        "ipv6CidrBlockAssociations": [
            {
                "associationId": block["AssociationId"],
                "ipv6CidrBlock": block["Ipv6CidrBlock"],
                "state": block["Ipv6CidrBlockState"]["State"],
            }
            for block in vpc.get("Ipv6CidrBlockAssociationSet", ())
        ],
        "default": vpc["IsDefault"],
        "enableDnsSupport": switch("DnsSupport"),
        "enableDnsHostnames": switch("DnsHostnames"),
        "state": vpc["State"],
        "tags": {tag["Key"]: tag["Value"] for tag in vpc.get("Tags", ())},
    }


def _subnet(aws: Aws, args: Properties) -> Properties:
    subnet = _described(aws, t.GET_SUBNET, "DescribeSubnets", "Subnets", args, "subnetIds")
    return {
        "id": subnet["SubnetId"],
        "vpcId": subnet["VpcId"],
        "availabilityZone": subnet["AvailabilityZone"],
        "availabilityZoneId": subnet["AvailabilityZoneId"],
        "availableIpAddressCount": subnet["AvailableIpAddressCount"],
        "cidrBlock": subnet["CidrBlock"],
        "ipv6CidrBlock": next(
            (
                block["Ipv6CidrBlock"]
                for block in subnet.get("Ipv6CidrBlockAssociationSet", ())
                if block["Ipv6CidrBlockState"]["State"] == "associated"
            ),
            "",
        ),
        "mapPublicIpOnLaunch": subnet["MapPublicIpOnLaunch"],
    }


def _internet_gateway(aws: Aws, args: Properties) -> Properties:
    rest = dict(args)
    filters = [{"Name": each["name"], "Values": each["values"]} for each in rest.pop("filters", ())]
    extra = {"Filters": filters}
    answer = call(aws, "ec2", "DescribeInternetGateways", rest, type_=t.GET_INTERNET_GATEWAY, extra=extra)
    gateway = one_of(answer["InternetGateways"], t.GET_INTERNET_GATEWAY, str(filters))
    attachments = [{"state": each["State"], "vpcId": each["VpcId"]} for each in gateway["Attachments"]]
    id_ = gateway["InternetGatewayId"]
    return args | {"id": id_, "internetGatewayId": id_, "attachments": attachments}


def _route_tables(aws: Aws, args: Properties) -> Properties:
    rest = dict(args)
    filters = [{"Name": each["name"], "Values": each["values"]} for each in rest.pop("filters", ())]
    if vpc_id := rest.pop("vpcId", None):
        filters.append({"Name": "vpc-id", "Values": [vpc_id]})
    tables = call(aws, "ec2", "DescribeRouteTables", rest, type_=t.GET_ROUTE_TABLES, extra={"Filters": filters})
    return args | {"id": aws.region, "ids": sorted(table["RouteTableId"] for table in tables["RouteTables"])}


def _route_table(aws: Aws, args: Properties) -> Properties:
    rest = dict(args)
    named = {"id": rest.pop("routeTableId", None), **rest}
    table = _described(aws, t.GET_ROUTE_TABLE, "DescribeRouteTables", "RouteTables", named, "routeTableIds")
    associations = [
        {
            "main": each["Main"],
            "subnetId": each.get("SubnetId", ""),
            "routeTableId": table["RouteTableId"],
            "routeTableAssociationId": each["RouteTableAssociationId"],
            "gatewayId": each.get("GatewayId", ""),
        }
        for each in table["Associations"]
    ]
    # The provider omits the VPC's own route, and those of gateway endpoints.
    routes = [
        {
            "cidrBlock": route.get("DestinationCidrBlock", ""),
            "gatewayId": route.get("GatewayId", ""),
            "natGatewayId": route.get("NatGatewayId", ""),
        }
        for route in table["Routes"]
        if route.get("GatewayId") != "local" and not route.get("GatewayId", "").startswith("vpce-")
    ]
    return {
        "id": table["RouteTableId"],
        "routeTableId": table["RouteTableId"],
        "vpcId": table["VpcId"],
        "associations": associations,
        "routes": routes,
    }


def _vpc_endpoint(aws: Aws, args: Properties) -> Properties:
    members = {"vpcId": "vpc-id", "serviceName": "service-name", "vpcEndpointType": "vpc-endpoint-type"}
    rest = {key: value for key, value in args.items() if key not in members}
    filters = [{"Name": name, "Values": [args[key]]} for key, name in members.items() if key in args]
    answer = call(aws, "ec2", "DescribeVpcEndpoints", rest, type_=t.GET_VPC_ENDPOINT, extra={"Filters": filters})
    endpoint = one_of(answer["VpcEndpoints"], t.GET_VPC_ENDPOINT, f"{args.get('serviceName')} in {args.get('vpcId')}")
    return args | {
        "id": endpoint["VpcEndpointId"],
        "privateDnsEnabled": endpoint.get("PrivateDnsEnabled", False),
        "routeTableIds": sorted(endpoint.get("RouteTableIds", ())),
        "subnetIds": sorted(endpoint.get("SubnetIds", ())),
        "state": endpoint["State"],
    }


def _described(aws: Aws, token: str, operation: str, result: str, args: Properties, ids: str) -> dict[str, Any]:
    """The resource that `args` names by its id; any other argument is refused as a leftover input."""
    rest = dict(args)
    id_ = rest.pop("id", None)
    found = call(aws, "ec2", operation, {**rest, ids: [id_]}, type_=token)[result]
    return one_of(found, token, str(id_))


FUNCTIONS: Mapping[str, Callable[[Aws, Properties], Properties]] = {
    t.GET_VPC: _vpc,
    t.GET_SUBNET: _subnet,
    t.GET_INTERNET_GATEWAY: _internet_gateway,
    t.GET_ROUTE_TABLES: _route_tables,
    t.GET_ROUTE_TABLE: _route_table,
    t.GET_VPC_ENDPOINT: _vpc_endpoint,
}
