"""Networks, their routes and security groups: `aws:ec2/…` and `aws:vpc/…`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from privatelink_ingress import tokens as t
from privatelink_ingress.local.adapters import ec2_inline_rules
from privatelink_ingress.local.adapters import ec2_network as network
from privatelink_ingress.local.adapters.base import Aws, Properties
from privatelink_ingress.local.adapters.readings.reading import Parameters, Reading, by_ids, given, is_

OWN_ROUTES = ("local", "vpce-")
"""Starts of the targets of routes that AWS adds itself: the VPC's own, and those of gateway endpoints.

Source: terraform-provider-aws internal/service/ec2/vpc_route_table.go, flattenRoutes."""


def _filter(name: str, value: str = "") -> Parameters:
    """A filter by the recorded property `value`, or by the id."""
    return lambda id_, state: {"Filters": [{"Name": name, "Values": [state[value] if value else id_]}]}


def _vpc(aws: Aws, id_: str, state: Properties, item: Any) -> Properties:
    return {name: network.vpc_switch(aws, id_, name) for name in network.VPC_SWITCHES}


def _subnet(aws: Aws, id_: str, state: Properties, item: Any) -> Properties:
    names = item["PrivateDnsNameOptionsOnLaunch"]
    return {
        "enableResourceNameDnsARecordOnLaunch": names["EnableResourceNameDnsARecord"],
        "privateDnsHostnameTypeOnLaunch": names["HostnameType"],
        "ipv6CidrBlock": network.ipv6_association(item).get("Ipv6CidrBlock", ""),
    }


def _gateway(aws: Aws, id_: str, state: Properties, item: Any) -> Properties:
    return {"vpcId": next((each["VpcId"] for each in item["Attachments"]), None)}


def _route_holds(item: Any, id_: str, state: Properties) -> bool:
    return any(item.get(name[0].upper() + name[1:]) == state[name] for name in network.DESTINATIONS if state.get(name))


def _routes(aws: Aws, id_: str, state: Properties, item: Any) -> Properties:
    names = {member: name for name, member in network.ROUTE_NAMES.items()}
    routes = []
    for route in item["Routes"]:
        if not str(route.get("GatewayId", "")).startswith(OWN_ROUTES):
            known = {names.get(key, key[0].lower() + key[1:]): value for key, value in route.items()}
            routes.append({key: value for key, value in known.items() if key not in ("origin", "state")})
    return {"routes": routes}


def _inline_rules(aws: Aws, id_: str, state: Properties, item: Any) -> Properties:
    """All rules of the group, those of rule resources too: the provider computes them unless the program lists some."""
    return {name: ec2_inline_rules.described(item, name, state.get(name) or ()) for name in ec2_inline_rules.DIRECTIONS}


def _peer(aws: Aws, id_: str, state: Properties, item: Any) -> Properties:
    return {"referencedSecurityGroupId": item.get("ReferencedGroupInfo", {}).get("GroupId")}


_RULE = Reading(
    "ec2",
    "DescribeSecurityGroupRules",
    by_ids("SecurityGroupRuleIds"),
    "SecurityGroupRules",
    rename={"securityGroupId": "GroupId", "referencedSecurityGroupId": ""},
    more=_peer,
)

_GROUP = Reading(
    "ec2",
    "DescribeSecurityGroups",
    by_ids("GroupIds"),
    "SecurityGroups",
    rename={"ingress": "", "egress": ""},
    more=_inline_rules,
)

READINGS: Mapping[str, Reading] = {
    t.DEFAULT_SECURITY_GROUP: _GROUP,
    t.EGRESS_RULE: _RULE,
    t.INGRESS_RULE: _RULE,
    t.INTERNET_GATEWAY: Reading(
        "ec2", "DescribeInternetGateways", by_ids("InternetGatewayIds"), "InternetGateways", more=_gateway
    ),
    t.ROUTE: Reading(
        "ec2",
        "DescribeRouteTables",
        lambda id_, state: {"RouteTableIds": [state["routeTableId"]]},
        "RouteTables.Routes",
        _route_holds,
        {"routeTableId": ""},
    ),
    t.ROUTE_TABLE: Reading(
        "ec2", "DescribeRouteTables", by_ids("RouteTableIds"), "RouteTables", rename={"routes": ""}, more=_routes
    ),
    t.ROUTE_TABLE_ASSOCIATION: Reading(
        "ec2",
        "DescribeRouteTables",
        _filter("association.subnet-id", "subnetId"),
        "RouteTables.Associations",
        is_("SubnetId", "subnetId"),
    ),
    t.SECURITY_GROUP: _GROUP,
    t.SUBNET: Reading("ec2", "DescribeSubnets", by_ids("SubnetIds"), "Subnets", more=_subnet),
    t.SUBNET_RESERVATION: Reading(
        "ec2",
        "GetSubnetCidrReservations",
        given(SubnetId="subnetId"),
        "SubnetIpv4CidrReservations",
        is_("SubnetCidrReservationId"),
        {"cidrBlock": "Cidr"},
    ),
    t.VPC: Reading("ec2", "DescribeVpcs", by_ids("VpcIds"), "Vpcs", more=_vpc),
    t.VPC_IPV6_RANGE: Reading(
        "ec2",
        "DescribeVpcs",
        lambda id_, state: {"VpcIds": [state["vpcId"]]},
        "Vpcs.Ipv6CidrBlockAssociationSet",
        is_("AssociationId"),
        {"vpcId": "", "assignGeneratedIpv6CidrBlock": ""},
    ),
    t.VPC_IPV4_RANGE: Reading(
        "ec2",
        "DescribeVpcs",
        lambda id_, state: {"VpcIds": [state["vpcId"]]},
        "Vpcs.CidrBlockAssociationSet",
        is_("AssociationId"),
        {"vpcId": ""},
    ),
}
