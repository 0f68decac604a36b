"""The frame of a program: its configuration as text, its Region, and how a user's mistake ends it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable

import pulumi
from pulumi.runtime import config as runtime_config

from privatelink_ingress import regions
from privatelink_ingress.problems import Problem, UserError


def project_config() -> dict[str, str]:
    """The stack's configuration of this project, defaults of `Pulumi.yaml` included: bare key to text.

    The engine hands every value over as text; objects and lists are JSON.
    """
    prefix = f"{pulumi.get_project()}:"
    # Pulumi has no public call that lists keys, and only a list can show a key that nobody knows.
    everything = {**runtime_config.get_config_env(), **runtime_config.CONFIG.get()}
    return {key.removeprefix(prefix): str(value) for key, value in everything.items() if key.startswith(prefix)}


def region() -> str:
    """The region of the stack, from `aws:region`.

    Raises:
        UserError: when the stack does not set it to the name of a Region. It is never guessed: a wrong region builds
            a second system.
    """
    value = pulumi.Config("aws").get("region") or ""
    if problem := regions.problem(value):
        raise UserError("The stack has no region", [problem])
    return value


def run(deploy: Callable[[], Awaitable[pulumi.Inputs]]) -> None:
    """Run a program that returns its outputs; a user's mistake ends it with the message alone, without a traceback."""

    async def main() -> pulumi.Inputs:
        try:
            return await deploy()
        except UserError as error:
            raise pulumi.RunError(str(error)) from None

    pulumi.run(main)


def warn(problems: Iterable[Problem]) -> None:
    """Show each in the output of `pulumi preview` and `pulumi up`, as a warning."""
    for problem in problems:
        pulumi.log.warn(str(problem))
