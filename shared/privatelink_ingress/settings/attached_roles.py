"""Settings of the roles of attached stacks, and of the contracts that they read."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from privatelink_ingress.settings.arns import UNIQUE_ARNS, CertificateArn, RoleArn
from privatelink_ingress.settings.backends import POSITIONS
from privatelink_ingress.settings.edge import SLOTS
from privatelink_ingress.settings.fields import (
    UNIQUE,
    EndpointServiceName,
    ExternalId,
    InvalidSetting,
    ParameterReference,
    Settings,
    StackNameSetting,
)
from privatelink_ingress.settings.sign_in import UserPoolArn
from privatelink_ingress.settings.trust import GitHub, TrustedArn

MOST_SERVICES = len(SLOTS) * POSITIONS
"""Endpoint services that the connections of a shard can name."""


class ContractSources(Settings):
    """Where backends of an edge stack have their contracts, when it is not in stacks, and who accepts for them."""

    parameters: Annotated[tuple[ParameterReference, ...], UNIQUE] = ()
    """Parameters that it reads: names of its own account, or ARNs of ones that other accounts share with it."""
    reader_role_arns: Annotated[tuple[RoleArn, ...], UNIQUE_ARNS] = ()
    """Backends' `readerRoleArn`; the deployer's role may then assume them."""
    accepter_role_arns: Annotated[tuple[RoleArn, ...], UNIQUE_ARNS] = ()
    """Backends' `accepterRoleArn`; the same."""


class AttachedRole(Settings):
    """The role of one attached stack, which may use its shard and change nothing of it."""

    edge_stack: StackNameSetting
    """Its shard, which must be deployed: the role's policy names the shard's resources one by one."""
    endpoint_services: Annotated[tuple[EndpointServiceName, ...], Field(max_length=MOST_SERVICES), UNIQUE] = ()
    """The endpoint services that it may connect to: `endpoint_service_name` of its connections' contracts."""
    edge_parameter: ParameterReference | None = None
    """The parameter with the shard's contract. A StackReference would need the key of all secrets of the shard."""
    principals: Annotated[tuple[TrustedArn, ...], UNIQUE_ARNS] = ()
    """Who may assume it, instead of those of `trust`."""
    external_id: ExternalId | None = None
    """The external id that `principals` must send."""
    github: GitHub | None = None
    """Workflows of the team's own repository, instead of the one of `trust`."""
    contracts: ContractSources = ContractSources()
    hosted_zone_role_arns: Annotated[tuple[RoleArn, ...], UNIQUE_ARNS] = ()
    """`hostedZoneRoles` of its stack file; it may then assume them."""
    cross_region: bool = False
    """True lets the stack connect to endpoint services of other regions."""
    user_pools: Annotated[tuple[UserPoolArn, ...], UNIQUE] = ()
    """User pools of Amazon Cognito that its connections sign clients in with."""
    existing_certificates: Annotated[tuple[CertificateArn, ...], UNIQUE] = ()
    """Certificates that its connections name by `arn`, which it looks up and does not change."""

    @model_validator(mode="after")
    def _connects_to_something(self) -> Self:
        if not self.endpoint_services:
            raise InvalidSetting(
                "is empty, so the role could create no endpoint",
                "Write the service name of each backend: `pulumi stack output endpoint_service_name` in eks-service/.",
                at=("endpointServices",),
            )
        return self

    @model_validator(mode="after")
    def _external_id_has_principals(self) -> Self:
        if self.external_id is not None and not self.principals:
            raise InvalidSetting(
                "has no effect without principals",
                "Remove it: trust has an external id of its own.",
                at=("externalId",),
            )
        return self

    @model_validator(mode="after")
    def _own_trust_reads_a_parameter(self) -> Self:
        if self.has_own_trust and self.edge_parameter is None:
            raise InvalidSetting(
                "is missing: without it, this role would need the right to decrypt the secrets of the shard's domain",
                "Set contractPrefix in the shard's file, and write the parameter <contractPrefix>/<shard> here and in "
                "the attached stack's file.",
                at=("edgeParameter",),
            )
        return self

    @property
    def has_own_trust(self) -> bool:
        """Whether others than those of `trust` deploy it: they get a secrets key of their own."""
        return bool(self.principals) or self.github is not None
