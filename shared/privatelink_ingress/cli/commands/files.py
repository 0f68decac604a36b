"""`check`, `capacity` and `cost`: what the stack files say, offline."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.text import Text

from privatelink_ingress.cli.options import FOUND_SOMETHING, NOT_PROVEN, Json, Profiles, Root
from privatelink_ingress.problems import Problem, UsageError, UserError

if TYPE_CHECKING:
    from privatelink_ingress.fleet.repository import Report

commands = typer.Typer()

Gb = Annotated[
    float, typer.Option("--gb", help="GB a month per connection, in both directions together.", min=0, max=1e9)
]
Requests = Annotated[float, typer.Option("--requests", help="Million requests a month per connection.", min=0, max=1e9)]


def _print_plan(report: Report, stack: str | None) -> None:
    from privatelink_ingress.cli.views import plan as view
    from privatelink_ingress.fleet import plans

    if not report.plans:
        remedy = "Run `pulumi preview` in the project of the stack instead."
        problem = Problem("--plan", "needs all stack files, and a value is encrypted or in an environment", remedy)
        raise UserError("The plan cannot be printed", [problem])
    typer.echo(view.as_json(plans.select(report.plans, stack) if stack else report.plans))
    for note in report.notes:
        Console(stderr=True).print(Text(f"Note: {note}", style="yellow"), soft_wrap=True)


@commands.command(epilog="Example: ./run check --plan central-ingress/prod")
def check(
    stack: Annotated[
        str | None,
        typer.Argument(metavar="STACK", help="With --plan: a stack such as prod, or central-ingress/prod."),
    ] = None,
    root: Root = Path("."),
    plan: Annotated[
        bool, typer.Option("--plan", help="Print the plan of STACK, or of every stack, as JSON to compare with diff.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Validate every stack file, alone and against the others, offline.

    With --plan, print everything that is decided for a stack, in a stable order, so that `diff` shows what changes.

    Exit code 0 when all of them are valid, 1 when something is wrong, 3 when nothing is wrong but a value is encrypted
    or supplied by an environment, so that what depends on it is not proven.
    """
    from privatelink_ingress.cli.views import check as view
    from privatelink_ingress.fleet import check as fleet_check

    if stack and not plan:
        problem = Problem("STACK", f"is {stack!r}, but check takes a stack only with --plan", "Add --plan.")
        raise UsageError("The command is incomplete", [problem])
    report = fleet_check.check(root)
    if plan and not report.findings:
        _print_plan(report, stack)
        return
    if as_json:
        typer.echo(view.as_json(report))
    else:
        view.print_report(report, Console())
    if report.findings:
        raise typer.Exit(FOUND_SOMETHING)
    if report.unproven:
        raise typer.Exit(NOT_PROVEN)


@commands.command(epilog="Example: ./run capacity --plan 60 --backends 2")
def capacity(
    root: Root = Path("."),
    plan: Annotated[
        int | None, typer.Option("--plan", help="Plan for this many more connections.", min=1, max=1000)
    ] = None,
    stack: Annotated[
        str | None,
        typer.Option(
            "--stack", help="Show this shard alone; with --plan: plan for it, and those that can stand in for it."
        ),
    ] = None,
    backends: Annotated[
        int, typer.Option(help="Backends per connection: 2 while two clusters share it.", min=1, max=2)
    ] = 1,
    rules: Annotated[int, typer.Option(help="Listener rules per connection.", min=1)] = 1,
    own_certificate: Annotated[
        bool, typer.Option("--own-certificate", help="Each connection brings a certificate of its own.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Show how full each load balancer is, what runs out first, and what more connections would need.

    Exit code 0 when everything is within the quotas, 1 when it is not.
    """
    from privatelink_ingress.cli.views import capacity as view
    from privatelink_ingress.fleet.capacity import capacity as capacity_of
    from privatelink_ingress.plan.capacity.usage import Needs

    needs = Needs(backends=backends, rules=rules, certificates=int(own_certificate))
    report = capacity_of(root, needs=needs, plan=plan, stack=stack)
    if as_json:
        typer.echo(view.as_json(report))
    else:
        view.print_report(report, Console())
    if report.exceeded:
        raise typer.Exit(FOUND_SOMETHING)


@commands.command(epilog="Example: ./run cost --gb 500 --requests 20 --nodes 4 --log-gb 30")
def cost(
    root: Root = Path("."),
    gb: Gb = 0,
    requests: Requests = 0,
    nodes: Annotated[
        int | None,
        typer.Option(
            "--nodes", help="Nodes per group; the minimum in its stack file when left out.", min=0, max=100_000
        ),
    ] = None,
    log_gb: Annotated[
        float,
        typer.Option(
            "--log-gb", help="GB of logs a month to CloudWatch, per stack that is not attached.", min=0, max=1e9
        ),
    ] = 0,
    refresh: Annotated[
        bool, typer.Option("--refresh", help="First read AWS's price list into the repository's prices.json.")
    ] = False,
    profile: Profiles = None,
    as_json: Json = False,
) -> None:
    """Show what every stack and connection costs a month, by AWS's list prices.

    It also shows what a transit gateway or VPC peering would cost for the same traffic. With --refresh, it first asks
    AWS (pricing:GetProducts) for prices in the stacks' Regions, and exits with 1 when it does not find some of them.
    """
    from privatelink_ingress.cli.views import cost as view
    from privatelink_ingress.fleet import cost as fleet_cost
    from privatelink_ingress.plan.capacity.cost import Traffic

    missing = []
    if profile and (not refresh or len(profile) > 1):
        reason = "is given twice" if refresh else "is only for --refresh, which reads AWS's price list"
        remedy = "Name one: the list is the same for every account." if refresh else "Add --refresh, or leave it out."
        raise UsageError("The command is wrong", [Problem("--profile", reason, remedy)])
    if refresh:
        from privatelink_ingress.cli import price_list

        missing = price_list.refresh(root, profile or ())
        for problem in missing:
            typer.echo(str(problem), err=True)
    traffic = Traffic(gb=gb, million_requests=requests)
    report = fleet_cost.report(root, traffic=traffic, nodes=nodes, log_gb=log_gb)
    if as_json:
        typer.echo(view.as_json(report))
    else:
        view.print_report(report, Console())
    if missing:
        raise typer.Exit(FOUND_SOMETHING)
