"""The images of the workload stacks, for people and for scripts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from privatelink_ingress.cli import image_tools
from privatelink_ingress.fleet.images import Checked, Target, Targets, unpinned_problem
from privatelink_ingress.plan.workload import images
from privatelink_ingress.plan.workload.images import Tool

CopyCommand = Callable[[str], str]
"""The command that copies a stack's images, as the user would type it."""


def print_status(targets: Targets, checks: Sequence[Checked], console: Console, copy_command: CopyCommand) -> None:
    """For people."""
    print_unpinned(targets, console)
    for checked in checks:
        print_checked(checked, console, copy_command)


def as_data(targets: Targets, checks: Sequence[Checked], copy_command: CopyCommand) -> dict[str, Any]:
    """For scripts."""
    tool = image_tools.find() or "crane"
    return {
        "images": [
            {
                "stack": checked.target.workload.stack,
                "image": checked.target.image.name,
                "state": checked.status.state,
                "reason": checked.status.reason,
                "remedy": checked.status.remedy,
                "origin": checked.target.image.origin,
                "destination": checked.target.image.destination,
                "tags": list(checked.held.tags) if checked.held else [],
                "platforms": list(checked.held.platforms)
                if checked.held and checked.held.platforms is not None
                else None,
                "commands": [copy_command(checked.target.workload.stack), *images.by_hand(tool, checked.target.image)]
                if checked.status.copy_helps
                else [],
            }
            for checked in checks
        ],
        "unpinned": [workload.stack for workload in targets.unpinned],
    }


def _platforms(checked: Checked) -> list[str] | None:
    platforms = checked.held.platforms if checked.held else None
    return None if platforms is None else list(platforms)


def print_unpinned(targets: Targets, console: Console) -> None:
    """A note for each stack without an image."""
    for workload in targets.unpinned:
        problem = unpinned_problem(workload)
        note(console, f"{workload.stack}: {problem.reason}. {problem.remedy}")


def print_checked(checked: Checked, console: Console, copy_command: CopyCommand) -> None:
    """One image: its status, and what to do about it."""
    status, platforms = checked.status, checked.held.platforms if checked.held else None
    of = f", of {', '.join(platforms)}" if status.state == "there" and platforms else ""
    style = "bold green" if status.state == "there" else "bold red"
    line(console, checked.target, f"{status.state}: {status.reason}{of}", style)
    if status.remedy:
        indented(console, f"→ {status.remedy}", "green")
    if status.copy_helps:
        indented(console, f"→ {copy_command(checked.target.workload.stack)}", "green")
        print_commands(checked.target, console)


def print_commands(target: Target, console: Console) -> None:
    """The commands that copy an image by hand."""
    tool: Tool | None = image_tools.find()
    if tool is None:
        note(console, f"    Neither {' nor '.join(image_tools.TOOLS)} is on PATH here. With crane, by hand:")
    for command in images.by_hand(tool or "crane", target.image):
        indented(console, f"$ {command}")


def line(console: Console, target: Target, words: str, style: str) -> None:
    """One line about an image, after its stack and name."""
    label = f"{target.workload.stack} {target.image.name}: "
    console.print(Text.assemble((label, "bold"), (words, style)), soft_wrap=True)


def indented(console: Console, text: str, style: str = "") -> None:
    """A line below the one about an image."""
    console.print(Text(f"    {text}", style=style), soft_wrap=True, highlight=False)


def note(console: Console, text: str) -> None:
    """A line of its own that is not about one image."""
    console.print(Text(text, style="yellow"), soft_wrap=True, highlight=False)
