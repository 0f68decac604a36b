"""`trace` and `doctor`: one request, or all of them, through a kept demo, exported states or AWS."""

from __future__ import annotations

import dataclasses
import enum
import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from privatelink_ingress.cli import sizes
from privatelink_ingress.cli.options import (
    FOUND_SOMETHING,
    NOT_PROVEN,
    EndpointUrl,
    Json,
    Out,
    Profiles,
    ResolverAddress,
    Root,
    starting,
)

commands = typer.Typer()


class Protocol(enum.Enum):
    """What a client may speak."""

    http1 = "http1"
    http2 = "http2"
    grpc = "grpc"


States = Annotated[
    list[Path] | None,
    typer.Option(
        "--state",
        help="Read exported states instead of AWS: a file, or a directory of them. May be repeated.",
        metavar="PATH",
    ),
]
Live = Annotated[bool, typer.Option("--live", help="Read AWS, in the accounts and Regions that the stack files name.")]
Kubeconfig = Annotated[
    Path | None,
    typer.Option(
        "--kubeconfig",
        help="Also read Ingresses and Services, with this kubeconfig; by default KUBECONFIG or ~/.kube/config.",
        metavar="FILE",
        show_default=False,
    ),
]
Context = Annotated[
    list[str] | None,
    typer.Option(
        "--context",
        help="Context of the kubeconfig; the current one when left out. May be repeated, once per cluster.",
    ),
]


BodySize = Annotated[
    int,
    typer.Option(
        "--body-size",
        parser=sizes.parse,
        help="Size of the body, such as 20000, 20kB or 1MiB. The firewall reads 8,192 bytes.",
        metavar="BYTES",
        show_default=False,
    ),
]


@commands.command(epilog="Example: ./run trace https://shop.example.com/cart --method POST")
def trace(
    url: Annotated[
        str, typer.Argument(help="Absolute URL: https, http, or wss and ws for a WebSocket.", show_default=False)
    ],
    method: Annotated[str, typer.Option(help="HTTP method.")] = "GET",
    header: Annotated[
        list[str] | None, typer.Option(help="A header of the request; may be repeated.", metavar="NAME=VALUE")
    ] = None,
    source: Annotated[
        str | None,
        typer.Option(help="The client's address; by default one that no rule matches.", metavar="ADDRESS"),
    ] = None,
    body_size: BodySize = 0,
    protocol: Annotated[
        Protocol | None,
        typer.Option(help="What the client speaks; by default HTTP/2 over TLS, and HTTP/1.1 for WebSockets."),
    ] = None,
    client_certificate: Annotated[
        bool,
        typer.Option("--client-certificate", help="The client has a certificate; it is assumed to be valid."),
    ] = False,
    out: Out = Path(".demo"),
    state: States = None,
    live: Live = False,
    kubeconfig: Kubeconfig = None,
    context: Context = None,
    profile: Profiles = None,
    resolver: ResolverAddress = None,
    endpoint_url: EndpointUrl = None,
    root: Root = Path("."),
    as_json: Json = False,
) -> None:
    """Follow a request from Route 53 to the cluster: in a kept demo, in exported states, or in AWS.

    Read-only. An exported state has no target health, and no cluster objects of other teams.
    Exit code 0 when the request arrives, 1 when it does not, 3 when it cannot be followed to its end.
    """
    from privatelink_ingress.cli import cluster_reads, public_dns, topologies
    from privatelink_ingress.cli.accounts import Accounts
    from privatelink_ingress.cli.views import trace as view
    from privatelink_ingress.trace.hops import Path as Way
    from privatelink_ingress.trace.request import Request
    from privatelink_ingress.trace.trace import follow

    speaks = None if protocol is None else protocol.value
    request = Request.parse(url, method=method, headers=header or (), source=source, body_size=body_size, speaks=speaks)
    request = dataclasses.replace(request, client_certificate=client_certificate)
    dns = public_dns.resolver(resolver, emulated=bool(endpoint_url), live=live)
    accounts = Accounts(profiles=profile or (), endpoint_url=endpoint_url)
    with starting():
        system = topologies.chosen(
            out, states=state or (), live=live, root=root, accounts=accounts, request=request, resolver=dns
        )
        if kubeconfig or context:
            system = cluster_reads.joined(system, kubeconfig, context or ())
    trace = follow(url, Way(request=request, topology=system.topology))
    for problem in system.unread:
        typer.echo(str(problem), err=True)
    if as_json:
        typer.echo(view.as_json(trace))
    else:
        view.show(trace, Console())
        if dns is None:
            view.show_unasked(Console())
    if trace.outcome == "not seen":
        raise typer.Exit(NOT_PROVEN)
    if not trace.reached:
        raise typer.Exit(FOUND_SOMETHING)


@commands.command(epilog="Example: ./run doctor shop --live --profile edge --profile workloads")
def doctor(
    connection: Annotated[
        list[str] | None, typer.Argument(help="Connections; all when left out.", show_default=False)
    ] = None,
    out: Out = Path(".demo"),
    state: States = None,
    live: Live = False,
    kubeconfig: Kubeconfig = None,
    context: Context = None,
    profile: Profiles = None,
    resolver: ResolverAddress = None,
    print_policy: Annotated[
        bool, typer.Option("--print-policy", help="Print the IAM policy that --live needs, and stop.")
    ] = False,
    print_rbac: Annotated[
        bool, typer.Option("--print-rbac", help="Print the ClusterRole that --kubeconfig needs, and stop.")
    ] = False,
    endpoint_url: EndpointUrl = None,
    root: Root = Path("."),
    as_json: Json = False,
) -> None:
    """Follow a request for each route and host in the stack files, compare AWS with them, and report what is wrong.

    Read-only. Exit code 0 when nothing is wrong, 1 when something is, 3 when nothing is wrong but something could
    not be read, 2 when it could not start.
    """
    from privatelink_ingress.cli import cluster_reads, public_dns, topologies
    from privatelink_ingress.cli import doctor as command
    from privatelink_ingress.cli.accounts import Accounts
    from privatelink_ingress.cli.views import doctor as view

    if print_rbac:
        typer.echo(json.dumps(cluster_reads.ROLE, indent=2))
        return
    with starting():
        scope = command.published(root, connection or ())
    if print_policy:
        typer.echo(command.policy(scope))
        return
    dns = public_dns.resolver(resolver, emulated=bool(endpoint_url), live=live)
    accounts = Accounts(profiles=profile or (), endpoint_url=endpoint_url)
    with starting():
        system = topologies.chosen(out, states=state or (), live=live, root=root, accounts=accounts)
        if kubeconfig or context:
            system = cluster_reads.joined(system, kubeconfig, context or ())
    system = topologies.asked(system, command.requests(scope), dns)
    report = command.report(scope, system)
    if as_json:
        typer.echo(view.as_json(report))
    else:
        view.show(report, Console())
    if not report.healthy:
        raise typer.Exit(FOUND_SOMETHING)
    if report.unread:
        raise typer.Exit(NOT_PROVEN)
