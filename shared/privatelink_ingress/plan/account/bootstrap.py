"""What an account needs before its first stack: a bucket for Pulumi's state, a key for its secrets, roles to deploy."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from privatelink_ingress import regions
from privatelink_ingress.arns import Arn
from privatelink_ingress.contracts.shard import ShardContract
from privatelink_ingress.plan import buckets, names, tags
from privatelink_ingress.plan.account import keys
from privatelink_ingress.plan.account.deployers import DeployersPlan, plan_deployers, state
from privatelink_ingress.plan.account.deployers.edge_logs import log_buckets
from privatelink_ingress.plan.account.deployers.roles import PATH
from privatelink_ingress.plan.account.deployers.state import StateBackend
from privatelink_ingress.plan.account.deployers.trust_domains import SecretsKey
from privatelink_ingress.problems import Problem, UserError
from privatelink_ingress.settings.bootstrap import BootstrapSettings, Roles


@dataclasses.dataclass(frozen=True, kw_only=True)
class AccessLogsPlan:
    """Where S3 writes the server access logs of the state bucket."""

    bucket: str
    prefix: str
    policy: str | None
    """Of the bucket to create, as JSON; None for an existing one."""
    retention_days: int | None
    """Of the bucket to create."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class BootstrapPlan:
    """State bucket, key and deployer roles of one account and region."""

    bucket: str
    bucket_policy: str
    alias: str
    key_policy: str | None
    """Of the state's key; None for AWS's default."""
    secrets_key_policies: Mapping[str, str | None]
    """The same for each of `secrets_keys`, by its key."""
    access_logs: AccessLogsPlan | None
    backend_url: str
    """For `pulumi login`: https://www.pulumi.com/docs/iac/concepts/state-and-backends/"""
    secrets_provider: str
    """Of the bootstrap stack itself, for `pulumi stack init --secrets-provider`.

    https://www.pulumi.com/docs/iac/concepts/secrets/"""
    secrets_providers: Mapping[str, str]
    """The same for the stacks of each deployer: `workload`, `edge`, or `attached-<stack>`."""
    secrets_keys: tuple[SecretsKey, ...]
    """The keys behind `secrets_providers`, one for each trust domain."""
    deployers: DeployersPlan | None
    tags: Mapping[str, str]


def attached_to(settings: BootstrapSettings) -> Mapping[str, tuple[str, str | None]]:
    """The shard of each attached stack that gets a role, and the parameter with its contract if there is one.

    It is read before anything is planned.
    """
    edge = settings.roles.edge
    return {stack: (entry.edge_stack, entry.edge_parameter) for stack, entry in edge.attached.items()} if edge else {}


def bootstrap_tags(settings: BootstrapSettings, *, project: str, stack: str) -> dict[str, str]:
    """The tags of every resource of the stack."""
    return tags.common(
        project=project, stack=stack, owner=settings.owner, environment=settings.environment, extra=settings.tags
    )


def plan_bootstrap(
    settings: BootstrapSettings,
    *,
    region: str,
    tags: Mapping[str, str],
    caller: str | None = None,
    shards: Mapping[str, ShardContract] | None = None,
) -> BootstrapPlan:
    """The plan. Account and region are in the bucket's name, since bucket names are unique worldwide.

    `caller` as of `keys.require_administrator`, if known; `shards` as of `plan_deployers`, by the names in
    `attached_to`.

    Raises:
        UserError: as `plan_deployers` and `keys.require_administrator`, or when one bucket has two uses.
    """
    # Two systems of one account have a bucket and keys of their own.
    prefix = settings.roles.prefix
    name = "pulumi-state" if prefix == Roles().prefix else f"{prefix}-pulumi-state"
    bucket = settings.bucket or names.fit(f"{name}-{settings.account_id}-{region}", names.BUCKET)
    backend = StateBackend(bucket=bucket, key_alias=f"alias/{name}")
    _refuse_logs(settings.roles, bucket)
    deployers = plan_deployers(
        settings.roles, account_id=settings.account_id, region=region, backend=backend, shards=shards
    )
    aliases = deployers.state.aliases if deployers else {}
    account = Arn.parse(f"arn:{regions.partition(region)}:iam::{settings.account_id}:root")
    administrators, domains = settings.keys.administrators, deployers.state.keys if deployers else ()
    if caller:
        keys.require_administrator(administrators, caller)
    return BootstrapPlan(
        bucket=bucket,
        bucket_policy=buckets.policy(
            bucket, region=region, more=_no_deployer(bucket, region, account_id=settings.account_id)
        ),
        alias=backend.key_alias,
        key_policy=keys.policy(
            account, administrators=administrators, users={user for domain in domains for user in domain.users}
        ),
        secrets_key_policies={
            domain.key: keys.policy(account, administrators=administrators, users=domain.users) for domain in domains
        },
        access_logs=_access_logs(settings, bucket, region),
        backend_url=f"s3://{bucket}?region={region}&awssdk=v2",
        secrets_provider=_provider(backend.key_alias, region),
        secrets_providers={deployer: _provider(alias, region) for deployer, alias in aliases.items()},
        secrets_keys=domains,
        deployers=deployers,
        tags=tags,
    )


