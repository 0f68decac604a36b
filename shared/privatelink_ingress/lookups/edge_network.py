"""Looks up the existing VPC of a shard before planning, as plain values, so that a preview shows everything."""

from __future__ import annotations

import asyncio

import pulumi_aws as aws

from privatelink_ingress import tokens as t
from privatelink_ingress.lookups import existing_networks
from privatelink_ingress.lookups.existing_networks import TITLE, look_up_for
from privatelink_ingress.lookups.look_up import all_of
from privatelink_ingress.plan.edge.deployed import DeployedBalancer
from privatelink_ingress.plan.edge.existing_network import ENDPOINT, KEY, PUBLIC, FoundNetwork
from privatelink_ingress.settings.existing import ExistingEdgeNetwork


async def find(
    existing: ExistingEdgeNetwork | None, provider: aws.Provider, *, balancer: DeployedBalancer | None
) -> FoundNetwork | None:
    """The VPC of `network.existing`; None without one.

    Args:
        existing: The setting.
        provider: Of the edge.
        balancer: Of the stack, if a former deployment created it.

    Raises:
        UserError: with every setting whose look-up failed, and AWS's answer.
    """
    if existing is None:
        return None
    vpc_id, where = existing.vpc_id, f"{KEY}.vpcId"
    vpc = await look_up_for(provider, where, f"is {vpc_id}, which").one(t.GET_VPC, aws.ec2.GetVpcResult, id=vpc_id)
    attached = [{"name": "attachment.vpc-id", "values": [vpc_id]}]
    internet = look_up_for(provider, where, f"is {vpc_id}, whose internet gateway")
    gateway = asyncio.ensure_future(
        internet.one(t.GET_INTERNET_GATEWAY, aws.ec2.GetInternetGatewayResult, filters=attached)
    )
    public, endpoint = (
        asyncio.ensure_future(existing_networks.subnets(ids, provider, key=key))
        for ids, key in ((existing.public_subnet_ids, PUBLIC), (existing.endpoint_subnet_ids, ENDPOINT))
    )
    every_subnet = (*existing.public_subnet_ids, *existing.endpoint_subnet_ids)
    tables = asyncio.ensure_future(existing_networks.route_tables(vpc_id, every_subnet, provider, key=where))
    await all_of(TITLE, gateway, public, endpoint, tables)
    return FoundNetwork(
        tags=vpc.tags or {},
        cidr=vpc.cidr_block,
        ipv6_cidr=next(
            (one.ipv6_cidr_block for one in vpc.ipv6_cidr_block_associations or () if one.state == "associated"), None
        ),
        dns_support=vpc.enable_dns_support,
        internet_gateway_id=gateway.result().internet_gateway_id,
        public=public.result(),
        endpoint=endpoint.result(),
        route_tables=tables.result(),
        balancer=balancer,
    )
