"""The contract: what an `eks-service` stack publishes and a `central-ingress` stack reads. Nothing in it is secret."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from privatelink_ingress.problems import Problem, UserError
from privatelink_ingress.settings.explain import explain, shown
from privatelink_ingress.settings.fields import (
    AccountId,
    ConnectionName,
    EndpointServiceName,
    HealthPath,
    Owner,
    Region,
    ZoneId,
    matching,
)

VERSION = 1
PROJECT = "eks-service"
"""Name of the Pulumi project whose stacks publish contracts."""


class ContractError(UserError):
    """A stack publishes no contract, or one that this version cannot read."""


class Contract(BaseModel):
    """Flat stack outputs; the same fields as JSON in the Parameter Store record."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    contract_version: Literal[1]
    connection_name: ConnectionName
    owner: Owner
    account_id: AccountId
    region: Region
    endpoint_service_name: EndpointServiceName
    endpoint_service_id: Annotated[str, matching(r"vpce-svc-[0-9a-f]+", "the id of an endpoint service")]
    zone_ids: Annotated[tuple[ZoneId, ...], Field(min_length=2)]
    """Zones in which the service can be reached; an endpoint fits in no other."""
    port: Annotated[int, Field(ge=1, le=65535)]
    protocol: Literal["HTTP", "HTTPS"]
    health_path: HealthPath
    supported_regions: tuple[Region, ...] = ()
    """Regions beside `region` from which the service can be reached.

    This field and the next may be missing: a stack of an earlier release publishes none, and supports none."""
    acceptance_required: bool = False
    """Whether each new endpoint waits until the service's owner accepts it."""

    @classmethod
    def read(cls, outputs: Mapping[str, Any], stack: str) -> Self:
        """Decode the outputs of `stack`.

        Raises:
            ContractError: names every missing or misfit field and what to run. Nothing is ever defaulted: a plan that
                is built on a missing value would delete live resources.
        """
        return decode(cls, outputs, f"The contract of stack {stack} does not fit", stack=stack, project=PROJECT)

    @classmethod
    def read_json(cls, text: str, parameter: str) -> Self:
        """Decode the value of a `parameter`.

        Raises:
            ContractError: as `read`, or when the value is no JSON object.
        """
        title = f"The contract in parameter {parameter} does not fit"
        remedy = f"Run `pulumi up` in {PROJECT}/ for the stack that publishes it: the stack writes the parameter."
        try:
            fields = json.loads(text)
        except json.JSONDecodeError as error:
            reason = f"is no JSON: {error.msg} at line {error.lineno}, column {error.colno}"
            raise ContractError(title, [Problem("value", reason, remedy)]) from None
        if not isinstance(fields, dict):
            raise ContractError(title, [Problem("value", f"is {shown(fields)}, but must be a mapping", remedy)])
        return _decode(cls, fields, title, remedy)


P = TypeVar("P", bound=BaseModel)


def decode(model: type[P], outputs: Mapping[str, Any], title: str, *, stack: str, project: str) -> P:
    """What a stack of `project` publishes for another to read, whose first field is the version of its form.

    Raises:
        ContractError: names every missing or misfit field and what to run.
    """
    remedy = f"Run `pulumi up --stack {stack.rsplit('/', 1)[-1]}` in {project}/, then this again."
    return _decode(model, outputs, title, remedy)


def _decode(model: type[P], fields: Mapping[str, Any], title: str, remedy: str) -> P:
    key, field = next(iter(model.model_fields.items()))
    (version,) = get_args(field.annotation)
    found = fields.get(key)
    if found is not None and found != version:
        number = f"{found:g}" if isinstance(found, int | float) else shown(found)
        reason = f"is {number}, but this program reads version {version}"
        same = "Deploy both projects from the same release of this repository."
        raise ContractError(title, [Problem(key, reason, same)])
    try:
        return model.model_validate({key: _whole(value) for key, value in fields.items() if value is not None})
    except ValidationError as error:
        problems = [Problem(problem.where, _reason(problem), remedy) for problem in explain(model, error)]
        raise ContractError(title, problems) from None


def _whole(value: Any) -> Any:
    """A whole number as one: stack references read every number as a float."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _reason(problem: Problem) -> str:
    """A problem's reason with what would be right: nobody writes a contract by hand, so that is no remedy here."""
    bare = problem.reason.startswith("is '") and problem.reason.endswith("'")
    return (
        f"{problem.reason}, not {problem.remedy.removeprefix('Write ').removesuffix('.')}" if bare else problem.reason
    )
