"""`demo`: the stacks on an emulated AWS, and requests through them."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from privatelink_ingress.cli.options import FOUND_SOMETHING, Out, Root
from privatelink_ingress.local import installed

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
