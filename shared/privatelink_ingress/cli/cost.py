"""`cost`: what every stack and connection costs a month by AWS's list prices. Offline, from the stack files alone."""

from __future__ import annotations

import dataclasses
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from privatelink_ingress import stack_names
from privatelink_ingress.contracts import service as service_contract
from privatelink_ingress.fleet import shards
from privatelink_ingress.fleet.repository import Stacks, read_right
from privatelink_ingress.plan.capacity import cost
from privatelink_ingress.plan.capacity.cost import Bill, Line, Traffic
from privatelink_ingress.plan.capacity.placement import zone_count
from privatelink_ingress.plan.capacity.prices import CURRENCY, EVERYWHERE, HOURS, NOT_COUNTED
from privatelink_ingress.plan.edge import shard as edge
from privatelink_ingress.plan.edge.firewall import plan_firewall
from privatelink_ingress.plan.workload import declared_zones, endpoints
from privatelink_ingress.problems import Problem, UserError


@dataclasses.dataclass(frozen=True, kw_only=True)
class StackCost:
    """One stack's month."""

    project: str
    stack: str
    region: str
    shared: Bill
    """All but its connections."""
    connections: Mapping[str, Bill]

    @property
    def bill(self) -> Bill:
        """All of it."""
        return cost.together([self.shared, *self.connections.values()])


@dataclasses.dataclass(frozen=True, kw_only=True)
class Report:
    """What the command found."""

    stacks: tuple[StackCost, ...]
    traffic: Traffic
    """Of each connection."""
    notes: tuple[str, ...]

    @property
    def total(self) -> Bill:
        """All stacks together."""
        return cost.together(stack.bill for stack in self.stacks)

    @property
    def regions(self) -> tuple[str, ...]:
        """Regions of the stacks."""
        return tuple(sorted({stack.region for stack in self.stacks}))


def report(root: Path, *, traffic: Traffic) -> Report:
    """The cost of every stack of the repository at `root`, with so much traffic on each connection.

    Raises:
        UserError: when a stack file has a mistake, or there is none.
    """
    stacks = read_right(root)
    costs = (*_edges(stacks, traffic), *_workloads(stacks, traffic))
    if not costs:
        problem = Problem(str(root), "holds no stack file of an edge or a workload", "Name the repository with --root.")
        raise UserError("There is nothing that costs", [problem])
    return Report(stacks=costs, traffic=traffic, notes=tuple(stacks.report.notes))


def print_report(found: Report, console: Console) -> None:
    """For people, in 80 columns."""
    for stack in found.stacks:
        console.print(Text.assemble((f"{stack.project} {stack.stack}", "bold"), f", {stack.region}"), soft_wrap=True)
        console.print(_table(stack))
    console.print(
        Text(f"All {len(found.stacks)} stacks: {_usd(found.total)} {CURRENCY} a month", style="bold"), soft_wrap=True
    )
    for region in found.regions:
        parts = ", ".join(f"{line.what} {line.usd:g}" for line in cost.per_gb(region).lines)
        console.print(Text(f"Each GB in {region}: {_per_gb(region)} {CURRENCY} ({parts})"), soft_wrap=True)
    if not found.traffic.gb:
        console.print(Text("Traffic is not in these numbers: give --gb and --requests.", style="dim"), soft_wrap=True)
    console.print(Text(f"Not counted: {'; '.join(NOT_COUNTED)}.", style="dim"), soft_wrap=True)
    _print_prices(found, console)
    for note in found.notes:
        console.print(Text(f"Note: {note}", style="yellow"), soft_wrap=True)


def as_json(found: Report) -> str:
    """For scripts: `stacks` with every line, `usd_a_month`, `usd_per_gb` by region, and what is not counted."""
    data = {
        "currency": CURRENCY,
        "hours_a_month": HOURS,
        "traffic_per_connection": dataclasses.asdict(found.traffic),
        "usd_a_month": round(found.total.usd, 2),
        "estimate": found.total.estimate,
        "usd_per_gb": {region: round(cost.per_gb(region).usd, 4) for region in found.regions},
        "stacks": [
            {
                "project": stack.project,
                "stack": stack.stack,
                "region": stack.region,
                "usd_a_month": round(stack.bill.usd, 2),
                "shared": _bill_as_data(stack.shared),
                "connections": {name: _bill_as_data(bill) for name, bill in stack.connections.items()},
            }
            for stack in found.stacks
        ],
        "not_counted": list(NOT_COUNTED),
        "notes": list(found.notes),
    }
    return json.dumps(data, indent=2)


