"""Looks up subnets and route tables of existing VPCs before planning, as plain values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pulumi_aws as aws

from privatelink_ingress import tokens as t
from privatelink_ingress.lookups.look_up import LookUp, all_of
from privatelink_ingress.plan.existing_subnets import RouteTable, Subnet

TITLE = "The existing VPC or cluster cannot be looked up"


async def subnets(ids: Iterable[str], provider: aws.Provider, *, key: str) -> tuple[Subnet, ...]:
    """The subnets, in the order of `ids`; `key` is the setting that names them, or could.

    Raises:
        UserError: with every subnet that cannot be looked up, and AWS's answer.
    """

    async def find(id_: str) -> Subnet:
        look_up = look_up_for(provider, key, f"has {id_}, which")
        subnet = await look_up.one(t.GET_SUBNET, aws.ec2.GetSubnetResult, id=id_)
        return Subnet(
            id=id_,
            vpc_id=subnet.vpc_id,
            zone_id=subnet.availability_zone_id,
            cidr=subnet.cidr_block,
            free_addresses=subnet.available_ip_address_count,
            zone_name=subnet.availability_zone,
            ipv6_cidr=subnet.ipv6_cidr_block or None,
        )

    return tuple(await all_of(TITLE, *(find(id_) for id_ in ids)))


async def route_tables(
    vpc_id: str, subnet_ids: Iterable[str], provider: aws.Provider, *, key: str
) -> tuple[RouteTable, ...]:
    """The main table of the VPC, and those of the subnets.

    Raises:
        UserError: when one cannot be looked up, with AWS's answer.
    """
    look_up = look_up_for(provider, key, f"is in {vpc_id}, of which a route table")

    async def ids(name: str, values: Iterable[str]) -> Sequence[str]:
        filters = [{"name": name, "values": list(values)}]
        token = t.GET_ROUTE_TABLES
        return (await look_up.one(token, aws.ec2.GetRouteTablesResult, vpcId=vpc_id, filters=filters)).ids

    async def find(id_: str) -> RouteTable:
        token = t.GET_ROUTE_TABLE
        table = await look_up.one(token, aws.ec2.GetRouteTableResult, routeTableId=id_)
        return RouteTable(
            id=id_,
            main=any(association.main for association in table.associations),
            subnet_ids=tuple(
                sorted(association.subnet_id for association in table.associations if association.subnet_id)
            ),
            gateways=tuple(
                sorted(
                    {
                        gateway
                        for route in table.routes
                        for gateway in (route.gateway_id, route.nat_gateway_id)
                        if gateway
                    }
                )
            ),
            internet=next(
                (
                    route.gateway_id or route.nat_gateway_id or None
                    for route in table.routes
                    if route.cidr_block == "0.0.0.0/0"
                ),
                None,
            ),
            ipv6_internet=next(
                (route.gateway_id or None for route in table.routes if route.ipv6_cidr_block == "::/0"), None
            ),
        )

    main, own = await all_of(TITLE, ids("association.main", ["true"]), ids("association.subnet-id", subnet_ids))
    return tuple(await all_of(TITLE, *(find(id_) for id_ in sorted({*main, *own}))))


def look_up_for(provider: aws.Provider, where: str, what: str) -> LookUp:
    """Look-ups for the setting `where`; `what` starts the reason."""
    remedy = "Name one that exists in this account and Region, and allow the stack's roles to look it up."
    return LookUp(provider, where, what, title=TITLE, remedy=remedy)
