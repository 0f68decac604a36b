"""How `preflight` prints its findings: as `doctor` does, with the stack in place of the connection."""

from __future__ import annotations

import dataclasses
import json

from rich.console import Console

from privatelink_ingress.cli.preflight import Report
from privatelink_ingress.cli.views import tables
from privatelink_ingress.cli.views.doctor import print_findings


def show(report: Report, console: Console) -> None:
    """Print all findings, and one line of what was judged."""
    print_findings(report.found, report.unread, console)
    counts = {kind: sum(one.severity == kind for one in report.found) for kind in ("error", "warning", "not seen")}
    wrong = ", ".join(tables.counted(counts[kind], kind) for kind in ("error", "warning"))
    judged = tables.counted(len(report.stacks), "stack")
    style = "bold green" if report.healthy and not report.unread else "bold red"
    console.print(f"{judged} judged: {wrong}, {counts['not seen']} not seen.", style=style, highlight=False)


def as_json(report: Report) -> str:
    """All of it for scripts: stacks, found, unread."""
    return json.dumps(dataclasses.asdict(report), indent=2)
