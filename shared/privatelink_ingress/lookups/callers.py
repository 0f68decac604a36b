"""Looks up whose credentials a provider has."""

from __future__ import annotations

import pulumi
import pulumi_aws as aws

from privatelink_ingress.plan.workload.access import principal


async def principal_of(provider: aws.Provider) -> str:
    """ARN of the role or user behind the provider's credentials; of a role, without its path."""
    found = aws.get_caller_identity_output(opts=pulumi.InvokeOutputOptions(provider=provider))
    return principal(await found.arn.future() or "")
