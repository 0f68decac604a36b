"""Contracts that are read from Parameter Store, and whether the services that they name are there."""

from __future__ import annotations

import dataclasses

import pulumi
import pulumi_aws as aws

from privatelink_ingress import tokens as t
from privatelink_ingress.arns import Arn
from privatelink_ingress.contracts import shard
from privatelink_ingress.contracts.service import PROJECT, Contract, ContractError
from privatelink_ingress.contracts.shard import ShardContract
from privatelink_ingress.problems import Problem
from privatelink_ingress.settings.backends import Backend


async def read(backend: Backend, *, provider: aws.Provider, account_id: str, region: str) -> Contract:
    """The contract in the parameter that `backend` names.

    Args:
        backend: One with a `parameter`.
        provider: Reads it.
        account_id: Account of `provider`.
        region: Region of `provider`.

    Raises:
        ContractError: when the parameter does not exist, cannot be read, or does not hold a contract.
    """
    reference = str(backend.parameter)
    text = await _text(reference, _OF_WORKLOAD, provider=provider, account_id=account_id, region=region)
    return Contract.read_json(text, reference)


async def read_shard(reference: str, *, provider: aws.Provider, account_id: str, region: str) -> ShardContract:
    """The contract of a shard in the parameter `reference`. Other arguments and exceptions as of `read`."""
    text = await _text(reference, _OF_SHARD, provider=provider, account_id=account_id, region=region)
    return ShardContract.read_json(text, reference)


@dataclasses.dataclass(frozen=True)
class _Kind:
    """What a missing parameter's message says of its publisher."""

    project: str
    written: str


_OF_WORKLOAD = _Kind(
    PROJECT,
    "the stack writes the parameter <publication.parameter.prefix>/<connectionName>, in its own account unless "
    "writerRoleArn is set.",
)
_OF_SHARD = _Kind(shard.PROJECT, "with contractPrefix in its file, it writes the parameter <contractPrefix>/<stack>.")


async def _text(reference: str, kind: _Kind, *, provider: aws.Provider, account_id: str, region: str) -> str:
    name, owner, elsewhere = _place(reference, account_id, region)
    title = f"The contract in parameter {reference} cannot be read"
    try:
        parameter = await aws.ssm.get_parameter(
            name=name, region=elsewhere, with_decryption=False, opts=pulumi.InvokeOptions(provider=provider)
        )
    except Exception as error:
        raise ContractError(title, [_unreadable(reference, name, owner, kind, str(error))]) from None
    if parameter.insecure_value is None:
        reason = f"is of type {parameter.type}, but a contract holds no secrets"
        remedy = f"Run `pulumi up` in {kind.project}/ for the stack that publishes it: it writes a String."
        raise ContractError(title, [Problem("type", reason, remedy)])
    return parameter.insecure_value


async def check_service(contract: Contract, source: str, *, provider: aws.Provider, region: str) -> None:
    """Find the endpoint service: a parameter outlives the service that it names, and a literal may be mistyped.

    Args:
        contract: What `source` says.
        source: Where it is from, for the message.
        provider: Of the edge.
        region: Region of the edge.

    Raises:
        ContractError: when the edge's account cannot see the service.
    """
    elsewhere = {"serviceRegions": [contract.region]} if contract.region != region else {}
    asked = {"serviceName": contract.endpoint_service_name, **elsewhere}
    try:
        # Not the typed function: it reads each property of its result, and warns users of the deprecated one.
        await pulumi.runtime.invoke_async(t.GET_ENDPOINT_SERVICE, asked, pulumi.InvokeOptions(provider=provider))
    except Exception as error:
        name, text = contract.endpoint_service_name, str(error)
        # The provider tells of a service that AWS does not show as a resource that it could not find.
        if any(sign in text for sign in ("InvalidServiceName", "no matching", "couldn't find resource")):
            reason = f"names the service {name}, which does not exist or does not allow this account"
            remedy = (
                f"Run `pulumi up` in {PROJECT}/ for the stack that publishes {contract.connection_name}, with this "
                "account among its publication.consumers; or remove the backend when the service is gone."
            )
        else:
            reason = f"names the service {name}, which could not be looked up: {text}"
            remedy = "Allow the deploying role ec2:DescribeVpcEndpointServices, then run this again."
        raise ContractError(f"The contract of {source} is stale", [Problem("service", reason, remedy)]) from None


def _place(reference: str, account_id: str, region: str) -> tuple[str, str, str | None]:
    """The name to ask for, the account that owns it, and its Region when it is another.

    Parameter Store knows a parameter of the caller's own account by name, and one that is shared by its whole ARN.
    """
    if not reference.startswith("arn:"):
        return reference, account_id, None
    arn = Arn.parse(reference)
    name = arn.resource.removeprefix("parameter") if arn.account_id == account_id else reference
    return name, arn.account_id, arn.region if arn.region != region else None


def _unreadable(reference: str, name: str, owner: str, kind: _Kind, text: str) -> Problem:
    if "ParameterNotFound" in text or "couldn't find resource" in text:
        return Problem(
            reference,
            f"does not exist in account {owner}",
            f"Run `pulumi up` in {kind.project}/ for the stack that publishes it: {kind.written}",
        )
    if "AccessDenied" in text and name.startswith("arn:"):
        return Problem(
            reference,
            f"account {owner} does not let this account read it",
            "Set publication.parameter.tier of its stack to Advanced and share the parameter through AWS RAM, or "
            f"write readerRoleArn: a role of account {owner} that may read it.",
        )
    return Problem(reference, f"could not be read: {text}", "Allow the reading role ssm:GetParameter on it.")
