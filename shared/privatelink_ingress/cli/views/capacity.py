"""How `capacity` shows its report."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from privatelink_ingress.cli.views import tables
from privatelink_ingress.fleet.capacity import Report
from privatelink_ingress.plan.capacity import quotas, usage
from privatelink_ingress.plan.capacity.forecast import Forecast
from privatelink_ingress.plan.capacity.placement import Capacity
from privatelink_ingress.plan.capacity.prices import CURRENCY
from privatelink_ingress.plan.capacity.quotas import QUOTAS
from privatelink_ingress.plan.capacity.usage import Needs


def print_report(report: Report, console: Console) -> None:
    """For people, in 80 columns."""
    for shard in report.shards:
        key, room = _binding(shard, report.needs)
        console.print(
            Text.assemble(
                (shard.name, "bold"),
                f" in {shard.region}, {shard.zones} zones: {tables.counted(len(shard.slots), 'connection')}, "
                f"room for {room} more",
            ),
            soft_wrap=True,
        )
        tables.print_table(console, _table(shard, ends_first=key))
        parts = ", ".join(f"{rule} {units}" for rule, units in report.firewalls[shard.name].items())
        console.print(Text(f"Firewall capacity units: {parts}.", style="dim"), soft_wrap=True)
    if report.growth:
        _print_growth(report, report.growth, console)
    console.print(Text(f"A further connection is taken to need {_needs(report.needs)}.", style="dim"), soft_wrap=True)
    for note in report.notes:
        console.print(Text(f"Note: {note}", style="yellow"), soft_wrap=True)


def as_json(report: Report) -> str:
    """For scripts: `shards` with every quota, and with a number of connections to plan for, `plan`."""
    data: dict[str, Any] = {"shards": [_shard_as_data(shard, report.needs) for shard in report.shards]}
    if growth := report.growth:
        data["plan"] = {
            "connections": growth.count,
            "needs": dataclasses.asdict(growth.needs),
            "by_shard": dict(growth.by_shard),
            "new_shards": list(growth.new),
            "addresses_per_zone": growth.addresses,
            "raises": [_raise_as_data(key, number, report.region) for key, number in growth.raises.items()],
            "new_shards_when_raised": list(growth.new_when_raised),
            "usd_a_month": round(report.growth_usd, 2),
            "estimate": report.estimate,
        }
    data["firewall_capacity"] = {name: dict(parts) for name, parts in report.firewalls.items()}
    data["notes"] = list(report.notes)
    return json.dumps(data, indent=2)


def _print_growth(report: Report, growth: Forecast, console: Console) -> None:
    console.print(Text(f"{growth.count} more connections", style="bold"), soft_wrap=True)
    for name, count in growth.by_shard.items():
        slots = [placement.slot for placement in growth.placements if placement.shard == name]
        new = ", a new shard" if name in growth.new else ""
        console.print(f"  {count} on {name}{new}: slots {_ranges(slots)}", soft_wrap=True)
    console.print(f"  Endpoint addresses: {growth.addresses} in each zone.", soft_wrap=True)
    if growth.new:
        more = ", and the others as they fill" if len(growth.new) > 1 else ""
        command = f"  → pulumi -C central-ingress stack init {growth.new[0]}{more}"
        console.print(Text(command, style="green"), soft_wrap=True)
    if growth.raises:
        saved = len(growth.new) - len(growth.new_when_raised)
        console.print(f"  With raised quotas, {tables.counted(saved, 'shard')} fewer:", soft_wrap=True)
        for key, number in growth.raises.items():
            console.print(f"  {QUOTAS[key].name}: {number} ({QUOTAS[key].code})", highlight=False, soft_wrap=True)
            command = quotas.raise_command(key, needed=number, region=report.region)
            console.print(Text(f"  → {command}", style="green"), soft_wrap=True)
        wanted = ", ".join(f"{key}: {quotas.desired(key, number)}" for key, number in growth.raises.items())
        console.print(Text(f"  → limits: {{{wanted}}}, once they are granted", style="green"), soft_wrap=True)
    about = "about " if report.estimate else ""
    console.print(
        f"  Cost: {about}{report.growth_usd:,.2f} {CURRENCY} a month without traffic: {growth.count} x "
        f"{report.connection_usd:,.2f} for connections, {len(growth.new)} x {report.shard_usd:,.2f} for shards.",
        highlight=False,
        soft_wrap=True,
    )


def _table(shard: Capacity, *, ends_first: str) -> Table:
    table = Table(box=None, padding=(0, 1, 0, 0))
    tables.add_text(table, "quota")
    for column in ("used", "limit", "free"):
        tables.add_number(table, column)
    tables.add_text(table, "")
    exceeded = usage.exceeded(shard.used, shard.limits)
    for key, left in usage.free(shard.used, shard.limits).items():
        quota = QUOTAS[key]
        hard = f"hard {quota.most}" if quota.most else "" if quota.adjustable else "hard"
        about = [quota.code or "", hard, "largest" if quota.per == "part" else ""]
        about += ["over" if key in exceeded else "ends first" if key == ends_first else ""]
        style = "bold red" if key in exceeded else "bold" if key == ends_first else None
        numbers = (str(number) for number in (shard.used[key], shard.limits[key], left))
        table.add_row(quota.name, *numbers, ", ".join(word for word in about if word), style=style)
    return table


def _shard_as_data(shard: Capacity, needs: Needs) -> dict[str, Any]:
    key, room = _binding(shard, needs)
    left = usage.free(shard.used, shard.limits)
    return {
        "name": shard.name,
        "region": shard.region,
        "zones": shard.zones,
        "connections": len(shard.slots),
        "room": room,
        "ends_first": key,
        "exceeded": list(usage.exceeded(shard.used, shard.limits)),
        "quotas": [
            {
                "key": key,
                "name": quota.name,
                "code": quota.code,
                "adjustable": quota.adjustable,
                "most": quota.most,
                "used": shard.used[key],
                "limit": shard.limits[key],
                "free": left[key],
                "source": quota.source,
            }
            for key, quota in QUOTAS.items()
        ],
    }


def _raise_as_data(key: str, number: int, region: str) -> dict[str, Any]:
    return {
        "key": key,
        "code": QUOTAS[key].code,
        "needed": number,
        "command": quotas.raise_command(key, needed=number, region=region),
        "limits": {key: quotas.desired(key, number)},
    }


def _binding(shard: Capacity, needs: Needs) -> tuple[str, int]:
    return usage.first_exhausted(shard.used, shard.limits, needs.usage(shard.zones))


def _needs(needs: Needs) -> str:
    own = "a certificate of its own" if needs.certificates else "no certificate of its own"
    return f"{tables.counted(needs.backends, 'backend')}, {tables.counted(needs.rules, 'rule')} and {own}"


def _ranges(slots: Sequence[int]) -> str:
    """`2-49, 60` for the slots 2 to 49 and 60, in order."""
    runs: list[list[int]] = []
    for slot in slots:
        if runs and slot == runs[-1][-1] + 1:
            runs[-1].append(slot)
        else:
            runs.append([slot])
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)