def _edges(stacks: Stacks, traffic: Traffic) -> Iterator[StackCost]:
    found, _ = shards.group(stacks.edges, stacks.attached)
    for shard in found:
        zones, region = zone_count(shard.edge.settings.network), shard.edge.region
        connections = len(shard.edge.settings.connections) + len(shard.attached_connections)
        web_acl = plan_firewall(shard.edge.settings.firewall, name="")
        for stack in shard.stacks:
            yield StackCost(
                project=edge.PROJECT,
                stack=stack.stack,
                region=region,
                shared=cost.shard_cost(
                    region,
                    zones=zones,
                    firewall_rules=len(web_acl.rules),
                    firewall_capacity=web_acl.capacity,
                    million_requests=connections * traffic.million_requests,
                )
                if stack is shard.edge
                else cost.together([]),
                connections={
                    name: cost.connection_cost(region, zones=zones, backends=len(one.backends), traffic=traffic)
                    for name, one in sorted(stack.settings.connections.items())
                },
            )


def _workloads(stacks: Stacks, traffic: Traffic) -> Iterator[StackCost]:
    gb: defaultdict[str, float] = defaultdict(float)
    for stack in (*stacks.edges, *stacks.attached):
        for connection in stack.settings.connections.values():
            for backend in connection.backends:
                if backend.stack:
                    # Which of two backends has how much of the traffic changes with the weights: half each.
                    gb[stack_names.short(backend.stack)] += traffic.gb / len(connection.backends)
    for workload in stacks.workloads:
        zones = declared_zones.zone_count(workload.settings)
        yield StackCost(
            project=service_contract.PROJECT,
            stack=workload.stack,
            region=workload.region,
            shared=cost.workload_cost(
                workload.settings,
                workload.region,
                endpoints=endpoints.services(workload.settings),
                zones=zones,
                gb=gb[workload.stack],
            ),
            connections={},
        )


def _table(stack: StackCost) -> Table:
    table = Table(box=None, show_header=False, padding=(0, 1))
    table.add_column(ratio=1)
    table.add_column(justify="right", no_wrap=True)
    table.add_column(justify="right", no_wrap=True)
    for line in stack.shared.lines:
        table.add_row(line.what, _count(line), _usd(line))
    for name, bill in stack.connections.items():
        for line in bill.lines:
            table.add_row(f"{name}: {line.what}", _count(line), _usd(line))
    table.add_row("together", "", _usd(stack.bill), style="bold")
    return table


def _print_prices(found: Report, console: Console) -> None:
    """Each price that was used, with its region, its source and how sure it is."""
    used = {
        (line.item, line.price_region): line
        for line in (*found.total.lines, *(line for region in found.regions for line in cost.per_gb(region).lines))
    }
    console.print(Text(f"Prices in {CURRENCY}, and how sure each is (~ marks an estimate):", style="bold"))
    for (item, region), line in sorted(used.items()):
        mark, price = "~" if line.estimate else " ", line.price
        console.print(
            Text(f"{mark} {item}: {price.usd:g} per {price.unit}, {region}, {price.confidence}, {price.source}"),
            soft_wrap=True,
        )
    for region in found.regions:
        known = {line.price_region for line in cost.per_gb(region).lines} - {EVERYWHERE, region}
        for other in sorted(known):
            text = f"No regional price of {region} is known here, so that of {other} stands in."
            console.print(Text(f"Note: {text}", style="yellow"), soft_wrap=True)


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
            }
            for line in bill.lines
        ],
    }


def _count(line: Line) -> str:
    unit = line.price.unit
    plural = "" if line.quantity == 1 or unit == "GB" or unit.endswith("s") else "s"
    return f"{line.quantity:,g} {unit}{plural} x {line.price.usd:g}"


def _usd(what: Bill | Line) -> str:
    return f"{'~' if what.estimate else ''}{what.usd:,.2f}"


def _per_gb(region: str) -> str:
    bill = cost.per_gb(region)
    return f"{'about ' if bill.estimate else ''}{bill.usd:g}"
