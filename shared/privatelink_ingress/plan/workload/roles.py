"""Roles that AWS services assume on the workload side, and what each may do."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True, kw_only=True)
class RolePlan:
    """One role."""

    key: str
    trust_policy: str
    """Who may assume it, as JSON: `plan/service_trust.py`."""
    managed_policies: tuple[str, ...] = ()
    """Names of AWS managed policies."""
    policy: str | None = None
    """A policy of the role's own, as JSON: where AWS's managed ones would allow more than it needs."""
    permissions_boundary: str | None = None
    """ARN of the policy that limits whatever the role's own policies allow."""


def managed_policy_arn(name: str) -> str:
    """The ARN of a policy that AWS maintains."""
    return f"arn:aws:iam::aws:policy/{name}"
