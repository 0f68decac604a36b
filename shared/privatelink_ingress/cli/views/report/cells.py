"""A picture with a cell for each connection, for more of them than have room in rows: accounts side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from privatelink_ingress.cli.views import tables
from privatelink_ingress.cli.views.report.layout import NARROW, SIGNS, WIDE, Layout, account_name, counts, slug
from privatelink_ingress.cli.views.report.model import STATUSES, Connection, Shard, Status
from privatelink_ingress.plan.capacity import usage
from privatelink_ingress.plan.capacity.quotas import ALARM_SHARE, QUOTAS
from privatelink_ingress.plan.capacity.usage import Needs

_CELL, _TITLE = 26, 34
_EDGE_WIDTH = 270

Box = tuple[str, list[Connection]]
"""An account and its connections."""


class _Cells(Layout):
    def boxes(self, shard: Shard) -> list[Box]:
        """Accounts with their connections, each once, the largest account first."""
        found = [
            (account, list({row.connection.name: row.connection for row in rows}.values()))
            for account, rows in self.accounts(shard)
        ]
        return sorted(found, key=lambda box: (-len(box[1]), box[0]))

    def edge(self, shard: Shard, x: float, y: float, width: float) -> float:
        """The edge account: its connections by status, and the quota that ends first; returns where it ends."""
        draw, left, room = self.drawing, x + 14, width - 28
        self.head(shard, left, y, room)
        draw.text(left, y + 94, tables.counted(len(shard.connections), "connection"), "strong")
        end = y + 94
        for status, number in counts(shard.connections):
            end += 17
            draw.text(left, end, SIGNS[status], f"small sign {slug(status)}")
            draw.text(left + 16, end, f"{number} {STATUSES[status]}", "small muted")
        key, _ = usage.first_exhausted(shard.capacity.used, shard.capacity.limits, Needs().usage(shard.capacity.zones))
        used, limit = shard.capacity.used[key], shard.capacity.limits[key]
        draw.text(left, end + 28, f"{QUOTAS[key].name}: {used} of {limit}", "small", room=room, size=11.5)
        share = min(used / limit, 1) if limit else 1
        draw.box(left, end + 37, room, 8, "meter", radius=4)
        kind = "over" if used > limit else "high" if share >= ALARM_SHARE else "used"
        if share:
            draw.box(left, end + 37, max(room * share, 8), 8, f"meter {kind}", radius=4)
        draw.box(x, y, width, end + 60 - y, "frame edge")
        return end + 60

    def accounts_from(
        self, boxes: Sequence[Box], left: float, width: float, columns: int, y: float, bus: float
    ) -> float:
        """The accounts in lines, each reached from the bus at `bus` by an arrow from above; returns where they end."""
        draw, each, first, last = self.drawing, width / columns, y, y
        for line in _lines(boxes, columns):
            last, x, bottom, arrow = y, left, y, left
            for account, connections in line:
                take = min(len(connections), columns)
                foot = self._box(account, connections, x, y + 14, take * each - 12, take)
                arrow = x + 24
                draw.arrow(arrow, y, arrow, y + 14, f"flow {slug(_best(connections))}")
                bottom, x = max(bottom, foot), x + take * each
            draw.line(bus, y, arrow, y, "flow plain")
            y = bottom + 16
        draw.line(bus, first, bus, last, "flow plain")
        return y - 16

    def _box(
        self, account: str, connections: Sequence[Connection], x: float, y: float, width: float, columns: int
    ) -> float:
        draw, each = self.drawing, (width - 14) / columns
        title = account_name(account) if columns > 1 else account or "account not seen"
        draw.text(x + 10, y + 21, title, "strong", room=width - 16)
        for number, one in enumerate(connections):
            left, top = x + 10 + number % columns * each, y + _TITLE + number // columns * _CELL
            with draw.link(self.link(one)):
                draw.box(left, top, each - 6, _CELL - 6, f"cell {slug(one.status)}", radius=4)
                draw.text(left + 7, top + 14, SIGNS[one.status], f"small sign {slug(one.status)}")
                draw.text(left + 21, top + 14, one.name, "small", room=each - 32, size=11.5)
        bottom = y + _TITLE + -(-len(connections) // columns) * _CELL + 4
        draw.box(x, y, width, bottom - y, "frame workload")
        return bottom


class Wide(_Cells):
    """From left to right."""

    def shard(self, shard: Shard) -> None:
        """Draw a shard, and move `y` below it."""
        draw, top, x = self.drawing, self.y, 150
        end = x + _EDGE_WIDTH
        border, left = end + 28, end + 62
        bus, way = left - 14, top + 44
        foot, bottom = self.edge(shard, x, top, _EDGE_WIDTH), float(way)
        if boxes := self.boxes(shard):
            draw.line(end, way, bus, way, "flow plain")
            bottom = self.accounts_from(boxes, left, WIDE - left + 11, 4, way, bus)
        bottom = max(bottom, foot)
        self.border(border, top, bottom)
        self.clients(top, x)
        self.y = int(bottom + 28)


class Narrow(_Cells):
    """From top to bottom."""

    def shard(self, shard: Shard) -> None:
        """Draw a shard, and move `y` below it."""
        draw, y = self.drawing, self.y
        self.clients_above(y)
        bottom = y = self.edge(shard, 1, y + 48, NARROW - 2)
        if boxes := self.boxes(shard):
            draw.line(8, y, 8, y + 40, "flow plain")
            self.border_below(y)
            bottom = self.accounts_from(boxes, 16, NARROW - 17 + 11, 2, y + 40, 8)
        self.y = int(bottom + 24)


def _lines(boxes: Sequence[Box], columns: int) -> Iterator[list[Box]]:
    """Boxes that fit beside each other, each as wide as it has connections, up to all columns."""
    line, free = list[Box](), columns
    for box in boxes:
        take = min(len(box[1]), columns)
        if take > free:
            yield line
            line, free = [], columns
        line.append(box)
        free -= take
    yield line


def _best(connections: Sequence[Connection]) -> Status:
    """An arrow fails where nothing gets through: the cells say which connections do not."""
    return max(
        (one.status for one in connections), key=("error", "not followed", "maintenance", "warning", "serving").index
    )
