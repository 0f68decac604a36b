"""`orphans`: resources that AWS has and the states lack."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from privatelink_ingress.cli.options import FOUND_SOMETHING, EndpointUrl, Json, Profiles, Root

commands = typer.Typer()


@commands.command("orphans", epilog="Example: ./run orphans prod-blog")
def orphans(
    stack: Annotated[
        list[str] | None,
        typer.Argument(help="Stacks, as prod or central-ingress/prod; all when left out.", show_default=False),
    ] = None,
    state: Annotated[
        list[Path] | None,
        typer.Option(
            "--state",
            help="A file of `pulumi stack export`, instead of asking the Pulumi CLI; repeat for more.",
            exists=True,
            dir_okay=False,
        ),
    ] = None,
    profile: Profiles = None,
    endpoint_url: EndpointUrl = None,
    root: Root = Path("."),
    as_json: Json = False,
) -> None:
    """Find what an interrupted run left behind: resources in AWS with this project's tags that no state has.

    Only reads. For each it prints the command that deletes it, and the one that takes it into the state where a pending
    create fits. Exit code 0 when there is nothing, 1 when there is something, 2 when AWS or a state cannot be read.
    """
    from privatelink_ingress.cli import orphans as command
    from privatelink_ingress.cli import pulumi_cli
    from privatelink_ingress.cli.accounts import Accounts
    from privatelink_ingress.cli.views import orphans as view
    from privatelink_ingress.fleet.orphans import compare

    stacks = command.stacks(root)
    chosen = command.select(stacks, stack or ())
    if state:
        states = command.exported(state, stacks, chosen if stack else ())
        named = {one.stack for one in states}
        chosen = {label: one for label, one in chosen.items() if label in named}
    else:
        pulumi_cli.require("orphans", "or give exported states with --state.")
        states = command.export(root, chosen)
    accounts = Accounts(profiles=profile or (), endpoint_url=endpoint_url)
    resources, attached, unread = command.in_aws(chosen.values(), accounts)
    for problem in unread:
        typer.echo(f"Not read, so a shard's former query logs may be there: {problem}", err=True)
    found = compare(resources, states, attached)
    if as_json:
        typer.echo(json.dumps(view.as_data(found), indent=2))
    else:
        view.show(found, root, Console())
    if found.orphans or found.last:
        raise typer.Exit(FOUND_SOMETHING)
