"""How `onboard` shows what it will create, what that costs, and what to run."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from privatelink_ingress.fleet import alarm_costs
from privatelink_ingress.fleet.onboarding import Onboarding
from privatelink_ingress.fleet.onboarding_changes import Report
from privatelink_ingress.plan.capacity import cost, usage
from privatelink_ingress.plan.capacity.bills import Bill
from privatelink_ingress.plan.capacity.prices import CURRENCY, PriceList
from privatelink_ingress.plan.routing.routes import Rule
from privatelink_ingress.settings.managed_rules import BODY_LIMIT
from privatelink_ingress.stackfiles.writer import Change


def show(report: Report, console: Console, root: Path) -> None:
    """For people."""
    if report.onboarding is None and report.changes:
        line = (
            f"Connection {report.name} already exists in {report.file}, but its workload does not admit the edge yet."
        )
        console.print(Text(line, style="bold yellow"), soft_wrap=True)
    elif report.onboarding is None:
        line = f"Connection {report.name} already exists in {report.file}: nothing to do."
        console.print(Text(line, style="bold green"), soft_wrap=True)
        return
    for line in _described(report.onboarding, report.prices) if report.onboarding else ():
        console.print(line, highlight=False, soft_wrap=True)
    for change in report.changes:
        console.print(Text(change.path.relative_to(root).as_posix(), style="bold"), soft_wrap=True)
        for line in _added(change):
            console.print(Text(f"  + {line}", style="green"), soft_wrap=True)
    for note in report.notes:
        console.print(Text(f"Note: {note}", style="yellow"), soft_wrap=True)


def show_next(commands: Sequence[str], console: Console) -> None:
    """The commands to run now, as the user types them."""
    for command in commands:
        console.print(Text(f"→ {command}", style="green"), soft_wrap=True)


def as_data(report: Report, commands: Sequence[str], *, written: bool) -> dict[str, Any]:
    """For scripts. `commands` are those to run next, as the user types them."""
    data: dict[str, Any] = {
        "connection": report.name,
        "state": report.state,
        "written": written,
        "file": report.file,
        "next": list(commands),
    }
    if new := report.onboarding:
        bill = _bill(new, report.prices)
        data |= {
            "shard": new.shard.edge.stack,
            "stack": new.stack,
            "slot": new.connection.slot,
            "addresses": {target.zone_id: target.address for target in new.backend.targets},
            "target_group": new.backend.groups[0].name,
            "rules": [
                {"priority": rule.priority, "hosts": list(rule.match.hosts), "paths": list(rule.match.paths)}
                for rule in new.rules
            ],
            "records": _records(new),
            "usd_a_month": round(bill.usd, 2),
            "estimate": bill.estimate,
            "notes": list(report.notes),
        }
    return data


def _described(new: Onboarding, price_list: PriceList) -> list[Text]:
    backend, bill, [group] = new.backend, _bill(new, price_list), new.backend.groups
    own = f", by stack {new.stack} of its own" if new.attached_config else ""
    addresses = ", ".join(f"{target.address} in {target.zone_id}" for target in backend.targets)
    about = "about " if bill.estimate else ""
    return [
        Text.assemble((new.name, "bold"), f" goes to shard {new.shard.edge.stack}, slot {new.connection.slot}{own}"),
        Text(f"  endpoint      to the service of stack {new.workload.stack}: {addresses}"),
        Text(f"  target group  {group.name}, health check {group.health_path}"),
        *(Text(f"  rule {rule.priority:<8} {_conditions(rule)}") for rule in new.rules),
        *(Text(f"  record        {host} to the load balancer") for host in _records(new)),
        Text(f"  firewall      blocks every request with a body above {BODY_LIMIT:,} bytes; {_body_setting(new)}"),
        Text(f"  maintenance   answers 503 with connections.{new.name}.maintenancePage, or else one line of text"),
        Text(f"  cost          {about}{bill.usd:,.2f} {CURRENCY} a month without traffic"),
    ]


def _conditions(rule: Rule) -> str:
    return f"{', '.join(rule.match.hosts)}: {', '.join(rule.match.paths) or 'all paths'}"


def _records(new: Onboarding) -> list[str]:
    return sorted({host.lower() for route in new.connection.routes for host in route.hosts})


def _body_setting(new: Onboarding) -> str:
    """The setting that lets larger bodies through, and its file: the web ACL is the shard's."""
    if new.attached_config is None:
        return f"connections.{new.name}.firewall.largeBodies: allow lets it through"
    host = _records(new)[0]
    return f"firewall.hosts.{host}.largeBodies: allow in {new.shard.edge.file} lets it through"


def _bill(new: Onboarding, price_list: PriceList) -> Bill:
    zones = len(new.backend.targets)
    return cost.connection_cost(
        new.shard.edge.region,
        zones=zones,
        alarm_metrics=alarm_costs.of_another_connection(new.shard, usage.Needs(), zones=zones),
        dashboard=new.shard.edge.settings.dashboards,
        price_list=price_list,
    )


def _added(change: Change) -> list[str]:
    before, after = (change.before or "").splitlines(), (change.after or "").splitlines()
    return [line[2:] for line in difflib.ndiff(before, after) if line.startswith("+ ")]
