"""The log bucket, and the delivery of the load balancer's logs to CloudWatch Logs."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

import pulumi_aws as aws
from pulumi import Input, Output, Resource, ResourceOptions

from privatelink_ingress.components.base import Component
from privatelink_ingress.components.log_groups import log_group
from privatelink_ingress.components.private_bucket import PrivateBucket, PrivateBucketArgs
from privatelink_ingress.plan.edge.logs import DeliveryPlan, LogsPlan
from privatelink_ingress.plan.edge.shard import EdgePlan

OLD_VERSIONS_DAYS = 7
"""Days that a deleted log is still there; logs are never replaced."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class LogBucketArgs:
    """What to build."""

    plan: LogsPlan
    force_destroy: bool
    tags: Mapping[str, str]


class LogBucket(Component):
    """The bucket that the load balancer writes to. SSE-S3, since log delivery supports no other encryption."""

    bucket: Output[str]
    secured: Sequence[Resource]
    """As of `PrivateBucket`."""

    def __init__(self, name: str, args: LogBucketArgs, opts: ResourceOptions | None = None) -> None:
        """One private bucket."""
        super().__init__(name, opts)
        private = PrivateBucket(
            name,
            PrivateBucketArgs(
                bucket=args.plan.bucket,
                policy=args.plan.bucket_policy,
                objects_days=args.plan.storage.retention_days,
                old_versions_days=OLD_VERSIONS_DAYS,
                object_lock=args.plan.object_lock,
                force_destroy=args.force_destroy,
                retain_on_delete=args.plan.storage.retain_on_delete,
                import_id=args.plan.bucket if args.plan.bucket_is_retained else None,
                tags=args.tags,
            ),
            self.child(),
        )
        self.bucket, self.secured = private.bucket, private.secured
        self.publish()


@dataclasses.dataclass(frozen=True, kw_only=True)
class LogDeliveriesArgs:
    """What to build."""

    plan: LogsPlan
    load_balancer_arn: Input[str]
    tags: Mapping[str, str]


class LogDeliveries(Component):
    """The load balancer's logs in CloudWatch Logs, one log group per kind."""

    def __init__(self, name: str, args: LogDeliveriesArgs, opts: ResourceOptions | None = None) -> None:
        """Source, destination and the delivery between them, for each kind."""
        super().__init__(name, opts)
        for plan in args.plan.deliveries:
            self._delivery(plan, args)
        self.publish()

    def _delivery(self, plan: DeliveryPlan, args: LogDeliveriesArgs) -> None:
        name, tags = f"{self._name}-{plan.key}", self.named(plan.key, args.tags)
        group = log_group(self, name, args.plan.storage, tags=tags, group=plan.log_group)
        # Put by name and deleted by name: created first, the deletion of the old one would take the new one away.
        replaced = self.child(delete_before_replace=True)
        source = aws.cloudwatch.LogDeliverySource(
            name,
            name=plan.name,
            log_type=plan.log_type,
            resource_arn=args.load_balancer_arn,
            tags=tags,
            opts=replaced,
        )
        destination = aws.cloudwatch.LogDeliveryDestination(
            name,
            name=plan.name,
            output_format="json",
            delivery_destination_configuration={"destination_resource_arn": group.arn},
            tags=tags,
            opts=replaced,
        )
        aws.cloudwatch.LogDelivery(
            name,
            delivery_source_name=source.name,
            delivery_destination_arn=destination.arn,
            tags=tags,
            opts=replaced,
        )


def log_bucket(shard: Component, name: str, plan: EdgePlan) -> LogBucket:
    """The log bucket of a shard that does not write to an existing one."""
    protected, stays = plan.load_balancer.deletion_protection, plan.logs.storage.retain_on_delete
    return LogBucket(
        name,
        # A load balancer without deletion protection may be deleted together with its logs, if they go at all.
        LogBucketArgs(plan=plan.logs, force_destroy=not (protected or stays), tags=plan.tags),
        shard.child(),
    )
