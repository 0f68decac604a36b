"""Settings of a connection's backends: the clusters that serve it, and how they share its requests."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from privatelink_ingress.arns import Arn
from privatelink_ingress.settings.arns import RoleArn
from privatelink_ingress.settings.fields import (
    UNIQUE,
    AccountId,
    ConnectionName,
    EndpointServiceName,
    ExternalId,
    GrpcCodes,
    HealthPath,
    InvalidSetting,
    ParameterReference,
    Region,
    Settings,
    StackNameSetting,
    ZoneId,
)

POSITIONS = 2
"""The most backends of one connection: a slot has addresses for this many (`plan/edge/addresses.py`)."""


class Service(Settings):
    """An endpoint service without a stack in this system: the values that its contract would have."""

    endpoint_service_name: EndpointServiceName
    account_id: AccountId
    """Account that owns the service."""
    zone_ids: Annotated[tuple[ZoneId, ...], Field(min_length=2, max_length=6), UNIQUE]
    """Zones in which the service can be reached."""
    port: Annotated[int, Field(ge=1, le=65535)] = 80
    protocol: Literal["HTTP", "HTTPS"] = "HTTP"
    health_path: HealthPath = "/nginx-health"
    http2: bool = False
    """Whether it also speaks HTTP/2 and gRPC at `port`, which takes HTTPS."""
    grpc_health_path: HealthPath = "/grpc.health.v1.Health/Check"
    """Where it answers health checks of gRPC with one of `grpcHealthCodes`."""
    grpc_health_codes: GrpcCodes = "0"
    supported_regions: Annotated[tuple[Region, ...], UNIQUE] = ()
    """Regions beside its own from which the service can be reached."""
    acceptance_required: bool = False
    """Whether each new endpoint waits until the service's owner accepts it."""

    @model_validator(mode="after")
    def _http2_needs_tls(self) -> Self:
        if self.http2 and self.protocol == "HTTP":
            raise InvalidSetting(
                "is true, but protocol is HTTP, and the edge forwards HTTP/2 and gRPC over TLS alone",
                "Write protocol: HTTPS beside it, and the port, or remove http2.",
                at=("http2",),
            )
        return self


class Backend(Settings):
    """One cluster that serves a connection, and the source of its contract: `stack`, `parameter` or `service`."""

    stack: StackNameSetting | None = None
    """An `eks-service` stack: `shop`, or `<organization>/<project>/shop`."""
    parameter: ParameterReference | None = None
    """A parameter with the contract: its name in the edge's account, or the ARN of one that another account shares.

    Shared parameters are of the advanced tier:
    https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-shared-parameters.html"""
    reader_role_arn: RoleArn | None = None
    """Role in the parameter's account that reads it; needed unless the parameter is shared."""
    accepter_role_arn: RoleArn | None = None
    """Role in the service's account that accepts the endpoint, if the service has `acceptanceRequired`.

    Without it, the endpoint waits until a person in that account accepts it."""
    accepter_external_id: ExternalId | None = None
    """External id that assuming that role requires."""
    service: Service | None = None
    """The contract itself."""
    connection_name: ConnectionName | None = None
    """Name in this backend's contract, if it differs from the connection's: two clusters cannot publish one name."""
    position: Annotated[int, Field(ge=0, le=POSITIONS - 1)] = 0
    """Permanent, like the slot: the endpoint's addresses follow from it, not from the order of the list."""
    generation: Annotated[int, Field(ge=0, le=1)] = 0
    """Changing it creates a new endpoint, at other addresses, before the old one is deleted.

    Change it when the endpoint service gets a new name: with the same number, the old endpoint must be deleted before
    the new one can have its addresses, and the connection is down for some minutes."""
    weight: Annotated[int, Field(ge=0, le=999)] | None = None
    """Share of the requests, 0-999 (TargetGroupTuple of the ELBv2 API), in proportion to the other backend's. By
    default, the only backend or the one at position 0 has 1, and a second one at position 1 stands by, with 0."""

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        written = [key for key in ("stack", "parameter", "service") if getattr(self, key) is not None]
        if len(written) != 1:
            reason = f"has {' and '.join(written)}" if written else "names no service"
            raise InvalidSetting(reason, "Write one of stack, parameter and service.")
        if self.accepter_external_id is not None and self.accepter_role_arn is None:
            raise InvalidSetting("has no effect without accepterRoleArn", "Remove it.", at=("accepterExternalId",))
        if self.reader_role_arn is not None and self.parameter is None:
            raise InvalidSetting("has no effect without parameter", "Remove it.", at=("readerRoleArn",))
        if self.reader_role_arn is not None and str(self.parameter).startswith("arn:"):
            owner, reader = (Arn.parse(arn).account_id for arn in (str(self.parameter), self.reader_role_arn))
            if owner != reader:
                raise InvalidSetting(
                    f"is of account {reader}, but the parameter is of {owner}",
                    f"Write a role of account {owner}, or remove it when the parameter is shared.",
                    at=("readerRoleArn",),
                )
        return self

    @property
    def source(self) -> str:
        """The key of its contract in plans: the stack as written, or the kind and name of another source."""
        if self.stack is not None:
            return self.stack
        if self.service is not None:
            return f"service {self.service.endpoint_service_name}"
        return f"parameter {self.parameter}" + (f" read by {self.reader_role_arn}" if self.reader_role_arn else "")

    @property
    def label(self) -> str:
        """The source as messages name it."""
        return f"stack {self.stack}" if self.stack is not None else self.source


def weights(backends: tuple[Backend, ...]) -> dict[int, int]:
    """The weight of each backend, by position."""
    alone = len(backends) == 1
    return {
        backend.position: (1 if alone or backend.position == 0 else 0) if backend.weight is None else backend.weight
        for backend in backends
    }


def _fit_a_slot(backends: tuple[Backend, ...]) -> tuple[Backend, ...]:
    if len(backends) > POSITIONS:
        raise InvalidSetting(
            f"has {len(backends)} entries, but a slot has addresses for {POSITIONS}",
            "Keep the two between which requests are to move, or publish the others as connections of their own.",
        )
    if len(backends) == POSITIONS:
        first, second = backends
        if first.position == second.position:
            raise InvalidSetting(
                f"is {second.position}, which the other backend has",
                f"Write position: {1 - second.position} at the newer one. It keeps that number when it is alone later.",
                at=(1, "position"),
            )
        if first.source == second.source:
            raise InvalidSetting(f"is {second.label}, as the other backend is", "Write the second cluster.", at=(1,))
    if not any(weights(backends).values()):
        raise InvalidSetting(
            "have weights that sum to zero, so no backend would answer",
            "Give one of them a weight from 1 to 999; to take the connection out of service, write state: maintenance.",
        )
    return backends


Backends = Annotated[tuple[Backend, ...], Field(min_length=1), AfterValidator(_fit_a_slot)]
