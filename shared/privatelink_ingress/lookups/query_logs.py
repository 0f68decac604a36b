"""Looks up the query logs that a hosted zone has before planning: AWS refuses a second configuration in the middle."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Protocol

from privatelink_ingress.plan.edge import query_logs
from privatelink_ingress.plan.edge.query_logs import FoundQueryLogs
from privatelink_ingress.settings.edge import EdgeSettings


class Ask(Protocol):
    """Asks AWS: `privatelink_ingress.aws.query_logs.find`, in a thread of its own."""

    def __call__(
        self, zone_id: str, *, account_id: str, region: str, role_arn: str | None, external_id: str | None
    ) -> Awaitable[FoundQueryLogs | None]:
        """The configuration of the zone."""


async def find(settings: EdgeSettings, region: str, ask: Ask) -> FoundQueryLogs | None:
    """The configuration of the hosted zone's query logs; AWS is asked only where the stack is to have them.

    Raises:
        UserError: when it cannot be looked up, with AWS's answer.
    """
    if not query_logs.wanted(settings, region=region):
        return None
    return await ask(
        settings.dns.zone_id,
        account_id=settings.account_id,
        region=region,
        role_arn=settings.roles.network,
        external_id=settings.roles.external_id,
    )
