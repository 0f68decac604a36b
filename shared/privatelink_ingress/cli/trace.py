"""`trace`: where a request goes, hop by hop."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from privatelink_ingress.cli.running import RunningCloud
from privatelink_ingress.trace import ingress_hop
from privatelink_ingress.trace.request import Request
from privatelink_ingress.trace.trace import Trace, trace

_STYLES = {"passes": "green", "warns": "yellow", "answers": "cyan", "stops": "red", "not seen": "dim"}


def trace_running(
    url: str, directory: Path, *, method: str = "GET", headers: Iterable[str] = (), source: str | None = None
) -> Trace:
    """Follow a request (`Request.parse`) through the demo whose files are in `directory`.

    Raises:
        UsageError: when it is no request, or no demo is running.
    """
    # Costly to import, and not needed to show a trace.
    from privatelink_ingress.aws.topology import live
    from privatelink_ingress.local.cloud.server import Session

    headers = tuple(headers)
    Request.parse(url, method=method, headers=headers, source=source)  # wrong use is told before the demo is asked
    cloud = RunningCloud.read(directory)
    sessions = {account: Session(cloud.endpoint_url, account, region) for account, region in cloud.regions.items()}
    edge = sessions.pop(cloud.edge_account)
    return trace(url, live.load(edge, sessions.values()), method=method, headers=headers, source=source)


def headline(found: Trace) -> Text:
    """The outcome in one line."""
    if found.outcome == "reached":
        seen = found.hops[-1].name == ingress_hop.HOP and found.hops[-1].verdict == "passes"
        end, style = "reached " + ("its Service" if seen else "the controller's node ports"), "bold green"
    elif found.outcome == "answered":
        by = "controller" if found.hops[-1].name == ingress_hop.HOP else "load balancer"
        end, style = f"answered {found.status} by the {by}", "bold cyan"
    else:
        end, style = f"stopped at: {found.hops[-1].name}", "bold red"
    asked = found.url if found.method == "GET" else f"{found.method} {found.url}"
    return Text.assemble((asked, "bold"), " → ", (end, style))


def table(found: Trace) -> Table:
    """All hops with their evidence, reasons and remedies."""
    rows = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
    rows.add_column(no_wrap=True)
    rows.add_column(no_wrap=True)
    rows.add_column(overflow="fold")
    for hop in found.hops:
        lines = [Text(hop.evidence)]
        if hop.reason:
            lines.append(Text(hop.reason, style=_STYLES[hop.verdict]))
        if hop.remedy:
            lines.append(Text(f"→ {hop.remedy}", style="bold"))
        rows.add_row(f"  {hop.name}", Text(hop.verdict, style=_STYLES[hop.verdict]), Text("\n").join(lines))
    return rows


def show(found: Trace, console: Console) -> None:
    """Print a whole trace."""
    console.print(headline(found))
    console.print(table(found))


def as_json(found: Trace) -> str:
    """A whole trace for scripts: url, method, outcome, status, hops."""
    return json.dumps(dataclasses.asdict(found), indent=2)
