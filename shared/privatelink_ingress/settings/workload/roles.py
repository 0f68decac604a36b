"""The roles that a stack is deployed with."""

from __future__ import annotations

from privatelink_ingress.settings.arns import RoleArn
from privatelink_ingress.settings.assumed_roles import AssumedRoles


class Roles(AssumedRoles):
    """One role for each duty; ambient credentials where not set."""

    iam: RoleArn | None = None
    ecr: RoleArn | None = None
    eks: RoleArn | None = None
