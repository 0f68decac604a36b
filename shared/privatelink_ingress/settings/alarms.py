"""Settings of alarms: whether the edge has any, whom they notify, and from when they fire."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from privatelink_ingress import regions
from privatelink_ingress.settings.arns import TopicArn
from privatelink_ingress.settings.fields import PARTITION, InvalidSetting, Settings, matching

Key = Annotated[
    str,
    # AliasName, KMS API. No service may use the keys that AWS manages, alias/aws/...:
    # https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html#compatibility-with-aws-services
    matching(
        rf"alias/(?!aws/)[\w/-]{{1,250}}|arn:{PARTITION}:kms:{regions.PATTERN}:\d{{12}}:key/[\w-]+",
        "the alias of a key of your own, such as alias/alarms, or the ARN of the key",
    ),
]

Percent = Annotated[float, Field(gt=0, le=100)]


class Thresholds(Settings):
    """From when the alarms of a connection fire. A stack sets it for all its connections, a connection for itself."""

    unhealthy_minutes: Annotated[int, Field(ge=1, le=60)] = 3
    """Minutes in a row for which the target of one zone may be unhealthy.

    3: a target is unhealthy 20 s after its service fails, and a pod that is rescheduled is back within two minutes."""
    error_percent: Percent = 5.0
    """Share of requests, of 5 minutes, that the service answers with a status of 500 or above.

    5: clients retry single errors; one request in twenty is an outage of a part of the service."""
    error_requests: Annotated[int, Field(ge=1)] = 20
    """Requests in 5 minutes from which `errorPercent` counts. 20: in a quiet night one error is not 100 %."""
    latency_seconds: Annotated[float, Field(gt=0)] = 3.0
    """Time that 99 of 100 requests may take from the load balancer to the service's answer, in 5 minutes.

    3: people leave a page that takes longer. A service with long polling or downloads sets more."""
    dropped_packets: Annotated[int, Field(ge=0)] = 10
    """Packets that the endpoint may drop in 5 minutes.

    10: single packets are dropped when a connection is reset; a service out of reach drops them all the time."""
    blocked_requests: Annotated[int, Field(ge=1)] = 600
    """Requests in 5 minutes that a firewall rule for this connection alone may block: its own rate limit.

    600: two a second are more than the retries of one misbehaving client."""
    certificate_days: Annotated[int, Field(ge=1, le=59)] = 30
    """Days before a certificate expires.

    30: ACM renews its own 60 days before, so it has failed for a month, and a month is left to mend the record."""

    def overridden(self, own: Thresholds) -> Thresholds:
        """These, with what `own` writes in place of them."""
        return self.model_copy(update={key: getattr(own, key) for key in own.model_fields_set})


class Notifying(Settings):
    """Whether a stack has alarms, and whom they notify."""

    enabled: bool | None = None
    """Unset, a stack has no alarms; but an attached one has them when the stack with the load balancer has."""
    topic_arn: TopicArn | None = None
    """An existing SNS topic of the Region. Without it, alarms notify the topic that their stack creates; those of an
    attached stack, the topic of the stack with the load balancer."""


class OwnTopic(Notifying):
    """Of a stack that creates its topic unless it names one."""

    key: Key | None = None
    """A KMS key of your own for the topic that the stack creates; its policy admits CloudWatch: docs/alarms.md."""

    @model_validator(mode="after")
    def _topic_or_key(self) -> Self:
        if self.enabled and self.topic_arn is None and self.key is None:
            raise InvalidSetting(
                "is missing: CloudWatch cannot publish under the key that AWS manages for SNS",
                "Write the alias of a key of your own, as in docs/alarms.md, or topicArn for an existing topic.",
                at=("key",),
            )
        if self.topic_arn is not None and self.key is not None:
            raise InvalidSetting(
                "has no effect beside topicArn", "Remove it: an existing topic has its own key.", at=("key",)
            )
        return self


class Alarms(Thresholds, Notifying):
    """Alarms of the connections of one stack."""


class ShardAlarms(Alarms, OwnTopic):
    """Alarms of a stack with a load balancer."""

    balancer_error_percent: Percent = 1.0
    """Share of requests, of 5 minutes, that the load balancer itself fails.

    1: such a request found no service to answer it, and a healthy edge has next to none."""
    blocked_percent: Percent = 25.0
    """Share of requests, of 5 minutes, that the firewall blocks.

    25: scanners are a few percent of what reaches a public address; a quarter is an attack, or a rule that has begun
    to block what it should not."""
    quota_percent: Percent = 80.0
    """Share of a quota in use. 80: time to request a raise, or to add a shard, before it is full."""
