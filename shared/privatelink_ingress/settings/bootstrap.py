"""Settings of a `bootstrap` stack: the state bucket and the key of one account."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from privatelink_ingress.settings.fields import AccountId, Owner, Settings, Tags


class BootstrapSettings(Settings):
    """All keys of a `bootstrap` stack file."""

    account_id: AccountId
    """Account that this stack may touch; any other is refused by the provider."""
    owner: Owner
    environment: Annotated[str, Field(min_length=1, max_length=64)] = "production"
    tags: Tags
    bucket: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$")] | None = None
    """Name of the state bucket; built from account and region when not set."""
