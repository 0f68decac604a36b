"""The edge's logs: one bucket, one log group for each kind, and one retention for all."""

from __future__ import annotations

import dataclasses

from privatelink_ingress import regions
from privatelink_ingress.plan import buckets, names
from privatelink_ingress.plan.log_groups import NONE_RETAINED, LogStorage, RetainedLogs
from privatelink_ingress.settings.edge import Logs

_WRITER = "logdelivery.elasticloadbalancing.amazonaws.com"
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
    bucket_policy: str
    """Requires TLS, and lets the load balancers of this account and region write under the three prefixes."""
    bucket_exists: bool
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
    bucket = logs.bucket or names.fit(f"{name}-logs-{account_id}-{region}", names.BUCKET)
    arn = f"arn:{regions.partition(region)}"
    delivery = {
        "Sid": "LoadBalancerLogs",
        "Effect": "Allow",
        "Principal": {"Service": _WRITER},
        "Action": "s3:PutObject",
        "Resource": [
            f"{arn}:s3:::{bucket}/{prefix}/AWSLogs/{account_id}/*" for prefix in (ACCESS, CONNECTION, HEALTH_CHECK)
        ],
        "Condition": {"ArnLike": {"aws:SourceArn": f"{arn}:elasticloadbalancing:{region}:{account_id}:loadbalancer/*"}},
    }
    return LogsPlan(
        bucket=bucket,
        bucket_policy=buckets.policy(bucket, region=region, more=[delivery]),
        bucket_exists=retained.bucket,
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
