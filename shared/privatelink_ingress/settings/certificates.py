"""Settings of the certificates of the HTTPS listener."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from privatelink_ingress.settings.arns import CertificateArn
from privatelink_ingress.settings.fields import UNIQUE_NAMES, DomainName, HostedZoneId, InvalidSetting, Settings

_COMMON_NAME = 64
"""Characters of DomainName of RequestCertificate, ACM API: it becomes the common name. Further names have 253."""


class Certificate(Settings):
    """A certificate of the HTTPS listener: issued here (`domains` and `zoneId`), or an existing one (`arn`)."""

    domains: Annotated[tuple[DomainName, ...], Field(min_length=1, max_length=10), UNIQUE_NAMES] | None = None
    """The certificate's names; the first is its common name; ACM allows 10 by default (quota L-FB94F0B0)."""
    zone_id: HostedZoneId | None = None
    """Hosted zone that gets the validation records; `dns.zoneId` when not set."""
    validation_records: Literal["own", "existing"] = "own"
    """`existing`: another stack of this account owns the records that validate these names, since ACM wants the same
    record for a name in all certificates of an account. Only for as long as that stack keeps them does ACM renew."""
    arn: CertificateArn | None = None

    @model_validator(mode="after")
    def _issued_or_existing(self) -> Self:
        if (self.domains is None) == (self.arn is None):
            reason = "has neither domains nor arn" if self.arn is None else "has both domains and arn"
            raise InvalidSetting(reason, "Write domains to have a certificate issued, or the arn of an existing one.")
        if self.domains is not None and len(self.domains[0]) > _COMMON_NAME:
            short = next((name for name in self.domains if len(name) <= _COMMON_NAME), None)
            reason = (
                f"has {len(self.domains[0])} characters, but the first name of a certificate has at most {_COMMON_NAME}"
            )
            remedy = (
                f"Write {short} first." if short else f"Write a name of at most {_COMMON_NAME} characters before it."
            )
            raise InvalidSetting(reason, remedy, at=("domains", 0))
        if self.arn is not None and self.zone_id is not None:
            raise InvalidSetting(
                "has no effect beside arn", "Remove it: an existing certificate is not validated.", at=("zoneId",)
            )
        if self.validation_records == "existing" and (self.arn is not None or self.zone_id is not None):
            other = "arn" if self.arn is not None else "zoneId"
            raise InvalidSetting(f"has no effect beside {other}", "Keep one of the two.", at=("validationRecords",))
        return self
