"""What `check` prints."""

from __future__ import annotations

import dataclasses
import json
from itertools import groupby

from rich.console import Console
from rich.text import Text

from privatelink_ingress.cli.views import show, tables
from privatelink_ingress.fleet import environments
from privatelink_ingress.fleet.repository import Report
from privatelink_ingress.fleet.stacks import Finding


def print_report(report: Report, console: Console) -> None:
    """For people: one list by file, or what was checked."""
    for file, findings in groupby(sorted(report.findings), key=lambda finding: finding.file):
        show.problems(console, file, [finding.problem for finding in findings])
    for warning in sorted(report.warnings):
        console.print(Text(f"Warning: {warning.file}: {warning.problem}", style="yellow"), soft_wrap=True)
    for note in report.notes:
        console.print(Text(f"Note: {note}", style="yellow"), soft_wrap=True)
    count, files = len(report.findings), len(report.checked)
    if count:
        console.print(
            Text(f"{tables.counted(count, 'mistake')} in {files} stack files.", style="bold red"), soft_wrap=True
        )
    elif report.unproven:
        opened = sum(place.endswith(f": {environments.PLACE}") for place in report.unproven)
        kinds = ((len(report.unproven) - opened, "encrypted value"), (opened, "environment"))
        unproven = " and ".join(tables.counted(count, kind) for count, kind in kinds if count)
        console.print(
            Text(
                f"No mistakes in {files} stack files, but not everything is proven: {unproven} cannot be read here.",
                style="bold yellow",
            ),
            soft_wrap=True,
        )
    else:
        console.print(
            Text(f"{files} stack files are right: {', '.join(report.checked)}.", style="bold green"), soft_wrap=True
        )


def as_json(report: Report) -> str:
    """For scripts: `checked`, `notes`, `unproven`, and `warnings` and `problems` with file, where, reason, remedy."""

    def listed(findings: list[Finding]) -> list[dict[str, str]]:
        return [{"file": finding.file, **dataclasses.asdict(finding.problem)} for finding in sorted(findings)]

    everything = {
        "checked": report.checked,
        "notes": report.notes,
        "unproven": report.unproven,
        "warnings": listed(report.warnings),
        "problems": listed(report.findings),
    }
    return json.dumps(everything, indent=2)
