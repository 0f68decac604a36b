"""Looks up an existing log bucket before planning: AWS refuses one of another Region half way through a deployment."""

from __future__ import annotations

import pulumi_aws as aws

from privatelink_ingress import tokens as t
from privatelink_ingress.lookups.look_up import LookUp
from privatelink_ingress.settings.edge import Logs

TITLE = "The existing log bucket cannot be looked up"


async def region_of(logs: Logs, provider: aws.Provider) -> str | None:
    """The Region of `logs.existingBucket`; None without one.

    Raises:
        UserError: when the bucket cannot be looked up, with AWS's answer.
    """
    if logs.existing_bucket is None:
        return None
    remedy = (
        "Write the name of an existing bucket, and allow the deploying role s3:ListBucket and s3:GetBucketLocation on "
        "it: edge.existingLogBuckets of the bootstrap stack, and the bucket's own policy if it is in another account."
    )
    look_up = LookUp(provider, "logs.existingBucket", f"is {logs.existing_bucket}, which", title=TITLE, remedy=remedy)
    found = await look_up.one(t.GET_BUCKET, aws.s3.GetBucketResult, bucket=logs.existing_bucket)
    return found.bucket_region
