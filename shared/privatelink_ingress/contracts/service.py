"""The contract that an `eks-service` stack publishes and a `central-ingress` stack reads. It contains no secrets."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from privatelink_ingress.problems import Problem, UserError
from privatelink_ingress.settings.explain import explain, shown
from privatelink_ingress.settings.fields import (
    AccountId,
    ConnectionName,
    EndpointServiceName,
    GrpcCodes,
    HealthPath,
    InvalidSetting,
    Owner,
    Region,
    ZoneId,
    matching,
)
from privatelink_ingress.settings.route_protocols import ProtocolVersion

VERSION = 2
"""The version that this release publishes. It reads each version that `Contract.contract_version` lists."""

PROJECT = "eks-service"
"""Name of the Pulumi project whose stacks publish contracts."""


class ContractError(UserError):
    """A stack publishes no contract, or a contract that this version cannot read."""


class Contract(BaseModel):
    """Flat stack outputs; the same fields as JSON in the Parameter Store record."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    contract_version: Literal[1, 2]
    connection_name: ConnectionName
    owner: Owner
    account_id: AccountId
    region: Region
    endpoint_service_name: EndpointServiceName
    endpoint_service_id: Annotated[str, matching(r"vpce-svc-[0-9a-f]+", "the id of an endpoint service")]
    zone_ids: Annotated[tuple[ZoneId, ...], Field(min_length=2)]
    """Zones of the service; an endpoint can be in no other zone."""
    port: Annotated[int, Field(ge=1, le=65535)]
    protocol: Literal["HTTP", "HTTPS"]
    health_path: HealthPath
    supported_regions: tuple[Region, ...] = ()
    """Regions other than `region` from which endpoints can connect.

    This field and the next may be missing: stacks of an earlier release do not publish them, and support neither."""
    acceptance_required: bool = False
    """Whether each new endpoint waits until the service's owner accepts it."""
    protocol_versions: Annotated[tuple[ProtocolVersion, ...], Field(min_length=1)] = ("HTTP1",)
    """What the service speaks at `port`. Version 1 of the contract does not say it, and knew HTTP/1.1 alone."""
    grpc_health_path: HealthPath = "/grpc.health.v1.Health/Check"
    """Where the service answers health checks of a gRPC target group with one of `grpc_health_codes`."""
    grpc_health_codes: GrpcCodes = "0"
    keepalive_seconds: Annotated[float, Field(gt=0)] | None = None
    """How long the service keeps an idle connection open. None, and so the next, when the stack does not know."""
    read_timeout_seconds: Annotated[float, Field(gt=0)] | None = None
    """How long the service waits for the next part of an application's answer."""

    @model_validator(mode="after")
    def _says_what_its_version_says(self) -> Self:
        if self.contract_version >= 2 and "protocol_versions" not in self.model_fields_set:
            raise InvalidSetting("is missing", "Publish it.", at=("protocol_versions",))
        if self.protocol == "HTTP" and self.protocol_versions != ("HTTP1",):
            reason = f"has {', '.join(self.protocol_versions)}, but protocol is HTTP, where only HTTP1 is possible"
            raise InvalidSetting(reason, "Publish HTTP1 alone.", at=("protocol_versions",))
        return self

    @classmethod
    def read(cls, outputs: Mapping[str, Any], stack: str) -> Self:
        """Decode the outputs of `stack`.

        Raises:
            ContractError: names every missing or invalid field and the command to run. No value is ever defaulted: a
                plan built on a missing value would delete live resources.
        """
        return decode(cls, outputs, f"The contract of stack {stack} does not fit", stack=stack, project=PROJECT)

    @classmethod
    def read_json(cls, text: str, parameter: str) -> Self:
        """Decode the value of a `parameter`.

        Raises:
            ContractError: as `read`, or when the value is not a JSON object.
        """
        return decode_json(cls, text, parameter, project=PROJECT)


P = TypeVar("P", bound=BaseModel)


def decode(model: type[P], outputs: Mapping[str, Any], title: str, *, stack: str, project: str) -> P:
    """Decode the outputs that a stack of `project` publishes for another. The model's first field is its version.

    Raises:
        ContractError: names every missing or invalid field and the command to run.
    """
    remedy = f"Run `pulumi up --stack {stack.rsplit('/', 1)[-1]}` in {project}/, then this again."
    return _decode(model, outputs, title, remedy)


def decode_json(model: type[P], text: str, parameter: str, *, project: str) -> P:
    """Decode the value of a `parameter` that a stack of `project` writes.

    Raises:
        ContractError: as `decode`, or when the value is not a JSON object.
    """
    title = f"The contract in parameter {parameter} does not fit"
    remedy = f"Run `pulumi up` in {project}/ for the stack that publishes it: the stack writes the parameter."
    try:
        fields = json.loads(text)
    except json.JSONDecodeError as error:
        reason = f"is not valid JSON: {error.msg} at line {error.lineno}, column {error.colno}"
        raise ContractError(title, [Problem("value", reason, remedy)]) from None
    if not isinstance(fields, dict):
        raise ContractError(title, [Problem("value", f"is {shown(fields)}, but must be a mapping", remedy)])
    return _decode(model, fields, title, remedy)


def _decode(model: type[P], fields: Mapping[str, Any], title: str, remedy: str) -> P:
    key, field = next(iter(model.model_fields.items()))
    versions = get_args(field.annotation)
    published = fields.get(key)
    if published is not None and published not in versions:
        number = f"{published:g}" if isinstance(published, int | float) else shown(published)
        read = f"version {versions[0]}" if len(versions) == 1 else f"versions {' and '.join(map(str, versions))}"
        reason = f"is {number}, but this program reads {read}"
        same = "Deploy both projects from the same release of this repository."
        raise ContractError(title, [Problem(key, reason, same)])
    try:
        return model.model_validate({key: _whole(value) for key, value in fields.items() if value is not None})
    except ValidationError as error:
        problems = [Problem(problem.where, _reason(problem), remedy) for problem in explain(model, error)]
        raise ContractError(title, problems) from None


def _whole(value: Any) -> Any:
    """A whole number as `int`: stack references read every number as `float`."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _reason(problem: Problem) -> str:
    """A problem's reason with the valid value: contracts are not written by hand, so it cannot be the remedy."""
    bare = problem.reason.startswith("is '") and problem.reason.endswith("'")
    return (
        f"{problem.reason}, not {problem.remedy.removeprefix('Write ').removesuffix('.')}" if bare else problem.reason
    )
