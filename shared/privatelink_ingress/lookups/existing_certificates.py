"""Looks up existing certificates before planning: only AWS knows their names, and whether they are valid."""

from __future__ import annotations

import datetime
from collections.abc import Awaitable, Mapping
from typing import Protocol

from privatelink_ingress.plan.edge import existing_certificates
from privatelink_ingress.plan.edge.existing_certificates import FoundCertificates
from privatelink_ingress.settings.attached import AttachedSettings
from privatelink_ingress.settings.edge import EdgeSettings


class Ask(Protocol):
    """Asks AWS: `privatelink_ingress.aws.existing_certificates.find`, in a thread of its own."""

    def __call__(
        self, arns: Mapping[str, str], *, account_id: str, region: str, role_arn: str | None, external_id: str | None
    ) -> Awaitable[FoundCertificates]:
        """The certificates; `arns` by the key of the stack file that holds each."""


async def find(settings: EdgeSettings | AttachedSettings, region: str, ask: Ask) -> FoundCertificates:
    """The existing certificates of a stack's own account and Region; AWS is asked only where the stack has any.

    Raises:
        UserError: with every certificate that cannot be looked up, and AWS's answer.
    """
    arns = existing_certificates.visible(settings, region)
    if not arns:
        return FoundCertificates(by_arn={}, seen=datetime.datetime.now(datetime.UTC))
    return await ask(
        arns,
        account_id=settings.account_id,
        region=region,
        role_arn=settings.roles.network,
        external_id=settings.roles.external_id,
    )
