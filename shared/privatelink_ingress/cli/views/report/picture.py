"""The picture of the system: clients, edge accounts with their load balancers, PrivateLink, workload accounts."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Sequence
from itertools import groupby

from privatelink_ingress.cli.views import tables
from privatelink_ingress.cli.views.report.backends import Backend
from privatelink_ingress.cli.views.report.drawing import Drawing
from privatelink_ingress.cli.views.report.model import STATUSES, Connection, Shard, Status, System
from privatelink_ingress.trace.topology import UNSEEN

SIGNS: dict[Status, str] = {"error": "✕", "warning": "!", "maintenance": "‖", "serving": "✓", "not followed": "?"}
"""What a status looks like without its colour."""

MOST_ROWS = 16
"""With more backends than these, the picture has a cell for each connection instead of a row."""

WIDE, NARROW = 1080, 350
_ROW, _CELL, _HEAD = 46, 26, 96


@dataclasses.dataclass(frozen=True)
class _Row:
    connection: Connection
    backend: Backend


def draw(system: System, *, narrow: bool = False, style: str = "") -> str:
    """The picture as SVG.

    Args:
        system: What to show.
        narrow: For a phone: from top to bottom instead of from left to right.
        style: The style sheet of a picture that is a file of its own: without links, and without ids, which differ in
            every deployment. Without it, each connection is a link to `anchor` of its name on the same page.
    """
    connections = len(system.connections)
    title = f"{tables.counted(connections, 'connection')} from clients to workload accounts"
    drawing = Drawing(NARROW if narrow else WIDE, title, key="narrow" if narrow else "wide")
    dense = sum(max(len(one.backends), 1) for one in system.connections) > MOST_ROWS
    if style:
        drawing.alone(style)
    column = (_Narrow if narrow else _Wide)(drawing, dense=dense, links=not style)
    for shard in system.shards:
        column.shard(shard)
    return drawing.finished()


def anchor(name: str) -> str:
    """The id of a connection's section."""
    return f"connection-{name}"


