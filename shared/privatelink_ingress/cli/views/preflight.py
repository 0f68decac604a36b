"""How `preflight` prints its findings: as `doctor` does, with the stack in place of the connection."""

from __future__ import annotations

import dataclasses
import json

from rich.console import Console

from privatelink_ingress.cli.preflight import Report
from privatelink_ingress.cli.views import tables
from privatelink_ingress.cli.views.doctor import print_report


def show(report: Report, console: Console) -> None:
    """Print all findings, and one line of what was judged."""
    looked = f"{tables.counted(len(report.stacks), 'stack')} judged"
    print_report(report.found, report.unread, looked, console)


def as_json(report: Report) -> str:
    """All of it for scripts: stacks, found, unread."""
    return json.dumps(dataclasses.asdict(report), indent=2)
