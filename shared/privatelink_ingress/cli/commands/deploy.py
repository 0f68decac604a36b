"""`deploy`, `teardown` and `drift`: all stacks of the repository on Pulumi's engine, in the order that they need."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from privatelink_ingress.cli import invocation
from privatelink_ingress.cli.options import FOUND_SOMETHING, Json, Profiles, Root

commands = typer.Typer()

Stacks = Annotated[
    list[str] | None,
    typer.Argument(metavar="[STACK]...", help="Such as shop, or eks-service/shop; all stacks when left out."),
]
Parallel = Annotated[int, typer.Option("--parallel", min=1, help="Stacks at once.")]
TimeLimit = Annotated[
    float, typer.Option("--time-limit", min=0.1, help="Minutes within which each preview must end.", metavar="MINUTES")
]


@commands.command(epilog="Example: ./run deploy --preview")
def deploy(
    context: typer.Context,
    stack: Stacks = None,
    preview: Annotated[bool, typer.Option("--preview", help="Show what would change, and stop.")] = False,
    profile: Profiles = None,
    secrets_provider: Annotated[
        str | None,
        typer.Option("--secrets-provider", help="For new stacks: what encrypts their secrets.", metavar="URL"),
    ] = None,
    parallel: Parallel = 4,
    time_limit: TimeLimit = 15.0,
    root: Root = Path("."),
) -> None:
    """Deploy all stacks, or those named: workloads at once, their edge after them, attached stacks last.

    A workload's images are copied on the way, so a first deployment is one command. After a failure or Ctrl-C, the same
    command resumes. Exit code 0 when every stack succeeded, 1 otherwise, 2 when the command could not start.
    """
    from privatelink_ingress.cli import deploy as command
    from privatelink_ingress.cli.views import deploy as view
    from privatelink_ingress.deployment import deploy as running
    from privatelink_ingress.fleet import outcomes

    every, chosen = command.select(root, stack or (), compare=True)
    console = Console()
    with view.Live(console) as live:
        settings = command.settings(
            root,
            chosen,
            live,
            profiles=profile or (),
            parallel=parallel,
            minutes=time_limit,
            secrets_provider=secrets_provider,
        )
        if preview:
            found = running.preview(every, chosen, settings)
        else:
            images = command.RegistryImages(profile or (), console)
            found = running.deploy(every, chosen, settings, images)
    again = invocation.again(context, "stack", "profile", "secrets_provider", "parallel", "time_limit", "root")
    view.summary(found, console, again="" if preview else again, planned=preview)
    raise typer.Exit(outcomes.exit_code(found))


@commands.command(epilog="Example: ./run teardown prod-blog")
def teardown(
    context: typer.Context,
    stack: Stacks = None,
    preview: Annotated[bool, typer.Option("--preview", help="Show what would be deleted, and stop.")] = False,
    unprotect: Annotated[
        bool,
        typer.Option("--remove-deletion-protection", help="Turn it off first; images and logs are deleted as well."),
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    profile: Profiles = None,
    parallel: Parallel = 4,
    time_limit: TimeLimit = 15.0,
    root: Root = Path("."),
) -> None:
    """Delete all stacks' resources, or those of the named stacks: attached stacks first, workloads last.

    Stack files and empty states remain, so `deploy` creates everything again. Exit codes as of `deploy`.
    """
    from privatelink_ingress.cli import deploy as command
    from privatelink_ingress.cli.views import deploy as view
    from privatelink_ingress.deployment.teardown import Teardown
    from privatelink_ingress.fleet import outcomes

    every, chosen = command.select(root, stack or (), compare=False)
    console = Console()
    live = view.Live(console)
    settings = command.settings(root, chosen, live, profiles=profile or (), parallel=parallel, minutes=time_limit)
    planned = Teardown(every, chosen, settings, unprotect=unprotect or preview)
    view.planned_teardown(planned.planned, console)
    if preview or not planned.planned:
        console.print("Nothing was deleted." if preview else "No stack has resources.")
        return
    command.require_consent(yes=yes)
    with live:
        found = planned.run()
    again = invocation.again(context, "stack", "unprotect", "profile", "parallel", "time_limit", "root")
    view.summary(found, console, again=again)
    raise typer.Exit(outcomes.exit_code(found))


@commands.command(epilog="Example: ./run drift --json")
def drift(
    stack: Stacks = None,
    profile: Profiles = None,
    parallel: Parallel = 4,
    time_limit: TimeLimit = 15.0,
    root: Root = Path("."),
    as_json: Json = False,
) -> None:
    """Compare all stacks, or those named, with AWS: what would a deployment change? Changes nothing.

    Exit code 0 without a difference, 1 with one or when a stack could not be compared, 2 when the command could not
    start.
    """
    from privatelink_ingress.cli import deploy as command
    from privatelink_ingress.cli.views import deploy as view
    from privatelink_ingress.deployment import drift as running
    from privatelink_ingress.fleet import outcomes

    _, chosen = command.select(root, stack or (), compare=False)
    console = Console(stderr=as_json)
    with view.Live(console) as live:
        settings = command.settings(root, chosen, live, profiles=profile or (), parallel=parallel, minutes=time_limit)
        found = running.drift(chosen, settings)
    if as_json:
        typer.echo(view.as_json(found))
    else:
        view.summary(found, console, planned=True)
    if outcomes.exit_code(found, drift=True):
        raise typer.Exit(FOUND_SOMETHING)
