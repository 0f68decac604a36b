"""The commands and their options. What a command needs is imported when it runs, so that `check` starts at once."""

from __future__ import annotations

import gc
import importlib.metadata
import json
from pathlib import Path
from typing import Annotated, Any

import typer
import typer.core
from rich.console import Console

from privatelink_ingress.problems import UsageError, UserError

FOUND_SOMETHING = 1
"""Exit code when a command did its work and something is wrong. 0 is fine, 130 is Ctrl-C."""
WRONG_USE = 2
"""Exit code when a command could not begin."""


class _Group(typer.core.TyperGroup):
    """The commands together: a user's mistake is shown as a list, never as a traceback."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except UserError as error:
            from privatelink_ingress.cli import show

            show.error(Console(stderr=True), error)
            raise typer.Exit(WRONG_USE if isinstance(error, UsageError) else FOUND_SOMETHING) from None


app = typer.Typer(
    cls=_Group,
    name="privatelink-ingress",
    help="Central ingress for private EKS clusters over AWS PrivateLink.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,  # they would print stack files and credentials
)

Root = Annotated[
    Path,
    typer.Option("--root", help="Top directory of the repository.", exists=True, file_okay=False, resolve_path=True),
]
Out = Annotated[Path, typer.Option("--out", help="Directory of the demo's files.", file_okay=False)]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for a script.")]


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


@app.command(epilog="Example: privatelink-ingress check --json")
def check(root: Root = Path("."), as_json: Json = False) -> None:
    """Validate every stack file, alone and against the others, offline.

    Exit code 0 when all are right, 1 when something is wrong.
    """
    from privatelink_ingress.cli import check as command

    report = command.check(root)
    if as_json:
        typer.echo(command.as_json(report))
    else:
        command.print_report(report, Console())
    if report.findings:
        raise typer.Exit(FOUND_SOMETHING)


@app.command(epilog="Example: privatelink-ingress demo --keep --port 4600")
def demo(
    root: Root = Path("."),
    out: Out = Path(".demo"),
    keep: Annotated[bool, typer.Option("--keep", help="Leave the emulated AWS up until Ctrl-C.")] = False,
    port: Annotated[int, typer.Option(help="Port on loopback; any free one when 0.", min=0, max=65535)] = 0,
) -> None:
    """Deploy every stack file to an emulated AWS on this machine, and trace requests through it.

    Exit code 0 when every request ends where it should, 1 when not.
    """
    from privatelink_ingress.cli import demo as command

    if not command.demo(root, out, Console(), keep=keep, port=port):
        raise typer.Exit(FOUND_SOMETHING)


@app.command(epilog="Example: privatelink-ingress trace https://shop.example.com/cart --method POST")
def trace(
    url: Annotated[str, typer.Argument(help="Absolute http or https URL.", show_default=False)],
    method: Annotated[str, typer.Option(help="HTTP method.")] = "GET",
    header: Annotated[
        list[str] | None, typer.Option(help="A header of the request; may be repeated.", metavar="NAME=VALUE")
    ] = None,
    source: Annotated[
        str | None,
        typer.Option(help="The client's address; one that no rule asks for when not set.", metavar="ADDRESS"),
    ] = None,
    out: Out = Path(".demo"),
    as_json: Json = False,
) -> None:
    """Follow a request through a demo that was left running, from Route 53 to the controller's node ports.

    Exit code 0 when it gets there, 1 when not.
    """
    from privatelink_ingress.cli import trace as command

    found = command.trace_running(url, out, method=method, headers=header or (), source=source)
    if as_json:
        typer.echo(command.as_json(found))
    else:
        command.show(found, Console())
    if not found.reached:
        raise typer.Exit(FOUND_SOMETHING)


@app.command(epilog="Example: privatelink-ingress capacity --plan 60 --backends 2")
def capacity(
    root: Root = Path("."),
    plan: Annotated[int | None, typer.Option("--plan", help="Plan for this many more connections.", min=1)] = None,
    stack: Annotated[
        str | None, typer.Option("--stack", help="Plan for this shard, and those that can stand in for it.")
    ] = None,
    backends: Annotated[int, typer.Option(help="Backends of each: 2 while two clusters share it.", min=1, max=2)] = 1,
    rules: Annotated[int, typer.Option(help="Listener rules of each.", min=1)] = 1,
    own_certificate: Annotated[bool, typer.Option("--own-certificate", help="Each brings a certificate.")] = False,
    as_json: Json = False,
) -> None:
    """Show how full each load balancer is, what ends first, and what more connections would need.

    Exit code 0 when all is within the quotas, 1 when not.
    """
    from privatelink_ingress.cli import capacity as command
    from privatelink_ingress.plan.usage import Needs

    needs = Needs(backends=backends, rules=rules, certificates=int(own_certificate))
    report = command.capacity(root, needs=needs, plan=plan, stack=stack)
    if as_json:
        typer.echo(command.as_json(report))
    else:
        command.print_report(report, Console())
    if report.exceeded:
        raise typer.Exit(FOUND_SOMETHING)


@app.command(epilog="Example: privatelink-ingress cost --gb 500 --requests 20")
def cost(
    root: Root = Path("."),
    gb: Annotated[float, typer.Option("--gb", help="GB a month of each connection, both directions.", min=0)] = 0,
    requests: Annotated[float, typer.Option("--requests", help="Million requests a month of each.", min=0)] = 0,
    as_json: Json = False,
) -> None:
    """Show what every stack and connection costs a month, by AWS's list prices."""
    from privatelink_ingress.cli import cost as command
    from privatelink_ingress.plan.cost import Traffic

    report = command.report(root, traffic=Traffic(gb=gb, million_requests=requests))
    if as_json:
        typer.echo(command.as_json(report))
    else:
        command.print_report(report, Console())


