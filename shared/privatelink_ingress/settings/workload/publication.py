"""How the cluster's service is offered over PrivateLink."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from pydantic.alias_generators import to_camel

from privatelink_ingress.arns import Arn
from privatelink_ingress.settings.arns import PrincipalArn, RoleArn, TopicArn
from privatelink_ingress.settings.fields import (
    UNIQUE,
    AccountId,
    ExternalId,
    GrpcCodes,
    HealthPath,
    InvalidSetting,
    Region,
    Settings,
)
from privatelink_ingress.settings.networks import Cidr
from privatelink_ingress.settings.parameters import ParameterPrefix


class Consumer(Settings):
    """One account that may connect to the endpoint service."""

    account_id: AccountId
    principal_arn: PrincipalArn | None = None
    """A role or user instead of the whole account."""
    alb_subnet_cidrs: Annotated[tuple[Cidr, ...], UNIQUE] = ()
    """The edge's load balancer subnets. When every consumer has them, the network load balancer admits no others."""

    @model_validator(mode="after")
    def _principal_of_the_account(self) -> Self:
        if self.principal_arn is not None and Arn.parse(self.principal_arn).account_id != self.account_id:
            raise InvalidSetting(
                f"is {self.principal_arn!r}, of another account than accountId ({self.account_id})",
                "Write a principal of that account, or correct accountId.",
                at=("principalArn",),
            )
        return self


class Parameter(Settings):
    """The contract's copy in Parameter Store."""

    prefix: ParameterPrefix = "/central-ingress/connections"
    writer_role_arn: RoleArn | None = None
    """Role in the edge account that writes it there; without it, it is written in the workload account."""
    writer_external_id: ExternalId | None = None
    """The external id that the role requires."""
    tier: Literal["Standard", "Advanced"] = "Standard"
    """Advanced can be shared with other accounts through AWS RAM."""

    @model_validator(mode="after")
    def _external_id_has_a_role(self) -> Self:
        if self.writer_external_id is not None and self.writer_role_arn is None:
            raise InvalidSetting("has no effect without writerRoleArn", "Remove it.", at=("writerExternalId",))
        return self


class Notifications(Settings):
    """Messages about connections to the service, such as that an endpoint waits to be accepted."""

    topic_arn: TopicArn
    """SNS topic in the service's account and Region, whose policy lets `vpce.amazonaws.com` publish to it:
    https://docs.aws.amazon.com/vpc/latest/privatelink/create-notification-endpoint-service.html"""
    events: Annotated[tuple[Literal["Accept", "Connect", "Delete", "Reject"], ...], Field(min_length=1), UNIQUE] = (
        "Accept",
        "Connect",
        "Delete",
        "Reject",
    )


class Publication(Settings):
    """How the cluster's service is offered over PrivateLink."""

    consumers: Annotated[tuple[Consumer, ...], Field(min_length=1)]
    acceptance_required: bool = False
    """If true, each new endpoint waits until this account accepts it.

    Off by default, for a consumer that is an edge account of its own: there, bootstrap's `endpointServices` decides who
    connects. In an account shared with others, any principal that may create endpoints could connect as well."""
    notifications: Notifications | None = None
    supported_regions: Annotated[tuple[Region, ...], UNIQUE] = ()
    """Regions beside its own from which the service can be reached. On both sides that takes the permission
    `vpce:AllowMultiRegion`, which is denied by default:
    https://docs.aws.amazon.com/vpc/latest/privatelink/privatelink-share-your-services.html#endpoint-service-cross-region"""
    protocol: Literal["http", "https"] = "http"
    """What the edge's load balancer speaks with the controller. With https the controller needs `tlsSecret`."""
    http2: bool = False
    """True offers HTTP/2 and gRPC as well, for routes of the edge with `protocol: http2` or `grpc`. Needs https."""
    grpc_health_path: HealthPath | None = None
    """Where a controller of your own answers health checks of gRPC; the stack's own controller decides it itself."""
    grpc_health_codes: GrpcCodes | None = None
    """Its gRPC status codes that mean healthy."""
    cross_zone: bool | None = None
    """Whether each zone sends to the nodes of all zones. When not set: as long as a zone has fewer than two nodes of
    its own. False costs nothing between zones, and needs a node in each."""
    health_path: HealthPath = "/nginx-health"
    parameter: Parameter = Parameter()
    removal: Literal["guarded", "unguarded"] = "guarded"
    """guarded: while an endpoint is connected, the stack refuses to be destroyed before anything of it is touched.

    AWS refuses as well, but late: DeleteVpcEndpointServiceConfigurations fails when nodes and controller, on which the
    service stands, are gone. It costs a word: `pulumi destroy` needs `--run-program`. unguarded leaves it to AWS."""

    @model_validator(mode="after")
    def _http2_needs_tls(self) -> Self:
        if self.http2 and self.protocol == "http":
            raise InvalidSetting(
                "is true, but publication.protocol is http, and the controller speaks HTTP/2 over TLS alone",
                "Write protocol: https beside it, with controller.tlsSecret, or remove http2.",
                at=("http2",),
            )
        for key in ("grpc_health_path", "grpc_health_codes"):
            if getattr(self, key) is not None and not self.http2:
                reason = "has no effect without http2: true"
                raise InvalidSetting(reason, "Write http2: true, or remove it.", at=(to_camel(key),))
        return self

    @model_validator(mode="after")
    def _consumers_differ(self) -> Self:
        seen: set[tuple[str, str | None]] = set()
        for index, consumer in enumerate(self.consumers):
            if (principal := (consumer.account_id, consumer.principal_arn)) in seen:
                who = consumer.principal_arn or f"account {consumer.account_id}"
                raise InvalidSetting(
                    f"admits {who} a second time", "Write each consumer once.", at=("consumers", index)
                )
            seen.add(principal)
        return self