def _access_logs(settings: BootstrapSettings, state_bucket: str, region: str) -> AccessLogsPlan | None:
    """Server access logs: https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html.

    Raises:
        UserError: when the bucket for them has another use.
    """
    given, days = settings.access_logs.bucket, settings.access_logs.retention_days
    if not given and not days:
        return None
    edge = settings.roles.edge
    if given and (given == state_bucket or (edge and given in log_buckets(edge, settings.account_id, region))):
        problem = Problem(
            "accessLogs.bucket",
            f"is {given}, the state bucket itself or a log bucket of the edge. The edge's deployer writes the "
            "policy of a log bucket, and S3 delivers no server access logs to a bucket with Object Lock",
            "Name a bucket that holds only server access logs, or write retentionDays instead to create one.",
        )
        raise UserError("The server access logs need a bucket of their own", [problem])
    name = given or names.fit(f"{state_bucket}-access-logs", names.BUCKET)
    partition, prefix = regions.partition(region), "state/"
    delivery = {
        "Sid": "ServerAccessLogs",
        "Effect": "Allow",
        "Principal": {"Service": "logging.s3.amazonaws.com"},
        "Action": "s3:PutObject",
        "Resource": f"arn:{partition}:s3:::{name}/{prefix}*",
        "Condition": {
            "ArnLike": {"aws:SourceArn": f"arn:{partition}:s3:::{state_bucket}"},
            "StringEquals": {"aws:SourceAccount": settings.account_id},
        },
    }
    return AccessLogsPlan(
        bucket=name,
        prefix=prefix,
        policy=None if given else buckets.policy(name, region=region, more=[delivery]),
        retention_days=days,
    )


def _provider(alias: str, region: str) -> str:
    return f"awskms://{alias}?region={region}"


def _no_deployer(bucket: str, region: str, *, account_id: str) -> list[dict[str, Any]]:
    """No deployer role touches the bootstrap stack's objects or changes the layout, whatever policies it has."""
    partition = regions.partition(region)
    changes = ["s3:DeleteObject*", "s3:PutObject*"]
    denied = (
        ("NoDeployer", [*changes, "s3:GetObject*"], state.protected_keys()),
        ("LayoutStays", changes, (state.LAYOUT_KEY,)),
    )
    return [
        {
            "Sid": name,
            "Effect": "Deny",
            "Principal": "*",
            "Action": actions,
            "Resource": [f"arn:{partition}:s3:::{bucket}/{key}" for key in keys],
            "Condition": {"ArnLike": {"aws:PrincipalArn": f"arn:{partition}:iam::{account_id}:role{PATH}*"}},
        }
        for name, actions, keys in denied
    ]


def _refuse_logs(roles: Roles, bucket: str) -> None:
    if roles.edge and bucket in (roles.edge.log_buckets or ()):
        problem = Problem(
            "roles.edge.logBuckets",
            f"has {bucket}, the bucket of the states: the edge's deployer may delete every object of a log bucket",
            "Write the edge's log bucket.",
        )
        raise UserError("The states are not safe", [problem])
