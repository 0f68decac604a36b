"""What every way to draw the system shares: the signs of a status, an edge account's head, names and links."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable
from itertools import groupby

from privatelink_ingress.cli.views import tables
from privatelink_ingress.cli.views.report.backends import Backend
from privatelink_ingress.cli.views.report.drawing import Drawing
from privatelink_ingress.cli.views.report.model import STATUSES, Connection, Shard, Status

SIGNS: dict[Status, str] = {"error": "✕", "warning": "!", "maintenance": "‖", "serving": "✓", "not followed": "?"}
"""What a status looks like without its colour."""

WIDE, NARROW = 1080, 350
"""Widths of a picture from left to right, and of one from top to bottom, for a phone."""


@dataclasses.dataclass(frozen=True)
class Row:
    """A connection through one of its backends."""

    connection: Connection
    backend: Backend


class Layout:
    """Places shards below each other."""

    def __init__(self, drawing: Drawing, *, links: bool) -> None:
        """Draw into `drawing`; with `links`, each connection leads to its section on the same page."""
        self.drawing, self.links, self.y = drawing, links, 8

    def shard(self, shard: Shard) -> None:
        """Draw a shard, and move `y` below it."""
        raise NotImplementedError

    def accounts(self, shard: Shard) -> list[tuple[str, list[Row]]]:
        """The shard's backends by their account."""
        rows = [Row(one, backend) for one in shard.connections for backend in one.backends]
        rows.sort(key=lambda row: (row.backend.account, row.connection.name))
        return [(account, list(each)) for account, each in groupby(rows, key=lambda row: row.backend.account)]

    def link(self, connection: Connection) -> str:
        """Where a connection leads; nowhere in a picture that is a file of its own."""
        return f"#{anchor(connection.name)}" if self.links else ""

    def head(self, shard: Shard, x: float, y: float, room: float) -> None:
        """The edge account, its load balancer and its firewall."""
        draw, balancer = self.drawing, shard.balancer
        draw.text(x, y + 22, f"Edge account {shard.account}", "strong", room=room)
        name = balancer.name if balancer else "load balancer not seen"
        draw.text(x, y + 40, f"{name} · {shard.region}", "small muted", room=room, size=11.5)
        acl = balancer.web_acl if balancer else None
        listens = ", ".join(f"{one.protocol} {one.port}" for one in balancer.listeners) if balancer else ""
        first = min(128, room * 0.54)
        draw.chip(x, y + 52, first, f"ALB {listens}".strip(), "part")
        fire = f"WAF, {tables.counted(len(acl.rules), 'rule')}" if acl else "no web ACL"
        draw.chip(x + first + 8, y + 52, min(110, room - first - 8), fire, "part" if acl else "part bad")

    def clients(self, top: float, x: float) -> None:
        """The clients at the left, and their way to `x`."""
        draw = self.drawing
        draw.box(1, top + 22, 104, 44, "frame clients")
        draw.text(18, top + 41, "Clients", "strong")
        draw.text(18, top + 57, "HTTPS 443", "small muted")
        draw.arrow(105, top + 44, x, top + 44, "flow plain")

    def clients_above(self, y: float) -> None:
        """The clients at the top."""
        self.drawing.box(NARROW / 2 - 60, y, 120, 26, "frame clients")
        self.drawing.text(NARROW / 2 - 48, y + 18, "Clients, HTTPS 443", "small")
        self.drawing.arrow(NARROW / 2, y + 26, NARROW / 2, y + 48, "flow plain")

    def border(self, x: float, top: float, bottom: float) -> None:
        """The border between the accounts, upright."""
        self.drawing.line(x, top, x, bottom, "border")
        self.drawing.text(x + 8, top + 14, "PrivateLink: the border between accounts", "small muted")

    def border_below(self, y: float) -> None:
        """The border between the accounts, from side to side."""
        self.drawing.text(14, y + 20, "PrivateLink", "small muted")
        self.drawing.line(1, y + 27, NARROW - 1, y + 27, "border")


def anchor(name: str) -> str:
    """The id of a connection's section."""
    return f"connection-{name}"


def account_name(number: str) -> str:
    """`Workload account 111111111111`; the number is empty for one that was not seen."""
    return f"Workload account {number or 'not seen'}"


def counts(connections: Iterable[Connection]) -> list[tuple[Status, int]]:
    """How many connections have each status, the worst first, without zeros."""
    found = Counter(one.status for one in connections)
    return [(status, found[status]) for status in STATUSES if found[status]]


def slug(status: Status) -> str:
    """A status as the name of a class."""
    return status.replace(" ", "-")
