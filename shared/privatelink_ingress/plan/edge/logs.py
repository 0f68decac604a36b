"""The edge's logs: one bucket, one log group for each kind, and one retention for all."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

from privatelink_ingress import regions
from privatelink_ingress.plan import buckets, names
from privatelink_ingress.plan.log_groups import NONE_RETAINED, LogStorage, RetainedLogs
from privatelink_ingress.problems import Problem
from privatelink_ingress.settings.edge import Logs

WRITER = "logdelivery.elasticloadbalancing.amazonaws.com"
"""The service that writes a load balancer's logs, in every region:
https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html"""

ACCESS, CONNECTION, HEALTH_CHECK = "access", "connection", "health-check"
"""Kinds of logs of a load balancer; each is the prefix of its objects in the bucket."""

DELIVERY_NAME = 60
"""Characters in the name of a delivery source or destination (PutDeliverySource, CloudWatch Logs API)."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class DeliveryPlan:
    """One kind of the load balancer's logs, delivered to CloudWatch Logs."""

    key: str
    log_type: str
    """`logType` of PutDeliverySource."""
    name: str
    log_group: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class LogsPlan:
    """The bucket and the deliveries of the logs."""

    bucket: str
    bucket_is_existing: bool
    """Whether the bucket is its owner's: the stack neither creates nor changes it."""
    bucket_policy: str
    """Of a bucket of the stack: requires TLS, and lets the stack's load balancer write under the three prefixes."""
    bucket_is_retained: bool
    """Whether to import the bucket, where the state lacks it."""
    object_lock: str | None
    """Mode of Object Lock; each log is locked as long as it is kept. None for a bucket without it."""
    storage: LogStorage
    """Of its log groups. The bucket keeps objects as long, and stays or goes with them."""
    deliveries: tuple[DeliveryPlan, ...]


def plan_logs(
    logs: Logs, *, name: str, account_id: str, region: str, retained: RetainedLogs = NONE_RETAINED
) -> LogsPlan:
    """The logs of the edge called `name`; `retained` are those that it left when it was removed before."""
    bucket = logs.existing_bucket or logs.bucket or names.fit(f"{name}-logs-{account_id}-{region}", names.BUCKET)
    delivery = load_balancer_logs(bucket, balancer_name(name), account_id=account_id, region=region)
    return LogsPlan(
        bucket=bucket,
        bucket_is_existing=logs.existing_bucket is not None,
        bucket_policy=buckets.policy(bucket, region=region, more=[delivery]),
        bucket_is_retained=retained.bucket,
        object_lock=logs.object_lock,
        storage=LogStorage(
            retention_days=logs.retention_days,
            key_arn=logs.key_arn,
            retain_on_delete=logs.retain_on_delete,
            retained=retained.log_groups,
        ),
        deliveries=tuple(
            DeliveryPlan(
                key=kind,
                log_type=f"ALB_{kind.upper()}_LOGS",
                name=names.fit(f"{name}-{kind}", DELIVERY_NAME),
                # Under this prefix CloudWatch Logs keeps its own resource policy short:
                # https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-and-resource-policy.html
                log_group=f"/aws/vendedlogs/{name}/{kind}",
            )
            # Health check logs stay in the bucket: they are large, and vended logs are billed by volume.
            for kind in (ACCESS, CONNECTION)
        )
        if logs.cloudwatch
        else (),
    )


def with_trace_ids(plan: LogsPlan) -> tuple[str, ...]:
    """Log groups whose records have the id of the request; connection logs know none."""
    return tuple(delivery.log_group for delivery in plan.deliveries if delivery.key == ACCESS)


def balancer_name(edge: str) -> str:
    """The name of the load balancer of the edge `<project>-<stack>`. Whoever writes policies knows it beforehand."""
    return names.fit(edge, names.LOAD_BALANCER)


def load_balancer_logs(bucket: str, balancer: str, *, account_id: str, region: str) -> dict[str, Any]:
    """The statement of a bucket's policy that lets the load balancer called `balancer` write its logs; `*` for any.

    AWS's page admits all load balancers of the account and Region; others of the account have no place in this bucket:
    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html
    """
    arn = f"arn:{regions.partition(region)}"
    return {
        "Sid": "LoadBalancerLogs",
        "Effect": "Allow",
        "Principal": {"Service": WRITER},
        "Action": "s3:PutObject",
        "Resource": [
            f"{arn}:s3:::{bucket}/{prefix}/AWSLogs/{account_id}/*" for prefix in (ACCESS, CONNECTION, HEALTH_CHECK)
        ],
        # AWS chooses the last part of the ARN.
        "Condition": {
            "ArnLike": {
                "aws:SourceArn": f"{arn}:elasticloadbalancing:{region}:{account_id}:loadbalancer/app/{balancer}/*"
            }
        },
    }


def check_bucket(logs: Logs, *, region: str, found: str | None) -> Iterator[Problem]:
    """An existing bucket of another Region than the stack's. `found` is its Region, if known."""
    if found is not None and found != region:
        yield Problem(
            "logs.existingBucket",
            f"is {logs.existing_bucket}, which is in {found}: a load balancer in {region} writes to buckets of "
            f"{region}",
            f"Write a bucket of {region}, or remove existingBucket to have one created.",
        )