class _Layout:
    def __init__(self, drawing: Drawing, *, dense: bool, links: bool) -> None:
        self.drawing, self.dense, self.links, self.y = drawing, dense, links, 8

    def accounts(self, shard: Shard) -> list[tuple[str, list[_Row]]]:
        """The shard's backends by their account."""
        rows = [_Row(one, backend) for one in shard.connections for backend in one.backends]
        rows.sort(key=lambda row: (row.backend.account, row.connection.name))
        return [(account, list(each)) for account, each in groupby(rows, key=lambda row: row.backend.account)]

    def link(self, connection: Connection) -> str:
        return f"#{anchor(connection.name)}" if self.links else ""

    def cells(self, rows: Sequence[_Row], x: float, y: float, width: float, columns: int) -> float:
        """A cell for each connection; returns where they end."""
        each = width / columns
        for number, row in enumerate(rows):
            left, top = x + number % columns * each, y + number // columns * _CELL
            one = row.connection
            with self.drawing.link(self.link(one)):
                self.drawing.box(left, top, each - 6, _CELL - 6, f"cell {_slug(one.status)}", radius=4)
                self.drawing.text(
                    left + 7, top + 14, f"{SIGNS[one.status]} {one.name}", "small", room=each - 18, size=11.5
                )
        return y + -(-len(rows) // columns) * _CELL

    def zones(self, row: _Row, shard: Shard, x: float, y: float) -> None:
        """The state of a backend in each of the shard's zones."""
        states = {zone.id: zone for zone in row.backend.zones}
        for number, id_ in enumerate(shard.zones):
            zone = states.get(id_)
            state = zone.state if zone else "none"
            sign = {"healthy": "✓", UNSEEN: "?", "none": "·"}.get(state, "✕")
            kind = {"healthy": "good", UNSEEN: "unknown", "none": "absent"}.get(state, "bad")
            told = f"{id_}: {zone.address} {state}" if zone else f"{id_}: no endpoint"
            self.drawing.chip(x + number * 52, y, 48, f"{id_.rpartition('-')[2]} {sign}", kind, title=told)


class _Wide(_Layout):
    """From left to right."""

    def shard(self, shard: Shard) -> None:
        draw, top = self.drawing, self.y
        edge = (150, 300) if self.dense else (150, 450)
        border = edge[0] + edge[1] + 30
        right = border + 30
        y = float(top + _HEAD)
        for account, rows in self.accounts(shard):
            start, middle = y, y + 16
            y += 34
            if self.dense:
                y = self.cells(rows, right + 12, y, WIDE - right - 18, 4)
                self._summary(rows, edge, start + 26)
                draw.arrow(sum(edge), start + 40, right, start + 40, f"flow {_slug(_worst(rows))}")
            else:
                for row in rows:
                    self._row(row, shard, edge, right, y)
                    y += _ROW
            draw.text(right + 12, middle + 4, _account("Workload account", account), "strong", room=WIDE - right - 24)
            draw.box(right, start, WIDE - right - 1, y - start + 2, "frame workload")
            y += 16
        y = max(y - 14, top + _HEAD + 10)
        self._edge(shard, edge, top, y)
        draw.line(border, top, border, y, "border")
        draw.text(border + 8, top + 14, "PrivateLink: the border between accounts", "small muted")
        draw.box(1, top + 22, 104, 44, "frame clients")
        draw.text(18, top + 41, "Clients", "strong")
        draw.text(18, top + 57, "HTTPS 443", "small muted")
        draw.arrow(105, top + 44, edge[0], top + 44, "flow plain")
        self.y = int(y + 28)

    def _edge(self, shard: Shard, edge: tuple[int, int], top: float, bottom: float) -> None:
        x, width = edge
        self.drawing.box(x, top, width, bottom - top, "frame edge")
        _head(self.drawing, shard, x + 14, top, width - 24)

    def _row(self, row: _Row, shard: Shard, edge: tuple[int, int], right: float, y: float) -> None:
        draw, one, backend = self.drawing, row.connection, row.backend
        x, width = edge
        zones = x + width - 52 * len(shard.zones) - 8
        status = _slug(one.status)
        with draw.link(self.link(one)):
            draw.chip(x + 12, y + 8, 20, SIGNS[one.status], f"status {status}", title=STATUSES[one.status])
            draw.text(x + 40, y + 15, _hosts(one), "strong", room=zones - x - 46)
            about = f"{one.name} · slot {one.slot}"
            draw.text(x + 40, y + 31, about, "small muted", room=zones - x - 46, size=11.5)
        self.zones(row, shard, zones, y + 8)
        draw.arrow(x + width, y + 17, right, y + 17, f"flow {status}")
        draw.text(right + 12, y + 15, backend.name, "strong", room=WIDE - right - 70)
        service = (backend.service if self.links else "endpoint service") or "endpoint service not seen"
        way = f"{service} → NLB → NGINX"
        draw.text(right + 12, y + 31, way, "small muted", room=WIDE - right - 24, size=11.5)
        if len(one.backends) > 1:
            draw.chip(WIDE - 60, y + 4, 50, _share(one, backend), "share", title="Share of the requests")

    def _summary(self, rows: Sequence[_Row], edge: tuple[int, int], y: float) -> None:
        x, _ = edge
        counts = Counter(row.connection.status for row in rows)
        self.drawing.text(
            x + 14, y + 6, tables.counted(len({row.connection.name for row in rows}), "connection"), "strong"
        )
        told = [f"{counts[status]} {STATUSES[status]}" for status in STATUSES if counts[status]]
        # One row of cells has room for one line.
        for number, line in enumerate(told if rows[4:] else [", ".join(told)]):
            self.drawing.text(x + 14, y + 23 + 16 * number, line, "small muted", room=edge[1] - 24, size=11.5)


class _Narrow(_Layout):
    """From top to bottom."""

    def shard(self, shard: Shard) -> None:
        draw, y = self.drawing, self.y
        draw.box(NARROW / 2 - 60, y, 120, 26, "frame clients")
        draw.text(NARROW / 2 - 48, y + 18, "Clients, HTTPS 443", "small")
        draw.arrow(NARROW / 2, y + 26, NARROW / 2, y + 48, "flow plain")
        draw.box(1, y + 48, NARROW - 2, 90, "frame edge")
        _head(draw, shard, 14, y + 48, NARROW - 28)
        y += 138
        draw.text(14, y + 20, "PrivateLink", "small muted")
        draw.line(1, y + 27, NARROW - 1, y + 27, "border")
        for account, rows in self.accounts(shard):
            draw.arrow(NARROW / 2, y, NARROW / 2, y + 44, f"flow {_slug(_worst(rows))}")
            start = y + 44
            draw.text(14, start + 20, _account("Workload account", account), "strong", room=NARROW - 28)
            y = start + 34
            if self.dense:
                y = int(self.cells(rows, 12, y, NARROW - 18, 2))
            else:
                for row in rows:
                    self._row(row, shard, y)
                    y += 62
            draw.box(1, start, NARROW - 2, y - start, "frame workload")
        self.y = y + 24

    def _row(self, row: _Row, shard: Shard, y: float) -> None:
        draw, one = self.drawing, row.connection
        with draw.link(self.link(one)):
            draw.chip(12, y, 20, SIGNS[one.status], f"status {_slug(one.status)}", title=STATUSES[one.status])
            draw.text(40, y + 13, _hosts(one), "strong", room=NARROW - 60)
            share = f" · {_share(one, row.backend)}" if len(one.backends) > 1 else ""
            draw.text(40, y + 28, f"{one.name} → {row.backend.name}{share}", "small muted", room=NARROW - 60, size=11.5)
        self.zones(row, shard, 40, y + 34)


def _head(draw: Drawing, shard: Shard, x: float, y: float, room: float) -> None:
    """The load balancer and its firewall."""
    balancer = shard.balancer
    draw.text(x, y + 22, _account("Edge account", shard.account), "strong", room=room)
    name = balancer.name if balancer else "load balancer not seen"
    draw.text(x, y + 40, f"{name} · {shard.region}", "small muted", room=room, size=11.5)
    acl = balancer.web_acl if balancer else None
    listens = ", ".join(f"{one.protocol} {one.port}" for one in balancer.listeners) if balancer else ""
    draw.chip(x, y + 52, 128, f"ALB {listens}".strip(), "part")
    fire = f"WAF, {tables.counted(len(acl.rules), 'rule')}" if acl else "no web ACL"
    draw.chip(x + 136, y + 52, 110, fire, "part" if acl else "part bad")


def _hosts(connection: Connection) -> str:
    first, *more = connection.hosts or ("no host",)
    return f"{first} +{len(more)}" if more else first


def _share(connection: Connection, backend: Backend) -> str:
    total = sum(one.weight for one in connection.backends)
    return f"{round(100 * backend.weight / total)} %" if total else "0 %"


def _account(kind: str, account: str) -> str:
    return f"{kind} {account}" if account else f"{kind} not seen"


def _worst(rows: Sequence[_Row]) -> Status:
    return min((row.connection.status for row in rows), key=list(STATUSES).index)


def _slug(status: Status) -> str:
    return status.replace(" ", "-")
