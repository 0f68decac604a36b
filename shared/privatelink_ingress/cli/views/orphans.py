"""How `orphans` shows what AWS has and the states lack."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from privatelink_ingress.cli import invocation
from privatelink_ingress.fleet.orphans import Comparison, settlement


def show(found: Comparison, root: Path, console: Console) -> None:
    """For people."""

    def line(text: str, style: str = "") -> None:
        console.print(Text(text, style=style), soft_wrap=True, highlight=False)

    for orphan in found.orphans:
        line(f"{orphan.stack}: {_last(orphan.type)} {orphan.arn} is in no state", "bold")
        for command in orphan.adopt:
            line(f"  → {invocation.pulumi(command, root)}", "green")
        data = "   # may hold data, or was kept on purpose" if orphan.holds_data else ""
        line(f"  {'or' if orphan.adopt else '→'} {orphan.delete}{data}", "green")
    for pending in found.unmatched:
        line(
            f"{pending.stack}: {_last(pending.type)} {pending.name} is a pending create, and AWS has none by tag",
            "bold",
        )
        if command := settlement(pending):
            line(f"  → {invocation.pulumi(command, root)}", "green")
    for command in found.last:
        line("When all of the above is settled, bring the state up to date with what the run had started:", "bold")
        line(f"  → {invocation.pulumi(command, root)}", "green")
    if found.other_stacks:
        line(f"Not compared: resources of {', '.join(found.other_stacks)}, whose states were not read.")
    if not found.orphans and not found.unmatched:
        line(f"Every one of the {found.compared} tagged resources is in a state.", "bold green")


def as_data(found: Comparison) -> dict[str, Any]:
    """For scripts."""
    return {
        "compared": found.compared,
        "orphans": [
            {
                "stack": one.stack,
                "type": one.type,
                "arn": one.arn,
                "adopt": [str(command) for command in one.adopt],
                "delete": one.delete,
                "holds_data": one.holds_data,
            }
            for one in found.orphans
        ],
        "pending": [
            {"stack": one.stack, "type": one.type, "urn": one.urn, "settle": str(settlement(one) or "")}
            for one in found.unmatched
        ],
        "last": [str(command) for command in found.last],
        "not_compared": list(found.other_stacks),
    }


def _last(type_: str) -> str:
    return type_.rpartition(":")[2]
