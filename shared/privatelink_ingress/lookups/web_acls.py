"""Looks up an existing web ACL before planning, and which one the stack's load balancer has."""

from __future__ import annotations

import pulumi_aws as aws

from privatelink_ingress import tokens as t
from privatelink_ingress.lookups.look_up import LookUp
from privatelink_ingress.plan.edge.deployed import DeployedBalancer
from privatelink_ingress.plan.edge.firewall.existing import KEY, FoundWebAcl
from privatelink_ingress.problems import UserError
from privatelink_ingress.settings.existing_web_acl import ExistingWebAcl

TITLE = "The existing web ACL cannot be looked up"


async def find(
    existing: ExistingWebAcl | None, provider: aws.Provider, *, balancer: DeployedBalancer | None
) -> FoundWebAcl | None:
    """The web ACL of `firewall.existing`; None without one.

    Args:
        existing: The setting.
        provider: Of the edge.
        balancer: Of the stack, if a former deployment created it.

    Raises:
        UserError: when the web ACL cannot be looked up, with AWS's answer.
    """
    if existing is None:
        return None
    remedy = (
        "Write the ARN of a regional web ACL of this account and Region, and allow the deploying role to look it up: "
        "edge.existingWebAcls of the bootstrap stack."
    )
    look_up = LookUp(provider, f"{KEY}.arn", f"is {existing.arn}, which", title=TITLE, remedy=remedy)
    acl = await look_up.one(t.GET_WEB_ACL, aws.wafv2.GetWebAclResult, name=existing.name, scope="REGIONAL")
    if balancer is None:
        return FoundWebAcl(arn=acl.arn)
    return FoundWebAcl(
        arn=acl.arn,
        tied_arn=await _tied_to(balancer.arn, look_up),
        protected=balancer.protected,
    )


async def _tied_to(balancer_arn: str, look_up: LookUp) -> str | None:
    """The web ACL of a load balancer; None where it has none, which the provider reports as a failure."""
    try:
        tied = await look_up.one(t.GET_WEB_ACL, aws.wafv2.GetWebAclResult, resourceArn=balancer_arn, scope="REGIONAL")
    except UserError:
        return None
    return tied.arn
