"""The roles that a stack is deployed with."""

from __future__ import annotations

from privatelink_ingress.settings.fields import ExternalId, PolicyArn, RoleArn, Settings


class Roles(Settings):
    """Roles to assume, one per duty; ambient credentials where not set."""

    network: RoleArn | None = None
    iam: RoleArn | None = None
    ecr: RoleArn | None = None
    eks: RoleArn | None = None
    permissions_boundary: PolicyArn | None = None
    """Boundary of every role that the stack makes; `permissions_boundaries` of the bootstrap stack."""
    external_id: ExternalId | None = None
    """What the roles ask for when they are assumed."""
