"""The contract: what an `eks-service` stack publishes and a `central-ingress` stack reads. Nothing in it is secret."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from privatelink_ingress.problems import Problem, UserError
from privatelink_ingress.settings.fields import AccountId, ConnectionName, Owner, ZoneId

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
    region: Annotated[str, Field(pattern=r"^[a-z]{2}(-[a-z]+)+-\d$")]
    endpoint_service_name: Annotated[str, Field(pattern=r"^com\.amazonaws\.vpce\.[a-z0-9-]+\.vpce-svc-[0-9a-f]+$")]
    endpoint_service_id: Annotated[str, Field(pattern=r"^vpce-svc-[0-9a-f]+$")]
    zone_ids: Annotated[tuple[ZoneId, ...], Field(min_length=2)]
    """Zones in which the service can be reached; an endpoint fits in no other."""
    port: Annotated[int, Field(ge=1, le=65535)]
    protocol: Literal["HTTP", "HTTPS"]
    health_path: Annotated[str, Field(pattern=r"^/")]

    @classmethod
    def read(cls, outputs: Mapping[str, Any], stack: str) -> Self:
        """Decode the outputs of `stack`.

        Raises:
            ContractError: names every missing or misfit field and what to run. Nothing is ever defaulted: a plan that
                is built on a missing value would delete live resources.
        """
        return decode(cls, outputs, f"The contract of stack {stack} does not fit", stack=stack, project=PROJECT)


P = TypeVar("P", bound=BaseModel)


def decode(model: type[P], outputs: Mapping[str, Any], title: str, *, stack: str, project: str) -> P:
    """What a stack of `project` publishes for another to read, whose first field is the version of its form.

    Raises:
        ContractError: names every missing or misfit field and what to run.
    """
    key, field = next(iter(model.model_fields.items()))
    (version,) = get_args(field.annotation)
    found = outputs.get(key)
    if found is not None and found != version:
        shown = f"{found:g}" if isinstance(found, int | float) else repr(found)
        reason = f"is {shown}, but this program reads version {version}"
        remedy = "Deploy both projects from the same release of this repository."
        raise ContractError(title, [Problem(key, reason, remedy)])
    try:
        return model.model_validate({key: value for key, value in outputs.items() if value is not None})
    except ValidationError as error:
        raise ContractError(
            title,
            [
                Problem(
                    ".".join(map(str, item["loc"])),
                    "is missing" if item["type"] == "missing" else f"is {item['input']!r}: {item['msg']}",
                    f"Run `pulumi up --stack {stack.rsplit('/', 1)[-1]}` in {project}/, then this again.",
                )
                for item in error.errors()
            ],
        ) from None
