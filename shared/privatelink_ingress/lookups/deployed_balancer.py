"""Looks up the load balancer that a former deployment of the stack created, as plain values."""

from __future__ import annotations

import dataclasses

import pulumi_aws as aws

from privatelink_ingress import tokens as t
from privatelink_ingress.lookups.look_up import LookUp
from privatelink_ingress.plan.edge.deployed import DeployedBalancer, leaves_ipv6
from privatelink_ingress.problems import UserError
from privatelink_ingress.settings.edge import EdgeSettings

TITLE = "The stack's load balancer cannot be looked up"


async def find(
    settings: EdgeSettings, provider: aws.Provider, *, load_balancer_name: str, stack_tag: str, records: aws.Provider
) -> DeployedBalancer | None:
    """The load balancer; None where it cannot be looked up, as before the first deployment, or is of another owner.

    Args:
        settings: The stack file.
        provider: Of the edge.
        load_balancer_name: Of the stack.
        stack_tag: The stack's tag `Stack`.
        records: The provider of the hosted zone, which may be of another account.

    Raises:
        UserError: when the load balancer is there, and its VPC or its records cannot be looked up.
    """
    remedy = "Allow the deploying role ec2:DescribeVpcs, and route53:ListResourceRecordSets on the hosted zone."

    def look_up(provider: aws.Provider, where: str, what: str) -> LookUp:
        return LookUp(provider, where, what, title=TITLE, remedy=remedy)

    named = look_up(provider, "loadBalancer", f"is {load_balancer_name}, which")
    try:
        balancer = await named.one(t.GET_LOAD_BALANCER, aws.lb.GetLoadBalancerResult, name=load_balancer_name)
    except UserError:
        # The function has no other way to say that it does not exist.
        return None
    if (balancer.tags or {}).get("Stack") != stack_tag:
        return None
    found = DeployedBalancer(
        arn=balancer.arn,
        vpc_id=balancer.vpc_id,
        subnet_ids=tuple(sorted(balancer.subnets)),
        protected=bool(balancer.enable_deletion_protection),
        dns_name=_plain(balancer.dns_name),
        ip_address_type=balancer.ip_address_type,
    )
    if settings.network.existing is None:
        of_vpc = look_up(provider, "network", f"is {found.vpc_id} so far, which")
        vpc = await of_vpc.one(t.GET_VPC, aws.ec2.GetVpcResult, id=found.vpc_id)
        found = dataclasses.replace(found, vpc_stack=(vpc.tags or {}).get("Stack"))
    if leaves_ipv6(settings, found.ip_address_type):
        zone = look_up(records, "dns.zoneId", f"is {settings.dns.zone_id}, whose records")
        listed = await zone.one(t.GET_DNS_RECORDS, aws.route53.GetRecordsResult, zoneId=settings.dns.zone_id)
        names = (
            _plain(one.name)
            for one in listed.resource_record_sets
            if one.type == "AAAA" and one.alias_target and _plain(one.alias_target.dns_name) == found.dns_name
        )
        found = dataclasses.replace(found, ipv6_names=tuple(sorted(names)))
    return found


def _plain(name: str) -> str:
    return name.rstrip(".").lower().removeprefix("dualstack.").replace(r"\052", "*")
