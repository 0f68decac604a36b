"""`onboard` and `offboard`: publish a connection, and remove it."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from privatelink_ingress.cli import invocation
from privatelink_ingress.cli.options import FOUND_SOMETHING, EndpointUrl, Json, Out, Profiles, Root
from privatelink_ingress.problems import Problem, UsageError

commands = typer.Typer()


@commands.command(epilog="Example: ./run onboard news --stack news --host news.example.com")
def onboard(
    name: Annotated[str, typer.Argument(help="The connection; its workload stack publishes it.")],
    stack: Annotated[
        list[str], typer.Option("--stack", help="Workload stack: an eks-service stack with a stack file.")
    ],
    host: Annotated[list[str], typer.Option("--host", help="Host name to answer to; repeat for more.")],
    path: Annotated[list[str] | None, typer.Option("--path", help="Path pattern; all paths when left out.")] = None,
    owner: Annotated[str | None, typer.Option(help="Owning team; the workload's owner when left out.")] = None,
    shard: Annotated[
        str | None, typer.Option(help="Stack with the load balancer; the first with room when left out.")
    ] = None,
    slot: Annotated[int | None, typer.Option(help="Slot; the first free one when left out.")] = None,
    attached: Annotated[bool, typer.Option("--attached", help="Create a stack of its own for it.")] = False,
    client_certificates: Annotated[
        str | None,
        typer.Option(help="What it relies on of the shard's mutual TLS.", metavar="required|unwanted"),
    ] = None,
    edit_workload: Annotated[
        bool, typer.Option("--edit-workload", help="Also add the edge to the workload's consumers if missing.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be done, and stop.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Write without asking.")] = False,
    run: Annotated[bool, typer.Option("--run", help="Deploy it with pulumi right away.")] = False,
    root: Root = Path("."),
    as_json: Json = False,
) -> None:
    """Publish a workload: check all stack files with the new connection, then write it.

    Exit code 0 when it is written or already exists, 1 when something is wrong; then nothing is written.
    """
    from privatelink_ingress.cli import pulumi_cli
    from privatelink_ingress.cli.views import onboard as view
    from privatelink_ingress.fleet import onboarding_changes
    from privatelink_ingress.fleet.onboarding import OnboardRequest
    from privatelink_ingress.stackfiles import lock, writer

    if run and not dry_run:
        pulumi_cli.require()
    paths = {"paths": tuple(path)} if path else {}
    request = OnboardRequest(
        name=name,
        stack=onboarding_changes.only(stack),
        hosts=tuple(host),
        owner=owner,
        shard=shard,
        slot=slot,
        attached=attached,
        client_certificates=client_certificates,
        **paths,
    )
    console = Console()
    with lock.exclusive(root, on_wait=_say_waiting):
        report = onboarding_changes.prepare(root, request, edit_workload=edit_workload)
        following = [invocation.pulumi(command, root) for command in report.commands]
        if not as_json:
            view.show(report, console, root)
        if report.changes and not dry_run:
            if not (yes or as_json):
                _confirm()
            writer.apply(report.changes)
    if as_json:
        typer.echo(json.dumps(view.as_data(report, following, written=bool(report.changes) and not dry_run), indent=2))
    elif not run or dry_run:
        view.show_next(following, console)
    if run and not dry_run:
        pulumi_cli.run(root, report.commands, Console(stderr=as_json))


@commands.command(epilog="Example: ./run offboard news --profile edge --profile news")
def offboard(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The connection.", show_default=False)],
    force: Annotated[
        bool, typer.Option("--force", help="Continue despite traffic, or despite what cannot be seen.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the next step, and stop.")] = False,
    days: Annotated[int, typer.Option(help="Days of traffic to look back.", min=1, max=63)] = 7,
    profile: Profiles = None,
    endpoint_url: EndpointUrl = None,
    demo: Annotated[bool, typer.Option("--demo", help="Read the running demo instead of AWS.")] = False,
    run: Annotated[
        bool, typer.Option("--run", help="Deploy with pulumi between the steps, until the end or a refusal.")
    ] = False,
    root: Root = Path("."),
    out: Out = Path(".demo"),
    as_json: Json = False,
) -> None:
    """Remove a connection, one step per run: drain, remove, reject. Deploy in between, or let --run do it.

    Exit code 0 when a step is done or none is left, 1 when it is refused or waits for a deployment.
    """
    from privatelink_ingress.cli import offboard as command
    from privatelink_ingress.cli import pulumi_cli
    from privatelink_ingress.cli.accounts import Accounts
    from privatelink_ingress.cli.running import RunningCloud
    from privatelink_ingress.cli.views import offboard as view
    from privatelink_ingress.stackfiles import lock

    url = RunningCloud.read(out).endpoint_url if demo else endpoint_url
    accounts = Accounts(profiles=profile or (), endpoint_url=url)
    deploying = run and not dry_run
    if deploying:
        pulumi_cli.require()
    waited_for = None
    while True:
        with lock.exclusive(root, on_wait=_say_waiting):
            plan = command.prepare(root, name, accounts, days=days, force=force)
            outcome = command.do(plan, dry_run=dry_run)
        following = [invocation.pulumi(command, root) for command in plan.commands]
        if plan.next.step.key in ("drain", "deploy drain", "remove", "deploy removal"):
            repeated = ("name", "days", "profile", "endpoint_url", "demo", "root", "out")
            following.append(invocation.again(context, *repeated))
        if as_json:
            typer.echo(json.dumps(view.as_data(plan, outcome, following), indent=None if deploying else 2))
        else:
            view.show(plan, outcome, following, Console())
        # A deployment that did not bring the next step is not tried a second time.
        if not deploying or outcome in ("refused", "over") or (outcome == "waits" and waited_for == plan.next.step):
            break
        waited_for = plan.next.step
        pulumi_cli.run(root, plan.deployments, Console(stderr=as_json))
    if outcome in ("refused", "waits"):
        raise typer.Exit(FOUND_SOMETHING)


def _say_waiting() -> None:
    Console(stderr=True).print("Another onboard or offboard changes the stack files: waiting for it.", style="dim")


def _confirm() -> None:
    """Ask before writing.

    Raises:
        UsageError: without a terminal, where nobody can answer.
    """
    if not sys.stdin.isatty():
        reason = "cannot ask before it writes, since its input is not a terminal"
        raise UsageError("Nothing was written", [Problem("onboard", reason, "Add --yes to write without asking.")])
    typer.confirm("Write this?", abort=True)
