"""How `cost` shows its report."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from privatelink_ingress.cli.views import tables
from privatelink_ingress.fleet.cost import Report, StackCost
from privatelink_ingress.plan.capacity.bills import Bill, Line
from privatelink_ingress.plan.capacity.prices import CURRENCY, EVERYWHERE, HOURS, NOT_COUNTED

REFRESH = "Read AWS's price list with ./run cost --refresh"
"""The remedy for a price that is unknown or an estimate."""


def print_report(report: Report, console: Console) -> None:
    """For people, in 80 columns."""
    for stack in report.stacks:
        console.print(Text.assemble((f"{stack.project} {stack.stack}", "bold"), f", {stack.region}"), soft_wrap=True)
        tables.print_table(console, _table(stack))
    console.print(
        Text(f"All {len(report.stacks)} stacks: {usd(report.total)} {CURRENCY} a month", style="bold"), soft_wrap=True
    )
    for region in report.regions:
        parts = ", ".join(f"{line.what} {line.usd:g}" for line in report.per_gb(region).lines)
        console.print(Text(f"Each GB in {region}: {per_gb(report, region)} {CURRENCY} ({parts})"), soft_wrap=True)
    _print_ways(report, console)
    if unknown := report.total.unknown:
        listed = "; ".join(dict.fromkeys(unknown))
        console.print(
            Text(f"At a price that is not known here, and in no sum: {listed}.", style="yellow"), soft_wrap=True
        )
        console.print(Text(f"→ {REFRESH}", style="bold"), soft_wrap=True)
    if not report.traffic.gb:
        console.print(Text("Traffic is not in these numbers: give --gb and --requests.", style="dim"), soft_wrap=True)
    console.print(Text(f"Not counted: {'; '.join(NOT_COUNTED)}.", style="dim"), soft_wrap=True)
    _print_prices(report, console)
    for note in report.notes:
        console.print(Text(f"Note: {note}", style="yellow"), soft_wrap=True)


def as_json(report: Report) -> str:
    """For scripts: `stacks` with every line, `usd_a_month`, `usd_per_gb` by region, and what is not counted."""
    data = {
        "currency": CURRENCY,
        "hours_a_month": HOURS,
        "traffic_per_connection": dataclasses.asdict(report.traffic),
        "usd_a_month": round(report.total.usd, 2),
        "estimate": report.total.estimate,
        "unknown": list(dict.fromkeys(report.total.unknown)),
        "usd_per_gb": {region: round(report.per_gb(region).usd, 4) for region in report.regions},
        "ways": {
            region: {way.name: _bill_as_data(way.bill) | {"condition": way.condition} for way in ways}
            for region, ways in report.ways.items()
        },
        "stacks": [
            {
                "project": stack.project,
                "stack": stack.stack,
                "region": stack.region,
                "usd_a_month": round(stack.bill.usd, 2),
                "shared": _bill_as_data(stack.shared),
                "connections": {name: _bill_as_data(bill) for name, bill in stack.connections.items()},
            }
            for stack in report.stacks
        ],
        "not_counted": list(NOT_COUNTED),
        "notes": list(report.notes),
    }
    return json.dumps(data, indent=2)


def _table(stack: StackCost) -> Table:
    table = Table(box=None, show_header=False, padding=(0, 1))
    tables.add_text(table, "")
    tables.add_text(table, "")
    tables.add_number(table, "")
    for line in stack.shared.lines:
        table.add_row(line.what, quantity(line), usd(line))
    for name, bill in stack.connections.items():
        for line in bill.lines:
            table.add_row(f"{name}: {line.what}", quantity(line), usd(line))
    table.add_row("together", "", usd(stack.bill), style="bold")
    return table


def _print_prices(report: Report, console: Console) -> None:
    """Each price that was used, with its region, its source and how sure it is."""
    used = {(line.item, line.price_region): line for region in report.regions for line in _lines(report, region)}
    title = f"Prices in {CURRENCY}, and how sure each is (~ marks an estimate):"
    console.print(Text(title, style="bold"), soft_wrap=True)
    for (item, region), line in sorted(used.items()):
        mark, price = "~" if line.estimate else " ", line.price
        origin = f"{region}, {price.confidence}, {price.read}, {price.source}"
        console.print(Text(f"{mark} {item}: {price.usd:g} per {price.unit}, {origin}"), soft_wrap=True)
    for region in report.regions:
        standing_in = sorted({line.price_region for line in _lines(report, region)} - {EVERYWHERE, region})
        if standing_in:
            text = (
                f"Not every price of {region} is known here: those of {' and '.join(standing_in)} stand in. {REFRESH}"
            )
            console.print(Text(f"Note: {text}", style="yellow"), soft_wrap=True)


def _lines(report: Report, region: str) -> Iterator[Line]:
    """All lines of what is in a region."""
    stacks = (stack.bill for stack in report.stacks if stack.region == region)
    ways = (way.bill for way in report.ways.get(region, ()))
    for bill in (*stacks, report.per_gb(region), *ways):
        yield from bill.lines


def _print_ways(report: Report, console: Console) -> None:
    """The ways from the edge to the clusters, for the same traffic."""
    for region, ways in report.ways.items():
        title = f"From the edge to the clusters in {region}, in {CURRENCY} a month:"
        console.print(Text(title, style="bold"), soft_wrap=True)
        table = Table(box=None, show_header=False, padding=(0, 1))
        tables.add_text(table, "")
        tables.add_number(table, "")
        tables.add_text(table, "")
        for way in ways:
            table.add_row(way.name, usd(way.bill), way.condition)
        tables.print_table(console, table)


def _bill_as_data(bill: Bill) -> dict[str, Any]:
    return {
        "usd_a_month": round(bill.usd, 2),
        "estimate": bill.estimate,
        "lines": [
            {
                "what": line.what,
                "quantity": line.quantity,
                "unit": line.price.unit,
                "usd_each": line.price.usd,
                "usd_a_month": round(line.usd, 4),
                "price_region": line.price_region,
                "estimate": line.estimate,
                "confidence": line.price.confidence,
                "source": line.price.source,
                "read": line.price.read,
            }
            for line in bill.lines
        ],
        "unknown": list(bill.unknown),
    }


def quantity(line: Line) -> str:
    """Of a line, with its unit and price."""
    unit = line.price.unit
    plural = "" if line.quantity == 1 or unit == "GB" or unit.endswith("s") else "s"
    # Twelve digits are enough for every quantity, and keep a rounding error out.
    return f"{float(f'{line.quantity:.12g}'):,} {unit}{plural} x {line.price.usd:g}".replace(".0 ", " ", 1)


def usd(what: Bill | Line) -> str:
    """An amount of money; `~` marks an estimate."""
    return f"{'~' if what.estimate else ''}{what.usd:,.2f}"


def per_gb(report: Report, region: str) -> str:
    """What each GB costs in a region."""
    bill = report.per_gb(region)
    return f"{'about ' if bill.estimate else ''}{bill.usd:g}"
