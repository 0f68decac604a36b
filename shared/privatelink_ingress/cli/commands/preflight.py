"""`preflight`: whether a stack can be deployed into its account, before the first `pulumi up`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from privatelink_ingress.cli.options import (
    FOUND_SOMETHING,
    NOT_PROVEN,
    EndpointUrl,
    Json,
    Profiles,
    ResolverAddress,
    Root,
    starting,
)

commands = typer.Typer()


@commands.command(epilog="Example: ./run preflight --stack shop --stack prod --profile workloads --profile edge")
def preflight(
    stack: Annotated[
        list[str] | None,
        typer.Option("--stack", help="Stack, as shop or eks-service/shop; repeat for more. All when left out."),
    ] = None,
    profile: Profiles = None,
    resolver: ResolverAddress = None,
    print_policy: Annotated[
        bool, typer.Option("--print-policy", help="Print the IAM policy that this command needs, and stop.")
    ] = False,
    endpoint_url: EndpointUrl = None,
    root: Root = Path("."),
    as_json: Json = False,
) -> None:
    """Check before the first `pulumi up` whether stacks can be deployed: credentials, permissions, quotas, names, DNS.

    Read-only. Exit code 0 when nothing is wrong, 1 when something is, 3 when nothing is wrong but something could
    not be read, 2 when it could not start.
    """
    from privatelink_ingress.cli import preflight as command
    from privatelink_ingress.cli import public_dns
    from privatelink_ingress.cli.accounts import Accounts
    from privatelink_ingress.cli.image_sources import Sources
    from privatelink_ingress.cli.views import preflight as view
    from privatelink_ingress.deployment.kubernetes_api import connect

    with starting():
        scope = command.chosen(root, stack or ())
    if print_policy:
        typer.echo(command.policy(scope))
        return
    dns = public_dns.resolver(resolver, emulated=bool(endpoint_url))
    accounts = Accounts(profiles=profile or (), endpoint_url=endpoint_url)
    probe, ask = (None, None) if endpoint_url else (connect, Sources())
    report = command.report(scope, accounts, probe, ask, dns)
    if as_json:
        typer.echo(view.as_json(report))
    else:
        view.show(report, Console())
    if not report.healthy:
        raise typer.Exit(FOUND_SOMETHING)
    if report.unread:
        raise typer.Exit(NOT_PROVEN)
