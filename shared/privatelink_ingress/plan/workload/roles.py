"""Roles that AWS services assume on the workload side, and what each may do."""

from __future__ import annotations

import dataclasses
import json


@dataclasses.dataclass(frozen=True, kw_only=True)
class RolePlan:
    """One role."""

    key: str
    service: str
    """The AWS service that assumes it, such as `eks.amazonaws.com`."""
    managed_policies: tuple[str, ...] = ()
    """Names of AWS managed policies."""
    policy: str | None = None
    """A policy of the role's own, as JSON: where AWS's managed ones would allow more than it needs."""
    permissions_boundary: str | None = None
    """ARN of the policy that limits whatever the role's own policies allow."""
    session_tags: bool = False
    """EKS and Pod Identity tag their sessions: https://docs.aws.amazon.com/eks/latest/userguide/pod-id-role.html"""

    def trust_policy(self) -> str:
        """The JSON that says who may assume the role."""
        statement = {
            "Effect": "Allow",
            "Principal": {"Service": self.service},
            "Action": ["sts:AssumeRole", "sts:TagSession"] if self.session_tags else ["sts:AssumeRole"],
        }
        return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def managed_policy_arn(name: str) -> str:
    """The ARN of a policy that AWS maintains."""
    return f"arn:aws:iam::aws:policy/{name}"
