"""The bucket for Pulumi's state and the key for its secrets."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import pulumi_aws as aws
from pulumi import Output, Resource, ResourceOptions

from privatelink_ingress.components.base import Component
from privatelink_ingress.components.private_bucket import PrivateBucket, PrivateBucketArgs
from privatelink_ingress.plan.account.bootstrap import AccessLogsPlan, BootstrapPlan

OLD_STATES_DAYS = 90
"""Days that an overwritten state is kept, so that it can be restored."""

KEY_DELETION_DAYS = 30
"""Waiting period before KMS deletes a key: the longest it allows (ScheduleKeyDeletion, KMS API)."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class BootstrapArgs:
    """Inputs of a `Bootstrap`."""

    plan: BootstrapPlan


class Bootstrap(Component):
    """The state bucket, its key, and a key for the secrets of each trust domain.

    All are protected: without them, no stack of the account can be read again.
    """

    bucket: Output[str]
    backend_url: Output[str]
    secrets_provider: Output[str]
    secrets_providers: Output[Mapping[str, str]]

    def __init__(self, name: str, args: BootstrapArgs, opts: ResourceOptions | None = None) -> None:
        """Keys and their aliases, then the bucket that the first one encrypts."""
        super().__init__(name, opts)
        plan = args.plan
        key = aws.kms.Key(
            name,
            description="Pulumi state and secrets",
            enable_key_rotation=True,
            deletion_window_in_days=KEY_DELETION_DAYS,
            policy=plan.key_policy,
            tags=self.named("", plan.tags),
            opts=self.child(protect=True),
        )
        aws.kms.Alias(name, name=plan.alias, target_key_id=key.key_id, opts=self.child(protect=True))
        for domain in plan.secrets_keys:
            secrets = aws.kms.Key(
                f"{name}-{domain.key}",
                description=domain.description,
                enable_key_rotation=True,
                deletion_window_in_days=KEY_DELETION_DAYS,
                policy=plan.secrets_key_policies[domain.key],
                tags=self.named(domain.key, plan.tags),
                opts=self.child(protect=True),
            )
            aws.kms.Alias(
                f"{name}-{domain.key}",
                name=domain.alias,
                target_key_id=secrets.key_id,
                opts=self.child(protect=True),
            )
        state = PrivateBucket(
            name,
            PrivateBucketArgs(
                bucket=plan.bucket,
                policy=plan.bucket_policy,
                old_versions_days=OLD_STATES_DAYS,
                kms_key_arn=key.arn,
                protect=True,
                tags=plan.tags,
            ),
            self.child(),
        )
        if plan.access_logs:
            self._log_access(plan.access_logs, state, plan.tags)
        self.bucket = state.bucket
        self.backend_url = Output.from_input(plan.backend_url)
        self.secrets_provider = Output.from_input(plan.secrets_provider)
        self.secrets_providers = Output.from_input(dict(plan.secrets_providers))
        self._keys = plan.secrets_keys
        self.publish()

    def _log_access(self, plan: AccessLogsPlan, state: PrivateBucket, tags: Mapping[str, str]) -> None:
        """Server access logs, which S3 writes once the other bucket's policy lets it."""
        secured: Sequence[Resource] = ()
        if plan.policy:
            target = PrivateBucket(
                f"{self._name}-access-logs",
                PrivateBucketArgs(
                    bucket=plan.bucket,
                    policy=plan.policy,
                    objects_days=plan.retention_days,
                    old_versions_days=OLD_STATES_DAYS,
                    protect=True,
                    tags=tags,
                ),
                self.child(),
            )
            secured = target.secured
        aws.s3.BucketLogging(
            self._name,
            bucket=state.bucket,
            target_bucket=plan.bucket,
            target_prefix=plan.prefix,
            opts=self.child(depends_on=[*secured]),
        )

    def exports(self) -> dict[str, Any]:
        """Outputs of the program. None is secret."""
        return {
            "bucket": self.bucket,
            "backend_url": self.backend_url,
            "secrets_provider": self.secrets_provider,
            **({"secrets_providers": self.secrets_providers} if self._keys else {}),
        }