@app.command(epilog="Example: privatelink-ingress onboard news --stack news --host news.example.com")
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
    from privatelink_ingress.cli import onboard_view as view
    from privatelink_ingress.cli import pulumi_cli
    from privatelink_ingress.plan.joining import Wish

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


@app.command(epilog="Example: privatelink-ingress offboard news --profile edge --profile news")
def offboard(
    name: Annotated[str, typer.Argument(help="The connection.", show_default=False)],
    force: Annotated[
        bool, typer.Option("--force", help="Go on in spite of traffic, or of what cannot be seen.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the step that is due, and stop.")] = False,
    days: Annotated[int, typer.Option(help="Days of traffic to look back on.", min=1, max=63)] = 7,
    profile: Annotated[
        list[str] | None, typer.Option("--profile", help="AWS profile beside the ambient credentials; repeat for more.")
    ] = None,
    endpoint_url: Annotated[str | None, typer.Option(help="URL of an emulated AWS.")] = None,
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
    from privatelink_ingress.cli import offboard_view as view
    from privatelink_ingress.cli import pulumi_cli
    from privatelink_ingress.cli.accounts import Accounts
    from privatelink_ingress.cli.running import RunningCloud

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


images = typer.Typer(
    name="images",
    help="The controller's image in each workload's registry: look for it, or copy it there.",
    epilog="Example: privatelink-ingress images status",
    no_args_is_help=True,
)
app.add_typer(images)

ImageStack = Annotated[str | None, typer.Option("--stack", help="One workload stack; all of them when left out.")]
Profiles = Annotated[
    list[str] | None, typer.Option("--profile", help="AWS profile beside the ambient credentials; repeat for more.")
]


@images.command("status", epilog="Example: privatelink-ingress images status --stack shop")
def images_status(
    stack: ImageStack = None,
    profile: Profiles = None,
    endpoint_url: Annotated[str | None, typer.Option(help="URL of an emulated AWS.")] = None,
    root: Root = Path("."),
    as_json: Json = False,
) -> None:
    """Ask each workload's registry for its image: by digest, with tags and platforms.

    Exit code 0 when all are there, 1 when one is missing or cannot be seen.
    """
    from privatelink_ingress.cli import images as command
    from privatelink_ingress.cli.accounts import Accounts

    targets = command.select(root, stack)
    found = command.status(targets, Accounts(profiles=profile or (), endpoint_url=endpoint_url))
    if as_json:
        typer.echo(json.dumps(command.as_data(targets, found), indent=2))
    else:
        command.print_status(targets, found, Console())
    if not command.all_there(found):
        raise typer.Exit(FOUND_SOMETHING)


@images.command("copy", epilog="Example: privatelink-ingress images copy --stack shop --dry-run")
def images_copy(
    stack: ImageStack = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the commands, and stop.")] = False,
    profile: Profiles = None,
    root: Root = Path("."),
) -> None:
    """Copy each workload's image into its registry, every platform of it and by digest, with crane or skopeo.

    Exit code 0 when all are there, 1 when one is not, 2 when neither tool is.
    """
    from privatelink_ingress.cli import images as command
    from privatelink_ingress.cli.accounts import Accounts

    targets = command.select(root, stack)
    if not command.copy(targets, Accounts(profiles=profile or ()), Console(), dry_run=dry_run):
        raise typer.Exit(FOUND_SOMETHING)


def main() -> None:
    """Run the command line."""
    # What a command imports and builds lives to its end: at the usual thresholds a third of a demo is searching it.
    gc.set_threshold(200_000, 20, 100)
    app(prog_name="privatelink-ingress")
