"""`demo` and `trace`: the stacks on an emulated AWS, and a request through them."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from privatelink_ingress.cli.options import FOUND_SOMETHING, EndpointUrl, Json, Out, Profiles, Root
from privatelink_ingress.local import installed
from privatelink_ingress.problems import Problem, UsageError

commands = typer.Typer()


@commands.command(epilog="Example: ./run demo --keep --port 4600")
def demo(
    root: Root = Path("."),
    out: Out = Path(".demo"),
    keep: Annotated[bool, typer.Option("--keep", help="Leave the emulated AWS up until Ctrl-C.")] = False,
    port: Annotated[int, typer.Option(help="Port on loopback; any free one when 0.", min=0, max=65535)] = 0,
) -> None:
    """Deploy every stack file to an emulated AWS on this machine, and trace requests through it.

    Exit code 0 when every request ends where it should, 1 when not.
    """
    installed.require(installed.EMULATOR)
    # Nearly everything that a demo imports and builds lives to its end: searching it for garbage takes a tenth of the
    # time and frees little.
    gc.disable()
    from privatelink_ingress.cli import demo as command

    if not command.demo(root, out, Console(), keep=keep, port=port):
        raise typer.Exit(FOUND_SOMETHING)


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
        typer.Option(help="The client's address; one that no rule asks for when not set.", metavar="ADDRESS"),
    ] = None,
    body_size: Annotated[
        int, typer.Option(help="Bytes of the body. The firewall reads 8,192.", metavar="BYTES", show_default=False)
    ] = 0,
    out: Out = Path(".demo"),
    state: Annotated[
        list[Path] | None,
        typer.Option(
            "--state",
            help="Exported state of a stack, or a directory of them; may be repeated. Nothing else is read then.",
            metavar="PATH",
        ),
    ] = None,
    live: Annotated[
        bool, typer.Option("--live", help="Read AWS, in the accounts and Regions of the stack files.")
    ] = False,
    profile: Profiles = None,
    endpoint_url: EndpointUrl = None,
    root: Root = Path("."),
    as_json: Json = False,
) -> None:
    """Follow a request from Route 53 to the cluster: through a kept demo, by exported states, or in AWS.

    It only reads. A state does not know the health of targets, nor what other teams have in the cluster.
    Exit code 0 when it gets there, 1 when not.
    """
    from privatelink_ingress.cli import running, topologies
    from privatelink_ingress.cli.accounts import Accounts
    from privatelink_ingress.cli.views import trace as view
    from privatelink_ingress.trace.request import Request
    from privatelink_ingress.trace.trace import trace as follow

    if live and state:
        problem = Problem("--live", "cannot be given with --state", "Leave one of them out.")
        raise UsageError("The request cannot be traced", [problem])
    headers = tuple(header or ())
    Request.parse(url, method=method, headers=headers, source=source, body_size=body_size)  # wrong arguments first
    unread: list[Problem] = []
    if live:
        topology, unread = topologies.of_aws(root, Accounts(profiles=profile or (), endpoint_url=endpoint_url))
    elif state:
        topology = topologies.of_states(state)
    else:
        topology = running.topology_of(out)
    trace = follow(url, topology, method=method, headers=headers, source=source, body_size=body_size)
    for problem in unread:
        typer.echo(str(problem), err=True)
    if as_json:
        typer.echo(view.as_json(trace))
    else:
        view.show(trace, Console())
    if not trace.reached:
        raise typer.Exit(FOUND_SOMETHING)
