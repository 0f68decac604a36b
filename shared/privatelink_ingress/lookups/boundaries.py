"""Looks up the permissions boundary before planning: without it, AWS refuses a role when half the stack exists."""

from __future__ import annotations

import pulumi_aws as aws

from privatelink_ingress import tokens as t
from privatelink_ingress.lookups.look_up import LookUp
from privatelink_ingress.settings.assumed_roles import AssumedRoles

TITLE = "The permissions boundary cannot be looked up"


async def require(roles: AssumedRoles, provider: aws.Provider) -> None:
    """Do nothing when the policy exists, or when none is set.

    Args:
        roles: The stack file's.
        provider: The one that creates roles.

    Raises:
        UserError: when it cannot be looked up, with AWS's answer.
    """
    if roles.permissions_boundary is None:
        return
    remedy = (
        "Run `pulumi up` in the bootstrap stack of the account, and write its output permissions_boundaries. The "
        "deploying role needs iam:GetPolicy and iam:GetPolicyVersion on it, which bootstrap gives to its own roles."
    )
    arn = roles.permissions_boundary
    look_up = LookUp(provider, "roles.permissionsBoundary", f"is {arn}, which", title=TITLE, remedy=remedy)
    await look_up.one(t.GET_POLICY, aws.iam.GetPolicyResult, arn=arn)
