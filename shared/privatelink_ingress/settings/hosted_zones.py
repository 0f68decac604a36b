"""Settings of hosted zones that belong to another account."""

from __future__ import annotations

from privatelink_ingress.settings.arns import RoleArn
from privatelink_ingress.settings.fields import ExternalId, Settings


class HostedZoneRole(Settings):
    """A role of the account that owns a hosted zone. It writes this stack's records there: docs/connections.md."""

    role_arn: RoleArn
    external_id: ExternalId | None = None
    """What the role requires when it is assumed."""
