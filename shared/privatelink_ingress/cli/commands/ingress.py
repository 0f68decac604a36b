"""`ingress`: what the Ingresses of a cluster must look like."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from privatelink_ingress.cli.options import FOUND_SOMETHING, Json, Root
from privatelink_ingress.local import installed

commands = typer.Typer(
    name="ingress",
    help="Ingresses of applications: will the controller serve them?",
    epilog="Example: ./run ingress check shop/ingress.yaml",
    no_args_is_help=True,
)


@commands.command("check", epilog="Example: kustomize build . | ./run ingress check - --stack shop")
def ingress_check(
    files: Annotated[list[str], typer.Argument(help="Manifests, directories of manifests, or - for standard input.")],
    stack: Annotated[
        str | None, typer.Option("--stack", help="The workload stack of the cluster: its settings and hosts count.")
    ] = None,
    root: Root = Path("."),
    as_json: Json = False,
) -> None:
    """Check the Ingresses of manifests, alone and against each other, offline.

    Exit code 0 when the controller would serve all of them, 1 when not, 2 when there is none to check.
    """
    installed.require(installed.SCHEMAS)
    from privatelink_ingress.cli import ingresses as command

    expected = command.target(root, stack)
    judgement = command.judge(files, expected)
    if as_json:
        typer.echo(command.as_json(judgement, expected))
    else:
        command.print_judgement(judgement, expected, Console())
    if not judgement.right:
        raise typer.Exit(FOUND_SOMETHING)
