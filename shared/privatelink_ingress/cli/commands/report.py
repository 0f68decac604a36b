"""`report`: the whole system on one HTML page."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from privatelink_ingress.cli.commands.doctor import Live, States
from privatelink_ingress.cli.commands.files import Gb, Requests
from privatelink_ingress.cli.options import FOUND_SOMETHING, EndpointUrl, Out, Profiles, ResolverAddress, Root, starting

commands = typer.Typer()


@commands.command(epilog="Example: ./run report --state .demo --file report.html")
def report(
    file: Annotated[
        Path | None,
        typer.Option("--file", help="Where to write it; report.html in --out when left out.", show_default=False),
    ] = None,
    out: Out = Path(".demo"),
    state: States = None,
    live: Live = False,
    profile: Profiles = None,
    resolver: ResolverAddress = None,
    endpoint_url: EndpointUrl = None,
    gb: Gb = 0,
    requests: Requests = 0,
    root: Root = Path("."),
) -> None:
    """Write one HTML file: a diagram, every connection with its traces, findings, capacity and cost.

    It reads what trace and doctor read: a kept demo, exported states, or AWS. The page loads nothing else.
    Exit code 0 when the file is written, 1 when it is and an account could not be read, 2 when it could not be written.
    """
    from privatelink_ingress.cli import invocation, public_dns, topologies
    from privatelink_ingress.cli import report as command
    from privatelink_ingress.cli.accounts import Accounts
    from privatelink_ingress.plan.capacity.cost import Traffic

    target = file or out / command.FILE
    if file or out.exists():
        command.require_writable(target)
    dns = public_dns.resolver(resolver, emulated=bool(endpoint_url), live=live)
    accounts = Accounts(profiles=profile or (), endpoint_url=endpoint_url)
    with starting():
        system = topologies.chosen(out, states=state or (), live=live, root=root, accounts=accounts)
    for problem in system.unread:
        typer.echo(str(problem), err=True)
    emulated = endpoint_url is not None or not live
    with starting():
        shown = command.system(
            root,
            system,
            source="exported states" if state else "emulated AWS" if emulated else "AWS",
            traffic=Traffic(gb=gb, million_requests=requests),
            resolver=dns,
        )
    command.write(shown, target)
    typer.echo(f"Open the report in a browser: {invocation.shown(target)}")
    if system.unread:
        raise typer.Exit(FOUND_SOMETHING)
