"""`bootstrap`: what an account's first stack needs beside `pulumi up`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from privatelink_ingress.cli.options import Root
from privatelink_ingress.plan.account.state_migration import LOCAL

commands = typer.Typer(
    name="bootstrap",
    help="The first stack of an account: its state moves into the bucket that it created.",
    epilog="Example: ./run bootstrap migrate-state workload",
    no_args_is_help=True,
)


@commands.callback()
def _group() -> None:
    """The first stack of an account: its state moves into the bucket that it created."""


@commands.command("migrate-state", epilog="Example: ./run bootstrap migrate-state workload --dry-run")
def migrate_state(
    stack: Annotated[str, typer.Argument(help="The bootstrap stack.", show_default=False)],
    source: Annotated[str, typer.Option("--from", help="Backend that has the state now.", metavar="URL")] = LOCAL,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the commands, and stop.")] = False,
    root: Root = Path("."),
) -> None:
    """Move a bootstrap stack's state into its bucket, its secrets to its key, and log pulumi in there.

    Exit code 0 when it is there and shows no change, 1 when a step failed: the same call goes on from it. Set
    PULUMI_CONFIG_PASSPHRASE as for the first pulumi up.
    """
    from privatelink_ingress.cli import migrate_state as command
    from privatelink_ingress.cli import pulumi_cli

    pulumi_cli.require("bootstrap migrate-state", "or run the commands that docs/bootstrap.md shows yourself, later.")
    command.migrate(root, stack, Console(), source=source, dry_run=dry_run)
