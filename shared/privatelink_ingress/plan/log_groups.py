"""How CloudWatch Logs keeps what the stacks log."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True, kw_only=True)
class LogNames:
    """Names that a stack's logs get in every deployment, so that AWS may already have them."""

    log_groups: tuple[str, ...]
    bucket: str | None = None
    """The log bucket, which contains the account's id, or which the stack file names."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class RetainedLogs:
    """Logs that a stack left in AWS when it was removed. The next deployment imports those that its state lacks."""

    log_groups: frozenset[str] = frozenset()
    """Names of log groups with the stack's tag, or without any."""
    bucket: bool = False
    """Whether the stack's log bucket exists."""

    def joined(self, other: RetainedLogs) -> RetainedLogs:
        """Both, for logs of several Regions whose names differ."""
        return RetainedLogs(log_groups=self.log_groups | other.log_groups, bucket=self.bucket or other.bucket)


NONE_RETAINED = RetainedLogs()


@dataclasses.dataclass(frozen=True, kw_only=True)
class LogStorage:
    """Of one log group."""

    retention_days: int
    key_arn: str | None
    """KMS key that encrypts it; None for a key of CloudWatch Logs's own."""
    retain_on_delete: bool
    """Whether the group stays in AWS, with its logs, when it leaves the stack."""
    retained: frozenset[str] = frozenset()
    """As `RetainedLogs.log_groups`."""

    def import_id(self, group: str | None) -> str | None:
        """The id to import the group of this name by; None where it has to be created."""
        return group if group in self.retained else None
