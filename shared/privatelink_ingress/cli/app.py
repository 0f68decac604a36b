"""The command line: every command, and how a user's mistake is told.

What a command needs is imported when it runs, so that `check` starts at once.
"""

from __future__ import annotations

import importlib.metadata
from typing import Annotated, Any

import typer
import typer.core
from rich.console import Console

from privatelink_ingress.cli import invocation, terminal
from privatelink_ingress.cli.commands import (
    bootstrap,
    connections,
    demo,
    deploy,
    doctor,
    files,
    images,
    ingress,
    orphans,
    preflight,
    report,
)
from privatelink_ingress.cli.options import FOUND_SOMETHING, WRONG_USE
from privatelink_ingress.problems import UsageError, UserError

_WORDS = {"bool": "", "str": "TEXT", "list[str]": "TEXT", "list[Path]": "PATH", "int": "NUMBER", "float": "NUMBER"}
"""What `--help` writes behind an option, by the Python type of its value; a switch has none."""


class _Group(typer.core.TyperGroup):
    """The commands together: a user's mistake is shown as a list, never as a traceback."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        _name_values(self)

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except UserError as error:
            from privatelink_ingress.cli.views import show

            show.error(Console(stderr=True), error)
            raise typer.Exit(WRONG_USE if isinstance(error, UsageError) else FOUND_SOMETHING) from None


def _name_values(command: Any) -> None:
    for parameter in command.params:
        if parameter.param_type_name == "option" and parameter.metavar is None:
            parameter.metavar = _WORDS.get(parameter.bare_type())
    for inner in getattr(command, "commands", {}).values():
        _name_values(inner)


app = typer.Typer(
    cls=_Group,
    name="privatelink-ingress",
    help="Central ingress for private EKS clusters over AWS PrivateLink.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,  # they would print stack files and credentials
)
for part in (files, demo, preflight, doctor, deploy, connections, images, ingress, orphans, report, bootstrap):
    app.add_typer(part.commands)


def _version(wanted: bool) -> None:
    if wanted:
        Console().print(importlib.metadata.version("privatelink-ingress"), highlight=False)
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    """Central ingress for private EKS clusters over AWS PrivateLink."""


def main() -> None:
    """Run the command line."""
    terminal.prepare()
    invocation.enter()
    with terminal.writing(failed=WRONG_USE):
        app(prog_name=invocation.program())
