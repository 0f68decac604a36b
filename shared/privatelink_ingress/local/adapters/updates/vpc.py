"""Networks, in place: `aws:ec2/…`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from privatelink_ingress import tokens as t
from privatelink_ingress.local.adapters import ec2_inline_rules
from privatelink_ingress.local.adapters import ec2_network as network
from privatelink_ingress.local.adapters.base import Aws, Properties, Update
from privatelink_ingress.local.adapters.calls import call


def _vpc(aws: Aws, id_: str, old: Properties, new: Properties) -> Properties:
    if new.get("instanceTenancy", old.get("instanceTenancy")) != old.get("instanceTenancy"):
        tenancy = {"vpcId": id_, "instanceTenancy": new["instanceTenancy"]}
        call(aws, "ec2", "ModifyVpcTenancy", tenancy, type_=t.VPC)
    return network.switch(aws, t.VPC, "ModifyVpcAttribute", {"VpcId": id_}, network.VPC_SWITCHES, new)


def _subnet(aws: Aws, id_: str, old: Properties, new: Properties) -> Properties:
    """An IPv6 range that the inputs no longer have leaves with any other change (`resourceSubnetUpdate`)."""
    before, after = old.get("ipv6CidrBlock") or "", new.get("ipv6CidrBlock") or ""
    if before != after:
        if before:
            [subnet] = call(aws, "ec2", "DescribeSubnets", {}, type_=t.SUBNET, extra={"SubnetIds": [id_]})["Subnets"]
            held = {"AssociationId": network.ipv6_association(subnet)["AssociationId"]}
            call(aws, "ec2", "DisassociateSubnetCidrBlock", {}, type_=t.SUBNET, extra=held)
        if after:
            network.require_network(t.SUBNET, "ipv6CidrBlock", after)
            given = {"SubnetId": id_, "Ipv6CidrBlock": after}
            call(aws, "ec2", "AssociateSubnetCidrBlock", {}, type_=t.SUBNET, extra=given)
    switches = _switches(aws, id_, new)
    return {**switches, "ipv6CidrBlock": after}


def _switches(aws: Aws, id_: str, new: Properties) -> Properties:
    return network.switch(aws, t.SUBNET, "ModifySubnetAttribute", {"SubnetId": id_}, network.SUBNET_SWITCHES, new)


def _gateway(aws: Aws, id_: str, old: Properties, new: Properties) -> Properties:
    before, after = old.get("vpcId"), new.get("vpcId")
    if before != after:
        if before:
            network.attach_gateway(aws, "DetachInternetGateway", id_, before)
        if after:
            network.attach_gateway(aws, "AttachInternetGateway", id_, after)
    return {"vpcId": after or ""}


def _route(aws: Aws, id_: str, old: Properties, new: Properties) -> Properties:
    call(aws, "ec2", "ReplaceRoute", new, type_=t.ROUTE, rename=network.ROUTE_NAMES)
    return {}


def _route_table(aws: Aws, id_: str, old: Properties, new: Properties) -> Properties:
    if "routes" not in new:
        # Optional and computed in the provider: the routes are those of other resources.
        return {}
    before, after = _by_destination(old), _by_destination(new)
    extra = {"RouteTableId": id_}
    for destination, route in before.items():
        if destination not in after:
            named = {key: route[key] for key in ("cidrBlock", "ipv6CidrBlock") if route.get(key)}
            call(aws, "ec2", "DeleteRoute", named, type_=t.ROUTE_TABLE, rename=network.ROUTE_NAMES, extra=extra)
    for destination, route in after.items():
        if before.get(destination) != route:
            operation = "ReplaceRoute" if destination in before else "CreateRoute"
            call(aws, "ec2", operation, route, type_=t.ROUTE_TABLE, rename=network.ROUTE_NAMES, extra=extra)
    return {"routes": new.get("routes", [])}


def _association(aws: Aws, id_: str, old: Properties, new: Properties) -> Properties:
    """The API answers with another id, and the engine keeps the first one: `delete` and `read` look for the subnet."""
    current = network.association_of(aws, new["subnetId"])
    extra = {"AssociationId": current, "RouteTableId": new["routeTableId"]}
    call(aws, "ec2", "ReplaceRouteTableAssociation", {}, type_=t.ROUTE_TABLE_ASSOCIATION, extra=extra)
    return {}


def _group(type_: str) -> Update:
    """The rules in the group's own inputs. `revokeRulesOnDelete` tells the provider how to delete, and not AWS."""

    def update(aws: Aws, id_: str, old: Properties, new: Properties) -> Properties:
        ec2_inline_rules.change(aws, type_, id_, old, new)
        return {}

    return update


def _by_destination(properties: Properties) -> Mapping[Any, Properties]:
    return {route.get("cidrBlock") or route.get("ipv6CidrBlock"): route for route in properties.get("routes") or ()}


UPDATES: Mapping[str, Update] = {
    t.DEFAULT_SECURITY_GROUP: _group(t.DEFAULT_SECURITY_GROUP),
    t.INTERNET_GATEWAY: _gateway,
    t.ROUTE: _route,
    t.ROUTE_TABLE: _route_table,
    t.ROUTE_TABLE_ASSOCIATION: _association,
    t.SECURITY_GROUP: _group(t.SECURITY_GROUP),
    t.SUBNET: _subnet,
    t.VPC: _vpc,
}
