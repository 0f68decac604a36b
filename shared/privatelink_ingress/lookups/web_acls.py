"""Looks up an existing web ACL before planning, and which one the stack's load balancer has."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Protocol

import pulumi_aws as aws

from privatelink_ingress import tokens as t
from privatelink_ingress.lookups.look_up import LookUp
from privatelink_ingress.plan.edge.deployed import DeployedBalancer
from privatelink_ingress.plan.edge.firewall.existing import KEY, FoundWebAcl
from privatelink_ingress.problems import UserError
from privatelink_ingress.settings.edge import EdgeSettings
from privatelink_ingress.settings.existing_web_acl import ExistingWebAcl

TITLE = "The existing web ACL cannot be looked up"


class Ask(Protocol):
    """Asks AWS: `privatelink_ingress.aws.rule_group_references.find`, in a thread of its own."""

    def __call__(
        self,
        existing: ExistingWebAcl,
        *,
        account_id: str,
        region: str,
        role_arn: str | None,
        external_id: str | None,
    ) -> Awaitable[tuple[str, ...]]:
        """ARNs of the rule groups that the web ACL refers to."""


async def find(
    settings: EdgeSettings, provider: aws.Provider, *, region: str, balancer: DeployedBalancer | None, ask: Ask
) -> FoundWebAcl | None:
    """The web ACL of `firewall.existing`; None without one.

    Args:
        settings: The stack file.
        provider: Of the edge.
        region: Of the edge.
        balancer: Of the stack, if a former deployment created it.
        ask: Asks AWS what no function of the provider tells.

    Raises:
        UserError: when the web ACL cannot be looked up, with AWS's answer.
    """
    existing = settings.firewall.existing
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
    references = await ask(
        existing,
        account_id=settings.account_id,
        region=region,
        role_arn=settings.roles.network,
        external_id=settings.roles.external_id,
    )
    return FoundWebAcl(
        arn=acl.arn,
        rule_group_arns=references,
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
