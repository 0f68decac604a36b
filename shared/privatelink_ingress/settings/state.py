"""Settings of the bucket and the keys of states."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import AfterValidator, model_validator

from privatelink_ingress.settings.arns import UNIQUE_ARNS
from privatelink_ingress.settings.edge import BucketName
from privatelink_ingress.settings.fields import InvalidSetting, RetentionDays, Settings
from privatelink_ingress.settings.trust import TrustedArn


def _role_or_user(arn: str) -> str:
    if arn.endswith(":root"):
        raise InvalidSetting(f"is {arn}, the whole account", "Name each role or user that administers the keys.")
    return arn


class Keys(Settings):
    """The KMS keys of states and secrets."""

    administrators: Annotated[tuple[Annotated[TrustedArn, AfterValidator(_role_or_user)], ...], UNIQUE_ARNS] = ()
    """Roles and users who manage the keys and open every state: whoever deploys this stack, and a second one. The keys
    then have a policy of their own, in place of AWS's default, which leaves all to IAM."""


class AccessLogs(Settings):
    """Server access logs of the state bucket, in another bucket. Without either key, none are kept."""

    bucket: BucketName | None = None
    """An existing bucket of the account and Region, whose policy admits logging.s3.amazonaws.com."""
    retention_days: RetentionDays | None = None
    """Creates the bucket, which keeps the logs that long."""

    @model_validator(mode="after")
    def _either_exists_or_is_created(self) -> Self:
        if self.bucket and self.retention_days:
            raise InvalidSetting(
                "has no effect beside bucket, which has a life cycle of its own", "Remove it.", at=("retentionDays",)
            )
        return self
