"""The tags of every resource."""

from __future__ import annotations

from collections.abc import Mapping

MANAGED_BY = "privatelink-ingress"


def common(*, project: str, stack: str, owner: str, environment: str, extra: Mapping[str, str]) -> dict[str, str]:
    """Tags of all resources of a stack; `extra` wins, except over the four that tell where a resource comes from."""
    return {
        **extra,
        "ManagedBy": MANAGED_BY,
        "Stack": f"{project}/{stack}",
        "Owner": owner,
        "Environment": environment,
    }
