"""`onboard` and `offboard`: a connection comes and goes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from privatelink_ingress.cli.options import FOUND_SOMETHING, EndpointUrl, Json, Out, Profiles, Root

commands = typer.Typer()


@commands.command(epilog="Example: privatelink-ingress onboard news --stack news --host news.example.com")
def onboard(
    name: Annotated[str, typer.Argument(help="The connection: what the workload's stack publishes.")],
    stack: Annotated[list[str], typer.Option("--stack", help="Workload stack, an eks-service stack with a file here.")],
    host: Annotated[list[str], typer.Option("--host", help="Host that it answers to; repeat for more.")],
    path: Annotated[list[str] | None, typer.Option("--path", help="Path; all when left out.")] = None,
    owner: Annotated[str | None, typer.Option(help="Team; the workload's when left out.")] = None,
    shard: Annotated[str | None, typer.Option(help="Stack with the load balancer; the first with room.")] = None,
    slot: Annotated[int | None, typer.Option(help="Slot; the first free one when left out.")] = None,
    attached: Annotated[bool, typer.Option("--attached", help="Give it a stack of its own.")] = False,
    edit_workload: Annotated[
        bool, typer.Option("--edit-workload", help="Also admit the edge in the workload's file where it does not.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be done, and stop.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    run: Annotated[bool, typer.Option("--run", help="Deploy it with pulumi right after.")] = False,
    root: Root = Path("."),
    as_json: Json = False,
) -> None:
    """Publish a workload: write its connection into the stack files, once all of them are right with it.

    Exit code 0 when it is written or was there already, 1 when something keeps it out; then nothing is written.
    """
    from privatelink_ingress.cli import onboard as command
    from privatelink_ingress.cli import pulumi_cli
    from privatelink_ingress.cli.views import onboard as view
    from privatelink_ingress.fleet.onboarding import Wish

    if run and not dry_run:
        pulumi_cli.require()
    paths = {"paths": tuple(path)} if path else {}
    wish = Wish(
        name=name,
        stack=command.only(stack),
        hosts=tuple(host),
        owner=owner,
        shard=shard,
        slot=slot,
        attached=attached,
        **paths,
    )
    report, console = command.prepare(root, wish, edit_workload=edit_workload), Console()
    if not as_json:
        view.show(report, console, root)
    if report.changes and not dry_run:
        if not (yes or as_json):
            typer.confirm("Write this?", abort=True)
        command.write(report)
    if as_json:
        typer.echo(json.dumps(view.as_data(report, written=bool(report.changes) and not dry_run), indent=2))
    elif not run or dry_run:
        view.show_next(report, console)
    if run and not dry_run:
        pulumi_cli.run(root, report.commands, Console(stderr=as_json))


@commands.command(epilog="Example: privatelink-ingress offboard news --profile edge --profile news")
def offboard(
    name: Annotated[str, typer.Argument(help="The connection.", show_default=False)],
    force: Annotated[
        bool, typer.Option("--force", help="Go on in spite of traffic, or of what cannot be seen.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the step that is due, and stop.")] = False,
    days: Annotated[int, typer.Option(help="Days of traffic to look back on.", min=1, max=63)] = 7,
    profile: Profiles = None,
    endpoint_url: EndpointUrl = None,
    demo: Annotated[bool, typer.Option("--demo", help="Ask the demo that was left running.")] = False,
    run: Annotated[
        bool, typer.Option("--run", help="Deploy with pulumi in between, and go on to the end or a refusal.")
    ] = False,
    root: Root = Path("."),
    out: Out = Path(".demo"),
    as_json: Json = False,
) -> None:
    """Take a connection away, one step a run: drain, remove, reject what is left; you deploy in between, or --run does.

    Exit code 0 when a step is done or none is left, 1 when it is refused or waits for a deployment.
    """
    from privatelink_ingress.cli import offboard as command
    from privatelink_ingress.cli import pulumi_cli
    from privatelink_ingress.cli.accounts import Accounts
    from privatelink_ingress.cli.running import RunningCloud
    from privatelink_ingress.cli.views import offboard as view

    url = RunningCloud.read(out).endpoint_url if demo else endpoint_url
    accounts = Accounts(profiles=profile or (), endpoint_url=url)
    deploying = run and not dry_run
    if deploying:
        pulumi_cli.require()
    waited_for = None
    while True:
        plan = command.prepare(root, name, accounts, days=days, force=force)
        outcome = command.do(plan, dry_run=dry_run)
        if as_json:
            typer.echo(json.dumps(view.as_data(plan, outcome), indent=None if deploying else 2))
        else:
            view.show(plan, outcome, Console())
        # A deployment that did not bring the next step is not tried a second time.
        if not deploying or outcome in ("refused", "over") or (outcome == "waits" and waited_for == plan.due.step):
            break
        waited_for = plan.due.step
        pulumi_cli.run(root, command.deployments(plan), Console(stderr=as_json))
    if outcome in ("refused", "waits"):
        raise typer.Exit(FOUND_SOMETHING)
