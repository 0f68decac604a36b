"""Tables for terminals, and for what reads them through a pipe or a file."""

from __future__ import annotations

import io

from rich.console import Console, Group
from rich.measure import Measurement
from rich.padding import Padding
from rich.table import Table

_UNLIMITED = 10_000


def add_text(table: Table, header: str, *, style: str | None = None) -> None:
    """Add a column that gives way in a narrow terminal: its text continues on the next line, and none is cut."""
    table.add_column(header, overflow="fold", header_style=style)


def add_number(table: Table, header: str) -> None:
    """Add a column that keeps its width: a number is never broken or cut."""
    table.add_column(header, justify="right", no_wrap=True)


def print_table(console: Console, table: Table) -> None:
    """Print a table; without a terminal each row is one unwrapped line without trailing spaces.

    In a terminal that is too narrow for the columns beside the last one, which is text, that text is below them.
    """
    if console.is_terminal and _leaves_room(table, console):
        console.print(table)
        return
    if console.is_terminal:
        _print_stacked(table, console)
        return
    text = io.StringIO()
    Console(file=text, width=_UNLIMITED, color_system=None).print(table)
    for line in text.getvalue().splitlines():
        console.print(line.rstrip(), markup=False, highlight=False, soft_wrap=True)


def _leaves_room(table: Table, console: Console) -> bool:
    """Whether half of the width is left for the last column, or a table is of another kind."""
    *first, last = table.columns
    if table.show_header or last.no_wrap or not all(column.no_wrap for column in first):
        return True
    return sum(Measurement.get(console, console.options, Group(*column.cells)).maximum + 2 for column in first) <= (
        console.width // 2
    )


def _print_stacked(table: Table, console: Console) -> None:
    *first, last = table.columns
    for *heads, text in zip(*(column.cells for column in (*first, last)), strict=True):
        console.print(*heads, overflow="fold")
        console.print(Padding(text, (0, 0, 0, 4)), overflow="fold")


def counted(number: int, what: str) -> str:
    """`1 shard`, or `2 shards`."""
    return f"{number} {what}{'s' * (number != 1)}"
