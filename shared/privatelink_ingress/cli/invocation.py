"""Where the user stands and how they called this program, so that paths and printed commands mean the same to both."""

from __future__ import annotations

import contextlib
import os
import shlex
from pathlib import Path

import typer

from privatelink_ingress.contracts import service, shard
from privatelink_ingress.fleet.pulumi_commands import PulumiCommand
from privatelink_ingress.stackfiles.reader import PROJECT_FILE

RUN_FROM = "RUN_FROM"
"""Environment variable with the directory that `run` was called from. `run` itself changes into the checkout."""

_checkout: Path | None = None


def enter() -> None:
    """Change into the directory that `run` was called from, so that every relative path starts there."""
    global _checkout
    if directory := os.environ.get(RUN_FROM):
        _checkout = Path.cwd()
        with contextlib.suppress(OSError):  # it was deleted meanwhile: only absolute paths can be meant
            os.chdir(directory)


def repository() -> Path:
    """The repository that is meant without --root: the nearest one around the user, or else the checkout of `run`."""
    here = Path.cwd()
    projects = (service.PROJECT, shard.PROJECT)
    for directory in (here, *here.parents):
        if any((directory / project / PROJECT_FILE).is_file() for project in projects):
            return directory
    return here if (here / PROJECT_FILE).is_file() else _checkout or here


def program() -> str:
    """What the user types to call this program from where they stand."""
    if _checkout is None:
        return "privatelink-ingress"
    path = shown(_checkout / "run")
    return path if "/" in path else f"./{path}"


def shown(path: Path) -> str:
    """A path as the user would type it: relative when it is near, else absolute."""
    relative = os.path.relpath(path.absolute())
    return str(path.absolute()) if relative.startswith("../..") else relative


def again(context: typer.Context, *options: str, command: str | None = None, arguments: tuple[str, ...] = ()) -> str:
    """A command with those of the user's `options` that they gave in this call.

    Args:
        context: Of this call.
        options: Names of the command's parameters to repeat, arguments included.
        command: Another command than this one: `images copy`.
        arguments: Further words, such as `--stack shop`.
    """
    words = (command or context.command_path.partition(" ")[2]).split()
    for parameter in context.command.params:
        name = parameter.name or ""
        if name not in options or not _given(context, name):
            continue
        value = context.params[name]
        for item in value if isinstance(value, list | tuple) else [value]:
            text = shown(item) if isinstance(item, Path) else str(item)
            option = () if parameter.param_type_name == "argument" else (parameter.opts[0],)
            words += option if value is True else (*option, text)
    return f"{program()} {shlex.join([*words, *arguments])}"


def pulumi(command: PulumiCommand, root: Path) -> str:
    """A command of the Pulumi CLI as the user would type it."""
    return shlex.join(command.arguments(shown(root / command.project)))


def default_root(context: typer.Context, parameter: typer.CallbackParam, value: Path) -> Path:
    """Callback of --root: what was given, or `repository()`."""
    return value if _given(context, parameter.name or "") else repository()


def default_out(context: typer.Context, parameter: typer.CallbackParam, value: Path) -> Path:
    """Callback of --out: what was given, or its default in `repository()`."""
    return value if _given(context, parameter.name or "") else repository() / value


def _given(context: typer.Context, name: str) -> bool:
    source = context.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"
