"""Who made a cluster, or will: asked before anything is planned, since EKS gives that principal an entry itself."""

from __future__ import annotations

import pulumi
import pulumi_aws as aws

from privatelink_ingress.plan.workload.access import CREATOR_TAG, principal


async def creator_of(cluster: str, role_arn: str | None, provider: aws.Provider) -> str | None:
    """ARN of the principal that made the cluster, from its tag; of the one that is about to, when there is none yet.

    Args:
        cluster: Name of the cluster.
        role_arn: The role that the provider assumes; None with ambient credentials.
        provider: The provider that makes the cluster.

    Returns:
        None when the cluster has no such tag.
    """
    options = pulumi.InvokeOutputOptions(provider=provider)
    # The list first: looking up a cluster that is not there would end the program.
    if cluster in (await aws.eks.get_clusters_output(opts=options).names.future() or ()):
        tags = await aws.eks.get_cluster_output(name=cluster, opts=options).tags.future()
        return (tags or {}).get(CREATOR_TAG)
    if role_arn:
        return role_arn
    caller = await aws.get_caller_identity_output(opts=options).arn.future()
    return principal(caller) if caller else None
