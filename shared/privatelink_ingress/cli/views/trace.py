"""How `trace` shows where a request goes, hop by hop."""

from __future__ import annotations

import dataclasses
import json

from rich.console import Console
from rich.table import Table
from rich.text import Text

from privatelink_ingress.cli.views import tables
from privatelink_ingress.trace.trace import Trace

_STYLES = {"passes": "green", "warns": "yellow", "answers": "cyan", "stops": "red", "not seen": "dim"}
_OUTCOMES = {"reached": "bold green", "answered": "bold cyan", "stopped": "bold red", "not seen": "bold"}


def headline(trace: Trace) -> Text:
    """The outcome in one line."""
    request = trace.url if trace.method == "GET" else f"{trace.method} {trace.url}"
    return Text.assemble((request, "bold"), " → ", (trace.end, _OUTCOMES[trace.outcome]))


def table(trace: Trace) -> Table:
    """All hops with their evidence, reasons and remedies."""
    rows = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
    rows.add_column(no_wrap=True)
    rows.add_column(no_wrap=True)
    rows.add_column(overflow="fold")
    for hop in trace.hops:
        lines = [Text(hop.evidence)]
        if (problem := hop.problem) and problem.reason:
            lines.append(Text(problem.reason, style=_STYLES[hop.verdict]))
        if problem and problem.remedy:
            lines.append(Text(f"→ {problem.remedy}", style="bold"))
        rows.add_row(f"  {hop.name}", Text(hop.verdict, style=_STYLES[hop.verdict]), Text("\n").join(lines))
    return rows


def show(trace: Trace, console: Console) -> None:
    """Print a whole trace."""
    console.print(headline(trace), soft_wrap=True)
    tables.print_table(console, table(trace))


def show_unasked(console: Console) -> None:
    """Say that public DNS was not asked."""
    text = "Public DNS was not asked: an emulated AWS or an exported state has no names there."
    console.print(text, style="dim", soft_wrap=True)


def as_json(trace: Trace) -> str:
    """A whole trace for scripts: url, method, outcome, status, hops."""
    return json.dumps(dataclasses.asdict(trace), indent=2)
