"""How `doctor` prints its findings, the worst first."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable

from rich.console import Console
from rich.table import Table
from rich.text import Text

from privatelink_ingress.cli.doctor import Report
from privatelink_ingress.cli.views import tables
from privatelink_ingress.problems import Problem
from privatelink_ingress.trace.diagnosis import Diagnosis

_STYLES = {"error": "bold red", "warning": "yellow", "not seen": "dim"}


def show(report: Report, console: Console) -> None:
    """Print all findings, and one line of what was looked at."""
    connections, requests = len(report.connections), len(report.followed)
    looked = f"{tables.counted(connections, 'connection')}, {tables.counted(requests, 'request')} followed"
    print_report(report.found, report.unread, looked, console)


def print_report(found: Iterable[Diagnosis], unread: Iterable[Problem], looked: str, console: Console) -> None:
    """Print what was found and what could not be read, and after what was `looked` at how much it is."""
    found, unread = tuple(found), tuple(unread)
    _print_findings(found, unread, console)
    counts = {kind: sum(one.severity == kind for one in found) for kind in _STYLES}
    wrong = ", ".join(tables.counted(counts[kind], kind) for kind in ("error", "warning"))
    style = "bold red" if unread or counts["error"] or counts["warning"] else "bold green"
    console.print(f"{looked}: {wrong}, {counts['not seen']} not seen.", style=style, highlight=False, soft_wrap=True)


def _print_findings(found: Iterable[Diagnosis], unread: Iterable[Problem], console: Console) -> None:
    """Print a table of findings and of what could not be read; nothing without any."""
    rows = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
    rows.add_column(no_wrap=True)
    rows.add_column(no_wrap=True)
    rows.add_column(overflow="fold")
    for one in found:
        lines = [Text(f"{one.problem.where}: {one.problem.reason}", style=_STYLES[one.severity])]
        if one.evidence:
            lines.append(Text(one.evidence))
        if one.problem.remedy:
            lines.append(Text(f"→ {one.problem.remedy}", style="bold"))
        rows.add_row(one.connection, Text(one.severity, style=_STYLES[one.severity]), Text("\n").join(lines))
    for problem in unread:
        text = f"{problem.where}: {problem.reason}"
        rows.add_row("", Text("unread", style="bold red"), Text(f"{text}\n→ {problem.remedy}"))
    if rows.row_count:
        tables.print_table(console, rows)


def as_json(report: Report) -> str:
    """All of it for scripts: connections, requests, found, unread."""
    found, unread = (list(map(dataclasses.asdict, some)) for some in (report.found, report.unread))
    told = {"connections": report.connections, "requests": len(report.followed), "found": found, "unread": unread}
    return json.dumps(told, indent=2)
