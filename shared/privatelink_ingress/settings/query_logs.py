"""Settings of a hosted zone's query logs: which names resolvers ask Route 53 for.

https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/query-logs.html
"""

from __future__ import annotations

from typing import Self

from pydantic import model_validator

from privatelink_ingress.arns import Arn
from privatelink_ingress.settings.arns import KeyArn
from privatelink_ingress.settings.fields import InvalidSetting, Settings

REGION = "us-east-1"
"""The Region of every log group with query logs, wherever the stack is:
https://docs.aws.amazon.com/Route53/latest/APIReference/API_CreateQueryLoggingConfig.html"""


class QueryLogs(Settings):
    """Query logs of the hosted zone, which are kept as long as the other logs of `logs`."""

    enabled: bool = False
    """True logs the queries for every name of the zone, also those that other stacks own. Of the stacks that share a
    zone, one may have it: Route 53 keeps one configuration for each zone."""
    key_arn: KeyArn | None = None
    """A KMS key of us-east-1 for the log group. Required where `logs.keyArn` is of another Region."""

    @model_validator(mode="after")
    def _the_key_can_encrypt_the_log_group(self) -> Self:
        if self.key_arn is None:
            return self
        if not self.enabled:
            raise InvalidSetting(
                "has no effect while enabled is false", "Write enabled: true, or remove keyArn.", at=("keyArn",)
            )
        if (region := Arn.parse(self.key_arn).region) != REGION:
            raise InvalidSetting(
                f"is a key of {region}, but Route 53 writes query logs to {REGION} only",
                f"Write a key of {REGION}.",
                at=("keyArn",),
            )
        return self
