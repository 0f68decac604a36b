"""Looks up the logs that a stack left in AWS when it was removed: AWS refuses to create them again."""

from __future__ import annotations

import asyncio
import re

import pulumi_aws as aws

from privatelink_ingress import tokens as t
from privatelink_ingress.lookups.look_up import LookUp, all_of
from privatelink_ingress.plan.log_groups import LogNames, RetainedLogs
from privatelink_ingress.problems import UserError

TITLE = "The stack's logs cannot be looked up"

_MISSING = re.compile(r"couldn't find resource|empty result")
"""What the provider's look-up of a bucket says of one that does not exist (terraform-provider-aws, internal/retry)."""


async def find(names: LogNames, provider: aws.Provider, *, stack_tag: str, where: str) -> RetainedLogs:
    """Those of the stack's logs that exist.

    Args:
        names: What the stack's logs are called.
        provider: The provider that creates them.
        stack_tag: The stack's tag `Stack`. A group with other tags stays out.
        where: Setting that a failure refers to.

    Raises:
        UserError: when something cannot be looked up, with AWS's answer.
    """
    exists, groups = await asyncio.gather(
        _exists(names.bucket, provider, where=where),
        all_of(TITLE, *(_ours(name, provider, stack_tag=stack_tag, where=where) for name in names.log_groups)),
    )
    return RetainedLogs(log_groups=frozenset(filter(None, groups)), bucket=exists)


async def _ours(name: str, provider: aws.Provider, *, stack_tag: str, where: str) -> str | None:
    remedy = "Allow the deploying role logs:DescribeLogGroups, and logs:ListTagsForResource on the group."
    look_up = LookUp(provider, where, f"has the log group {name}, which", title=TITLE, remedy=remedy)
    # The list first: the look-up of a group that does not exist fails.
    listed = await look_up.one(t.GET_LOG_GROUPS, aws.cloudwatch.GetLogGroupsResult, logGroupNamePrefix=name)
    if name not in (listed.log_group_names or ()):
        return None
    group = await look_up.one(t.GET_LOG_GROUP, aws.cloudwatch.GetLogGroupResult, name=name)
    # A service of AWS creates it without tags, as EKS does for late lines of a cluster that was deleted.
    return name if not group.tags or group.tags.get("Stack") == stack_tag else None


async def _exists(bucket: str | None, provider: aws.Provider, *, where: str) -> bool:
    if bucket is None:
        return False
    remedy = "Allow the deploying role s3:ListBucket and s3:GetBucketLocation on the bucket."
    look_up = LookUp(provider, where, f"has the bucket {bucket}, which", title=TITLE, remedy=remedy)
    try:
        await look_up.one(t.GET_BUCKET, aws.s3.GetBucketResult, bucket=bucket)
    except UserError as failed:
        # The function has no other way to say that the bucket does not exist.
        if _MISSING.search(str(failed)):
            return False
        raise
    return True
