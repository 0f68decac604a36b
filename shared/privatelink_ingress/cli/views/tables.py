"""Tables for terminals, and for what reads them through a pipe or a file."""

from __future__ import annotations

import io

from rich.console import Console
from rich.table import Table

_UNLIMITED = 10_000


def add_text(table: Table, header: str, *, style: str | None = None) -> None:
    """Add a column that gives way in a narrow terminal: its text continues on the next line, and none is cut."""
    table.add_column(header, overflow="fold", header_style=style)


def add_number(table: Table, header: str) -> None:
    """Add a column that keeps its width: a number is never broken or cut."""
    table.add_column(header, justify="right", no_wrap=True)


def print_table(console: Console, table: Table) -> None:
    """Print a table; without a terminal each row is one unwrapped line without trailing spaces."""
    if console.is_terminal:
        console.print(table)
        return
    text = io.StringIO()
    Console(file=text, width=_UNLIMITED, color_system=None).print(table)
    for line in text.getvalue().splitlines():
        console.print(line.rstrip(), markup=False, highlight=False, soft_wrap=True)


def counted(number: int, what: str) -> str:
    """`1 shard`, or `2 shards`."""
    return f"{number} {what}{'s' * (number != 1)}"
