"""`trace`: where a request goes, hop by hop."""

from __future__ import annotations

import dataclasses
import json

from rich.console import Console
from rich.table import Table
from rich.text import Text

from privatelink_ingress.inspect.trace import Trace

_STYLES = {"passes": "green", "warns": "yellow", "answers": "cyan", "stops": "red"}


def headline(trace: Trace) -> Text:
    """The outcome in one line."""
    if trace.outcome == "reached":
        end, style = "reached the controller's node ports", "bold green"
    elif trace.outcome == "answered":
        end, style = f"answered {trace.status} by the load balancer", "bold cyan"
    else:
        end, style = f"stopped at: {trace.hops[-1].name}", "bold red"
    return Text.assemble((trace.url, "bold"), " → ", (end, style))


def table(trace: Trace) -> Table:
    """All hops with their evidence, reasons and remedies."""
    rows = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
    rows.add_column(no_wrap=True)
    rows.add_column(no_wrap=True)
    rows.add_column(overflow="fold")
    for hop in trace.hops:
        lines = [Text(hop.evidence)]
        if hop.reason:
            lines.append(Text(hop.reason, style=_STYLES[hop.verdict]))
        if hop.fix:
            lines.append(Text(f"→ {hop.fix}", style="bold"))
        rows.add_row(f"  {hop.name}", Text(hop.verdict, style=_STYLES[hop.verdict]), Text("\n").join(lines))
    return rows


def show(trace: Trace, console: Console) -> None:
    """Print a whole trace."""
    console.print(headline(trace))
    console.print(table(trace))


def as_json(trace: Trace) -> str:
    """A whole trace for scripts: url, outcome, status, hops."""
    return json.dumps(dataclasses.asdict(trace), indent=2)
