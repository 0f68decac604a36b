"""The report as one HTML file that loads nothing: its policy allows only its own style sheet and script."""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from privatelink_ingress.cli.views import cost as cost_view
from privatelink_ingress.cli.views import tables
from privatelink_ingress.cli.views.report import layout, picture
from privatelink_ingress.cli.views.report.model import SOURCES, STATUSES, Connection, Shard, System
from privatelink_ingress.fleet.cost import StackCost
from privatelink_ingress.plan.capacity import usage
from privatelink_ingress.plan.capacity.bills import Bill, together
from privatelink_ingress.plan.capacity.prices import CURRENCY, NOT_COUNTED
from privatelink_ingress.plan.capacity.quotas import ALARM_SHARE, QUOTAS
from privatelink_ingress.plan.capacity.usage import Needs
from privatelink_ingress.trace.diagnosis import Diagnosis

GENERATOR = "privatelink-ingress report"
"""Marks a file as a report, so that the next one may replace it."""

MOST_ALONE = 3
"""Findings about what could not be seen at one hop: more of them are folded together."""

_COLUMNS = (
    ("Connection", ""),
    ("Status", "rank"),
    ("Hosts", ""),
    ("Owner", "more"),
    ("Stack", "more"),
    ("Backends", "more"),
    ("Healthy zones", "more number"),
    ("Cost a month", "more number"),
)


def render(system: System) -> str:
    """The whole page."""
    template = _environment().get_template("page.html.jinja")
    style, script = _text("style.css") + _text("picture.css"), _text("script.js")
    connections = sorted(system.connections, key=lambda one: one.name)
    wrong = Counter[str](one.severity for one in system.findings)
    regions = system.costs.regions
    return template.render(
        system=system,
        connections=connections,
        names={one.name for one in connections},
        about=SOURCES[system.source],
        policy=_policy(style, script),
        style=Markup(style),
        script=Markup(script),
        picture=Markup(picture.draw(system)),
        narrow_picture=Markup(picture.draw(system, narrow=True)),
        generator=GENERATOR,
        statuses=[(status, STATUSES[status], number) for status, number in layout.counts(connections)],
        findings=_alike(system.findings),
        projects=_by_project(system.costs.stacks),
        wrong=wrong["error"] + wrong["warning"],
        severities=_severities(wrong) or "nothing is wrong",
        room=sum(_first_exhausted(shard)[1] for shard in system.shards),
        columns=_COLUMNS,
        currency=CURRENCY,
        not_counted=NOT_COUNTED,
        refresh=cost_view.REFRESH,
        per_gb=[(region, cost_view.per_gb(system.costs, region)) for region in regions],
        quotas=tuple(QUOTAS.values()),
    )


def picture_file(system: System) -> str:
    """The picture as a file of its own."""
    return f"{picture.draw(system, style=_text('picture.css'))}\n"


def is_report(text: str) -> bool:
    """Whether a file's beginning is that of a report."""
    return f'<meta name="generator" content="{GENERATOR}">' in text


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("privatelink_ingress.cli.views.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    functions: dict[str, Any] = {
        "alarm_share": ALARM_SHARE,
        "anchor": layout.anchor,
        "counted": tables.counted,
        "ends": _ends,
        "healthy": _healthy,
        "quantity": cost_view.quantity,
        "rank": list(STATUSES).index,
        "searched": _searched,
        "signs": layout.SIGNS,
        "usd": cost_view.usd,
        "words": STATUSES,
        "zones": _zones,
    }
    environment.globals.update(functions)
    return environment


def _text(name: str) -> str:
    return (Path(__file__).parent / "templates" / name).read_text(encoding="utf-8")


def _policy(style: str, script: str) -> str:
    """Nothing is loaded, sent, framed or run but this style sheet and this script, by their hashes."""
    return (
        f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _severities(counts: Counter[str]) -> str:
    """`2 errors, 1 warning, 4 not seen`."""
    return ", ".join(
        f"{number} {severity}" if severity == "not seen" else tables.counted(number, severity)
        for severity, number in counts.items()
    )


def _alike(findings: Sequence[Diagnosis]) -> list[list[Diagnosis]]:
    """The findings in their order, but what could not be seen at one hop of many connections together."""
    found: dict[object, list[Diagnosis]] = {}
    unseen = Counter(one.problem.where for one in findings if one.severity == "not seen")
    for place, one in enumerate(findings):
        alike = one.severity == "not seen" and unseen[one.problem.where] > MOST_ALONE
        found.setdefault(one.problem.where if alike else place, []).append(one)
    return list(found.values())


def _by_project(stacks: Iterable[StackCost]) -> list[tuple[str, list[StackCost], Bill]]:
    found = [(project, list(some)) for project, some in groupby(stacks, lambda one: one.project)]
    return [(project, some, together(one.bill for one in some)) for project, some in found]


def _searched(one: Connection) -> str:
    """What the search looks in, in small letters."""
    backends = (word for each in one.backends for word in (each.name, each.account, each.service, each.endpoint))
    words = (one.name, one.owner, one.stack, one.shard, STATUSES[one.status], *one.hosts, *backends)
    addresses = (zone.address for each in one.backends for zone in each.zones)
    return " ".join((*words, *addresses)).lower()


def _healthy(one: Connection) -> int:
    return sum(zone.state == "healthy" for each in one.backends for zone in each.zones)


def _zones(one: Connection) -> str:
    zones = [zone for each in one.backends for zone in each.zones]
    if zones and all(zone.state == "unseen" for zone in zones):
        return f"{len(zones)}, not seen"
    return f"{_healthy(one)} of {len(zones)}"


def _first_exhausted(shard: Shard) -> tuple[str, int]:
    capacity = shard.capacity
    return usage.first_exhausted(capacity.used, capacity.limits, Needs().usage(capacity.zones))


def _ends(shard: Shard) -> str:
    key, room = _first_exhausted(shard)
    return f"room for {room} more; {QUOTAS[key].name} end first"
