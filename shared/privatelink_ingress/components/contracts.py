"""Contracts of workload stacks, awaited as plain values, so that a plan can be built on them before registration."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

import pulumi

from privatelink_ingress import shard
from privatelink_ingress.contract import PROJECT, Contract, ContractError
from privatelink_ingress.problems import Problem
from privatelink_ingress.shard import ShardContract


def full_name(stack: str, project: str = PROJECT) -> str:
    """`<organization>/<project>/<stack>`; a short name is a stack of `project` in the organization of this one.

    On a self-managed backend the organization is the literal `organization`.
    """
    return stack if "/" in stack else f"{pulumi.get_organization()}/{project}/{stack}"


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


async def read_shard(stack: str, opts: pulumi.ResourceOptions | None = None) -> ShardContract:
    """What the edge stack `stack` publishes for attached stacks.

    Raises:
        ContractError: as `read`, or when `stack` is attached itself.
    """
    name = full_name(stack, shard.PROJECT)
    title = f"Stack {name} is no edge stack to attach to"
    return ShardContract.read(
        await outputs_of(name, [*ShardContract.model_fields, shard.ATTACHED_TO], title, opts), name
    )


async def read_all(stacks: Iterable[str], opts: pulumi.ResourceOptions | None = None) -> dict[str, Contract]:
    """The contracts of several stacks at once, by name as given; what is wrong with any of them in one message."""
    names = sorted(set(stacks))
    found = await asyncio.gather(*(read(stack, opts) for stack in names), return_exceptions=True)
    contracts: dict[str, Contract] = {}
    problems: list[Problem] = []
    for stack, outcome in zip(names, found, strict=True):
        if isinstance(outcome, ContractError):
            problems += (
                Problem(f"stack {full_name(stack)}, {problem.where}", problem.reason, problem.remedy)
                for problem in outcome.problems
            )
        elif isinstance(outcome, BaseException):
            raise outcome
        else:
            contracts[stack] = outcome
    if problems:
        raise ContractError("The contracts do not fit", problems)
    return contracts
