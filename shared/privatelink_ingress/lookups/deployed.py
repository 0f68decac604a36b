"""Looks up the stack's own cluster before planning. A stack that was never deployed has none."""

from __future__ import annotations

import pulumi
import pulumi_aws as aws

from privatelink_ingress.plan.workload.access import CREATOR_TAG, principal
from privatelink_ingress.plan.workload.deployed import SECRETS_KEY_TAG, DeployedCluster, NodeGroupSize


async def deployed_cluster(cluster: str, provider: aws.Provider) -> DeployedCluster | None:
    """The cluster named `cluster`, or None before it exists.

    Args:
        cluster: Name of the cluster.
        provider: The provider that creates the cluster.
    """
    options = pulumi.InvokeOutputOptions(provider=provider)
    # The list first: looking up a cluster that does not exist would end the program.
    if cluster not in (await aws.eks.get_clusters_output(opts=options).names.future() or ()):
        return None
    found = aws.eks.get_cluster_output(name=cluster, opts=options)
    tags, version = await found.tags.future() or {}, await found.version.future()
    names = await aws.eks.get_node_groups_output(cluster_name=cluster, opts=options).names.future() or ()
    sizes = [await _size(cluster, name, options) for name in names]
    return DeployedCluster(
        version=version or "",
        creator=tags.get(CREATOR_TAG),
        secrets_key_arn=tags.get(SECRETS_KEY_TAG),
        sizes={name: size for name, size in sizes if name},
    )


async def future_creator(role_arn: str | None, provider: aws.Provider) -> str | None:
    """ARN of the principal that is about to create the cluster. EKS gives it an access entry by itself.

    Args:
        role_arn: The role that the provider assumes; None with ambient credentials.
        provider: The provider that creates the cluster.
    """
    if role_arn:
        return role_arn
    options = pulumi.InvokeOutputOptions(provider=provider)
    caller = await aws.get_caller_identity_output(opts=options).arn.future()
    return principal(caller) if caller else None


async def _size(cluster: str, name: str, options: pulumi.InvokeOutputOptions) -> tuple[str | None, NodeGroupSize]:
    """The `Name` tag of a node group, and its size."""
    found = aws.eks.get_node_group_output(cluster_name=cluster, node_group_name=name, opts=options)
    tags, scaling = await found.tags.future() or {}, await found.scaling_configs.future()
    if not scaling:
        raise ValueError(f"node group {name} of {cluster} was described without its size")
    [size] = scaling
    return tags.get("Name"), NodeGroupSize(minimum=size.min_size, maximum=size.max_size, desired=size.desired_size)
