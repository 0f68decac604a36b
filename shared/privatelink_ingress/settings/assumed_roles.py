"""The roles that a stack is deployed with."""

from __future__ import annotations

from typing import Self

from pydantic import model_validator

from privatelink_ingress.settings.arns import PolicyArn, RoleArn
from privatelink_ingress.settings.fields import ExternalId, InvalidSetting, Settings

DEPLOYER_PATH = "/privatelink-ingress/"
"""Path of all roles and policies of the bootstrap stack."""


class AssumedRoles(Settings):
    """Roles to assume, all of the account that the stack may touch; ambient credentials where not set."""

    network: RoleArn | None = None
    permissions_boundary: PolicyArn | None = None
    """Boundary of every role that the stack creates; `permissions_boundaries` of the bootstrap stack."""
    external_id: ExternalId | None = None
    """What the roles require when they are assumed."""

    @property
    def by_duty(self) -> dict[str, str | None]:
        """ARN of the role of each duty; None with ambient credentials."""
        return self.model_dump(exclude={"permissions_boundary", "external_id"})

    @model_validator(mode="after")
    def _external_id_has_a_role(self) -> Self:
        if self.external_id is not None and not any(self.by_duty.values()):
            raise InvalidSetting(
                "has no effect, since no role is assumed",
                "Remove it, or write the roles that require it.",
                at=("externalId",),
            )
        return self
