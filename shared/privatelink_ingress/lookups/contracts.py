"""Contracts of backends, awaited as plain values, so that a plan can be built on them before registration."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any

import pulumi
import pulumi_aws as aws

from privatelink_ingress.contracts import shard
from privatelink_ingress.contracts.service import PROJECT, Contract, ContractError
from privatelink_ingress.contracts.shard import ShardContract
from privatelink_ingress.lookups import parameters
from privatelink_ingress.lookups.providers import account_of
from privatelink_ingress.plan.edge.backends import literal_contract
from privatelink_ingress.problems import Problem
from privatelink_ingress.settings.backends import Backend
from privatelink_ingress.settings.edge import Connection
from privatelink_ingress.stack_names import StackName


def full_name(stack: str, project: str = PROJECT) -> str:
    """`<organization>/<project>/<stack>`; a short name is a stack of `project` in the organization of this one.

    On a self-managed backend the organization is the literal `organization`.
    """
    return str(StackName.parse(stack).within(pulumi.get_organization(), project))


async def outputs_of(
    name: str, fields: Iterable[str], title: str, opts: pulumi.ResourceOptions | None = None
) -> dict[str, Any]:
    """Plain outputs of the stack with the full `name`; a missing one is None, as the SDK answers it.

    Raises:
        ContractError: with `title`, when an output is secret.
    """
    reference = pulumi.StackReference(name, opts=opts)
    fields = list(fields)
    details = await asyncio.gather(*(reference.get_output_details(field) for field in fields))
    outputs = dict(zip(fields, details, strict=True))
    if secret := [field for field, output in outputs.items() if output.secret_value is not None]:
        remedy = f"Export it from {name} as a plain value: nothing in a contract is secret."
        raise ContractError(title, [Problem(field, "is a secret", remedy) for field in secret])
    return {field: output.value for field, output in outputs.items()}


async def read(stack: str, opts: pulumi.ResourceOptions | None = None) -> Contract:
    """The contract that `stack` publishes.

    Raises:
        ContractError: when an output is missing, misfit or secret. The SDK answers a missing output with nothing.
    """
    name = full_name(stack)
    title = f"The contract of stack {name} does not fit"
    return Contract.read(await outputs_of(name, Contract.model_fields, title, opts), name)


async def read_shard(stack: str, parameter: str | None, readers: Readers) -> ShardContract:
    """What the edge stack `stack` publishes for attached stacks: its outputs, or what `parameter` holds if given.

    Raises:
        ContractError: as `read` or `parameters.read_shard`, or when `stack` is attached itself.
    """
    if parameter is not None:
        return await parameters.read_shard(
            parameter, provider=readers.edge, account_id=readers.account_id, region=readers.region
        )
    name = full_name(stack, shard.PROJECT)
    title = f"Stack {name} cannot be attached to: it exports no shard contract"
    return ShardContract.read(await outputs_of(name, [*ShardContract.model_fields, shard.ATTACHED_TO], title), name)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Readers:
    """Who reads contracts that are not in stacks, and finds the services that they name."""

    edge: aws.Provider
    by_role: Mapping[str, aws.Provider]
    """Of the backends' `readerRoleArn`, by ARN."""
    account_id: str
    """Of `edge`."""
    region: str


async def read_all(connections: Mapping[str, Connection], readers: Readers) -> dict[str, Contract]:
    """The contracts of all backends at once, by `Backend.source`; what is wrong with any of them in one message."""
    wanted = {
        backend.source: (name, backend) for name, connection in connections.items() for backend in connection.backends
    }
    reading = (_read(name, connections[name], backend, readers) for name, backend in wanted.values())
    outcomes = await asyncio.gather(*reading, return_exceptions=True)
    contracts: dict[str, Contract] = {}
    problems: list[Problem] = []
    for (source, (_, backend)), outcome in zip(wanted.items(), outcomes, strict=True):
        if isinstance(outcome, ContractError):
            label = f"stack {full_name(backend.stack)}" if backend.stack else source
            problems += (
                Problem(f"{label}, {problem.where}", problem.reason, problem.remedy) for problem in outcome.problems
            )
        elif isinstance(outcome, BaseException):
            raise outcome
        else:
            contracts[source] = outcome
    if problems:
        raise ContractError("The contracts do not fit", problems)
    return contracts


async def _read(name: str, connection: Connection, backend: Backend, readers: Readers) -> Contract:
    if backend.stack is not None:
        return await read(backend.stack)
    if backend.service is not None:
        contract = literal_contract(name, connection, backend, backend.service)
    elif backend.reader_role_arn is not None:
        contract = await parameters.read(
            backend,
            provider=readers.by_role[backend.reader_role_arn],
            account_id=account_of(backend.reader_role_arn),
            region=readers.region,
        )
    else:
        contract = await parameters.read(
            backend, provider=readers.edge, account_id=readers.account_id, region=readers.region
        )
    # A stack that is gone has no outputs; these sources outlive what they name.
    await parameters.check_service(contract, backend.source, provider=readers.edge, region=readers.region)
    return contract
