"""`images`: the images in each workload's registry."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from privatelink_ingress.cli import invocation
from privatelink_ingress.cli.options import FOUND_SOMETHING, EndpointUrl, Json, Profiles, Root

commands = typer.Typer(
    name="images",
    help="The images that each workload pins: look for them in its registry, or copy them there.",
    epilog="Example: ./run images status",
    no_args_is_help=True,
)

ImageStack = Annotated[str | None, typer.Option("--stack", help="One workload stack; all of them when left out.")]


@commands.command("status", epilog="Example: ./run images status --stack shop")
def images_status(
    context: typer.Context,
    stack: ImageStack = None,
    profile: Profiles = None,
    endpoint_url: EndpointUrl = None,
    root: Root = Path("."),
    as_json: Json = False,
) -> None:
    """Ask each workload's registry for its images: by digest, with tags and platforms.

    Exit code 0 when all are there, 1 when one is missing or cannot be seen.
    """
    from privatelink_ingress.cli import images as command
    from privatelink_ingress.cli.accounts import Accounts
    from privatelink_ingress.cli.views import images as view
    from privatelink_ingress.fleet import images

    targets, copy_command = images.select(root, stack), _copy_command(context)
    checks = command.status(targets, Accounts(profiles=profile or (), endpoint_url=endpoint_url))
    if as_json:
        typer.echo(json.dumps(view.as_data(targets, checks, copy_command), indent=2))
    else:
        view.print_status(targets, checks, Console(), copy_command)
    if not images.all_there(checks):
        raise typer.Exit(FOUND_SOMETHING)


@commands.command("copy", epilog="Example: ./run images copy --stack shop --dry-run")
def images_copy(
    context: typer.Context,
    stack: ImageStack = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the commands, and stop.")] = False,
    profile: Profiles = None,
    root: Root = Path("."),
) -> None:
    """Copy each workload's images into its registry, every platform and by digest, with crane or skopeo.

    Exit code 0 when all are there, 1 when one is not, 2 when neither tool is.
    """
    from privatelink_ingress.cli import images as command
    from privatelink_ingress.cli.accounts import Accounts
    from privatelink_ingress.fleet import images

    targets, accounts = images.select(root, stack), Accounts(profiles=profile or ())
    if not command.copy(targets, accounts, Console(), copy_command=_copy_command(context), dry_run=dry_run):
        raise typer.Exit(FOUND_SOMETHING)


def _copy_command(context: typer.Context) -> Callable[[str], str]:
    def command(stack: str) -> str:
        return invocation.again(context, "root", "profile", command="images copy", arguments=("--stack", stack))

    return command
