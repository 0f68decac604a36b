"""How CloudWatch Logs keeps what the stacks log."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True, kw_only=True)
class LogStorage:
    """Of one log group."""

    retention_days: int
    key_arn: str | None
    """KMS key that encrypts it; None for a key of CloudWatch Logs's own."""
