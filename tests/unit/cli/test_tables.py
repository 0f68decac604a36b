"""Tables: within the width of a terminal, without one as plain lines, and never with a number cut."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from rich.console import Console

from privatelink_ingress.cli.views import capacity as capacity_view
from privatelink_ingress.cli.views import cost as cost_view
from privatelink_ingress.cli.views import progress as bars
from privatelink_ingress.cli.views import tables
from privatelink_ingress.cli.views import trace as trace_view
from privatelink_ingress.fleet import cost as fleet_cost
from privatelink_ingress.fleet.capacity import capacity
from privatelink_ingress.plan.capacity.cost import Traffic
from privatelink_ingress.plan.capacity.usage import Needs
from privatelink_ingress.trace.trace import trace
from tests.support.topologies import whole

TRAFFIC = Traffic(gb=123456, million_requests=1000)


def printed(root: Path, command: str, width: int, *, terminal: bool) -> list[str]:
    console = Console(file=io.StringIO(), width=width, force_terminal=terminal, color_system=None)
    if command == "cost":
        cost_view.print_report(fleet_cost.report(root, traffic=TRAFFIC), console)
    else:
        capacity_view.print_report(capacity(root, needs=Needs()), console)
    return console.file.getvalue().splitlines()  # ty: ignore[missing-attribute]  (a StringIO)


def rows(lines: list[str], command: str) -> list[str]:
    """The lines of the first table."""
    end = "together" if command == "cost" else "Firewall capacity units"
    last = next(index for index, line in enumerate(lines) if line.strip().startswith(end))
    return lines[1:last]


def numbers(lines: list[str]) -> list[str]:
    return sorted(re.findall(r"(?<![\w-])~?\d[\d,.]*(?![\w-])", "\n".join(lines)))


@pytest.mark.parametrize("command", ["capacity", "cost"])
@pytest.mark.parametrize("width", [40, 80])
def test_a_narrow_terminal_wraps_text_and_cuts_no_number(repository: Path, command: str, width: int):
    narrow, plain = (rows(printed(repository, command, size, terminal=True), command) for size in (width, 200))
    assert max(map(len, narrow)) <= width
    assert not any("…" in line for line in narrow)
    assert numbers(narrow) == numbers(plain)


@pytest.mark.parametrize("width", [30, 40, 60, 80, 200])
def test_a_trace_leaves_its_text_half_of_the_width_or_writes_it_below(width: int):
    console = Console(file=io.StringIO(), width=width, force_terminal=True, color_system=None)
    followed = trace("https://shop.example.com/cart", whole())
    tables.print_table(console, trace_view.table(followed))
    lines = console.file.getvalue().splitlines()  # ty: ignore[missing-attribute]  (a StringIO)
    assert max(map(len, lines)) <= width
    below = any(line.startswith("    alb (active)") for line in lines)
    assert below == (width < 70)  # two columns of 25 and 10, and as much again
    said = re.sub(r"\s", "", "".join(lines))
    for hop in followed.hops:
        assert re.sub(r"\s", "", hop.name + hop.verdict) in said


@pytest.mark.parametrize("command", ["capacity", "cost"])
def test_without_a_terminal_a_row_is_one_line_without_padding(repository: Path, command: str):
    lines = printed(repository, command, 40, terminal=False)
    assert [line for line in lines if line != line.rstrip()] == []
    wide = printed(repository, command, 200, terminal=True)
    assert lines == [line.rstrip() for line in wide]


def test_a_bar_shows_the_time_since_its_stack_started_through_both_of_its_runs(monkeypatch: pytest.MonkeyPatch):
    now = [100.0]
    monkeypatch.setattr(bars, "monotonic", lambda: now[0])
    console = Console(file=io.StringIO(), width=120)
    with bars.bars(console) as progress:
        task = bars.start(progress, "eks-service/shop")
        progress.update(task, total=3, completed=3)
        progress.update(task, completed=0, total=5)
        now[0] = 104.25
        bars.finish(progress, task, 5)
    assert console.file.getvalue().split()[-3:] == ["5/5", "4.2", "s"]  # ty: ignore[missing-attribute]  (a StringIO)
