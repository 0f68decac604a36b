"""A role of another account that a stack assumes for a few of its calls."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True, kw_only=True)
class ForeignRole:
    """The role, and the provider that assumes it."""

    provider: str
    """The provider's name."""
    role_arn: str
    external_id: str | None
    account_id: str
    """Of the role: the one account that the provider may touch."""
    region: str
