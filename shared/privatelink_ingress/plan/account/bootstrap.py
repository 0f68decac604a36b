"""What an account needs before its first stack: a bucket for Pulumi's state, a key for its secrets, roles to deploy."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from privatelink_ingress.contracts.shard import ShardContract
from privatelink_ingress.plan import buckets, names, tags
from privatelink_ingress.plan.account.deployers import DeployersPlan, plan_deployers
from privatelink_ingress.settings.bootstrap import BootstrapSettings


@dataclasses.dataclass(frozen=True, kw_only=True)
class BootstrapPlan:
    """State bucket, key and deployer roles of one account and region."""

    bucket: str
    bucket_policy: str
    alias: str
    backend_url: str
    """For `pulumi login`: https://www.pulumi.com/docs/iac/concepts/state-and-backends/"""
    secrets_provider: str
    """For `pulumi stack init --secrets-provider`: https://www.pulumi.com/docs/iac/concepts/secrets/"""
    deployers: DeployersPlan | None
    tags: Mapping[str, str]


def attached_to(settings: BootstrapSettings) -> Mapping[str, str]:
    """The shard's stack of each attached stack that gets a role: its outputs are read before anything is planned."""
    edge = settings.roles.edge
    return {stack: entry.edge_stack for stack, entry in edge.attached.items()} if edge else {}


def plan_bootstrap(
    settings: BootstrapSettings,
    *,
    project: str,
    stack: str,
    region: str,
    shards: Mapping[str, ShardContract] | None = None,
) -> BootstrapPlan:
    """The plan. Account and region are in the bucket's name, since bucket names are unique worldwide.

    `shards` as of `plan_deployers`, by the names in `attached_to`.
    """
    bucket = settings.bucket or names.fit(f"pulumi-state-{settings.account_id}-{region}", names.BUCKET)
    alias = "alias/pulumi-state"
    return BootstrapPlan(
        bucket=bucket,
        bucket_policy=buckets.policy(bucket, region=region),
        alias=alias,
        backend_url=f"s3://{bucket}?region={region}&awssdk=v2",
        secrets_provider=f"awskms://{alias}?region={region}",
        deployers=plan_deployers(
            settings.roles,
            account_id=settings.account_id,
            region=region,
            bucket=bucket,
            key_alias=alias,
            shards=shards,
        ),
        tags=tags.common(
            project=project, stack=stack, owner=settings.owner, environment=settings.environment, extra=settings.tags
        ),
    )
