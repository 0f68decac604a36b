"""A picture with a row for each backend: host, zones, cluster."""

from __future__ import annotations

from collections.abc import Sequence

from privatelink_ingress.cli.views.report.backends import Backend
from privatelink_ingress.cli.views.report.layout import NARROW, SIGNS, WIDE, Layout, Row, account_name, slug
from privatelink_ingress.cli.views.report.model import STATUSES, Connection, Shard, Status
from privatelink_ingress.trace.topology import UNSEEN

_ROW, _HEAD = 46, 96


class _Rows(Layout):
    def zones(self, row: Row, shard: Shard, x: float, y: float) -> None:
        """The state of a backend in each of the shard's zones."""
        states = {zone.id: zone for zone in row.backend.zones}
        for number, id_ in enumerate(shard.zones):
            zone = states.get(id_)
            state = zone.state if zone else "none"
            sign = {"healthy": "✓", UNSEEN: "?", "none": "·"}.get(state, "✕")
            kind = {"healthy": "good", UNSEEN: "unknown", "none": "absent"}.get(state, "bad")
            told = f"{id_}: {zone.address} {state}" if zone else f"{id_}: no endpoint"
            self.drawing.chip(x + number * 52, y, 48, f"{id_.rpartition('-')[2]} {sign}", kind, title=told)


class Wide(_Rows):
    """From left to right."""

    def shard(self, shard: Shard) -> None:
        """Draw a shard, and move `y` below it."""
        draw, top = self.drawing, self.y
        edge = (150, 450)
        border = edge[0] + edge[1] + 30
        right = border + 30
        y = float(top + _HEAD)
        for account, rows in self.accounts(shard):
            start = y
            y += 34
            for row in rows:
                self._row(row, shard, edge, right, y)
                y += _ROW
            draw.text(right + 12, start + 20, account_name(account), "strong", room=WIDE - right - 24)
            draw.box(right, start, WIDE - right - 1, y - start + 2, "frame workload")
            y += 16
        y = max(y - 14, top + _HEAD + 10)
        draw.box(edge[0], top, edge[1], y - top, "frame edge")
        self.head(shard, edge[0] + 14, top, edge[1] - 24)
        self.border(border, top, y)
        self.clients(top, edge[0])
        self.y = int(y + 28)

    def _row(self, row: Row, shard: Shard, edge: tuple[int, int], right: float, y: float) -> None:
        draw, one, backend = self.drawing, row.connection, row.backend
        x, width = edge
        zones = x + width - 52 * len(shard.zones) - 8
        status = slug(one.status)
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


class Narrow(_Rows):
    """From top to bottom."""

    def shard(self, shard: Shard) -> None:
        """Draw a shard, and move `y` below it."""
        draw, y = self.drawing, self.y
        self.clients_above(y)
        draw.box(1, y + 48, NARROW - 2, 90, "frame edge")
        self.head(shard, 14, y + 48, NARROW - 28)
        y += 138
        self.border_below(y)
        for account, rows in self.accounts(shard):
            draw.arrow(NARROW / 2, y, NARROW / 2, y + 44, f"flow {slug(_worst(rows))}")
            start = y + 44
            draw.text(14, start + 20, account_name(account), "strong", room=NARROW - 28)
            y = start + 34
            for row in rows:
                self._row(row, shard, y)
                y += 62
            draw.box(1, start, NARROW - 2, y - start, "frame workload")
        self.y = y + 24

    def _row(self, row: Row, shard: Shard, y: float) -> None:
        draw, one = self.drawing, row.connection
        with draw.link(self.link(one)):
            draw.chip(12, y, 20, SIGNS[one.status], f"status {slug(one.status)}", title=STATUSES[one.status])
            draw.text(40, y + 13, _hosts(one), "strong", room=NARROW - 60)
            share = f" · {_share(one, row.backend)}" if len(one.backends) > 1 else ""
            draw.text(40, y + 28, f"{one.name} → {row.backend.name}{share}", "small muted", room=NARROW - 60, size=11.5)
        self.zones(row, shard, 40, y + 34)


def _hosts(connection: Connection) -> str:
    first, *more = connection.hosts or ("no host",)
    return f"{first} +{len(more)}" if more else first


def _share(connection: Connection, backend: Backend) -> str:
    total = sum(one.weight for one in connection.backends)
    return f"{round(100 * backend.weight / total)} %" if total else "0 %"


def _worst(rows: Sequence[Row]) -> Status:
    return min((row.connection.status for row in rows), key=list(STATUSES).index)
