"""Settings of a `bootstrap` stack: the state bucket and the key of one account."""

from __future__ import annotations

from privatelink_ingress.settings.edge import BucketName
from privatelink_ingress.settings.fields import AccountId, Environment, Owner, Settings, Tags


class BootstrapSettings(Settings):
    """All keys of a `bootstrap` stack file."""

    account_id: AccountId
    """Account that this stack may touch; any other is refused by the provider."""
    owner: Owner
    environment: Environment = "production"
    tags: Tags
    bucket: BucketName | None = None
    """Name of the state bucket; built from account and region when not set."""
