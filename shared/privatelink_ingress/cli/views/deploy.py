"""How `deploy`, `teardown` and `drift` show their progress and their summary."""

from __future__ import annotations

import dataclasses
import json
import time
from collections.abc import Sequence
from types import TracebackType
from typing import Any

from rich.console import Console
from rich.progress import Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.text import Text

from privatelink_ingress.deployment.teardown import Planned
from privatelink_ingress.fleet.outcomes import Changes, Outcome

_STYLES = {"succeeded": "bold green", "failed": "bold red", "not started": "bold yellow", "interrupted": "bold red"}


class Live:
    """Progress of several stacks: a line for each stage with the time since the start, and a live row per stack."""

    def __init__(self, console: Console) -> None:
        """Print to `console`; rows are live only on a terminal."""
        self._console, self._started = console, time.monotonic()
        columns = (TextColumn("{task.description}"), TextColumn("{task.fields[step]}"), TimeElapsedColumn())
        self._rows = Progress(*columns, console=console, transient=True)
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> Live:
        self._rows.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._rows.stop()

    def stage(self, label: str, stage: str) -> None:
        """A stack starts a stage."""
        if label not in self._tasks:
            self._tasks[label] = self._rows.add_task(label, total=None, step="")
        self._rows.update(self._tasks[label], description=f"{label}: {stage}", step="")
        self._print(label, stage)

    def step(self, label: str, step: str) -> None:
        """A stack starts one change."""
        self._rows.update(self._tasks[label], advance=1, step=step)

    def line(self, label: str, text: str) -> None:
        """A stack has something to say."""
        self._print(label, text)

    def ended(self, outcome: Outcome) -> None:
        """A stack has ended."""
        if outcome.label in self._tasks:
            self._rows.update(self._tasks[outcome.label], visible=False)
        self._print(outcome.label, outcome.state, _STYLES[outcome.state])

    def say(self, text: str) -> None:
        """Something about all stacks."""
        self._console.print(Text(text, style="bold yellow"), soft_wrap=True, highlight=False)

    def _print(self, label: str, words: str, style: str = "") -> None:
        minutes, seconds = divmod(int(time.monotonic() - self._started), 60)
        line = Text.assemble((f"{minutes:3}:{seconds:02} ", "dim"), (label, "bold"), ": ", (words, style))
        self._console.print(line, soft_wrap=True, highlight=False)


def summary(outcomes: Sequence[Outcome], console: Console, *, again: str = "", planned: bool = False) -> None:
    """Each stack with its changes, its notes and what to type next.

    Args:
        outcomes: In the order to show.
        console: Where to print.
        again: The command that continues after a failure.
        planned: Whether the changes are those of a preview; its steps are listed.
    """
    console.print(Text("Summary", style="bold"))
    for outcome in outcomes:
        what = outcome.state if outcome.changes is None or not planned else ""
        changes = _changes(outcome.changes, planned=planned) if outcome.changes is not None else ""
        words = ", ".join(part for part in (what, changes) if part)
        line = Text.assemble("  ", (outcome.label, "bold"), ": ", (words, _STYLES[outcome.state]))
        console.print(line, soft_wrap=True, highlight=False)
        for step in outcome.steps:
            console.print(Text(f"      {step}", style="dim"), soft_wrap=True, highlight=False)
        for note in outcome.notes:
            console.print(Text(f"    Note: {note}", style="yellow"), soft_wrap=True, highlight=False)
        for problem in outcome.problems:
            console.print(Text(f"    {problem.where}: {problem.reason}"), soft_wrap=True, highlight=False)
            if problem.remedy:
                console.print(Text(f"      → {problem.remedy}", style="green"), soft_wrap=True, highlight=False)
    if again and any(outcome.state != "succeeded" for outcome in outcomes):
        line = Text.assemble("Finished work is kept. Continue with: ", (again, "bold"))
        console.print(line, soft_wrap=True, highlight=False)


def planned_teardown(planned: Sequence[Planned], console: Console) -> None:
    """What a teardown would delete, and what it would leave."""
    for one in planned:
        line = Text.assemble("  ", (one.label, "bold"), f": {one.resources} resources to delete")
        console.print(line, soft_wrap=True, highlight=False)
        if one.protected:
            console.print(Text(f"    Protection comes off: {', '.join(dict.fromkeys(one.protected))}"), soft_wrap=True)
        for left in one.left_behind:
            console.print(Text(f"    Remains: {left}", style="yellow"), soft_wrap=True, highlight=False)


def as_json(outcomes: Sequence[Outcome]) -> str:
    """For scripts: `stacks` with label, state, changes, steps, problems and notes."""
    stacks: list[dict[str, Any]] = [dataclasses.asdict(outcome) for outcome in outcomes]
    return json.dumps({"drift": any(one.changes and one.changes.total for one in outcomes), "stacks": stacks}, indent=2)


def _changes(changes: Changes, *, planned: bool) -> str:
    if not changes.total:
        return "nothing would change" if planned else "nothing changed"
    if planned:
        return str(changes)
    past = {"create": "created", "update": "updated", "replace": "replaced", "delete": "deleted"}
    return ", ".join(f"{n} {word}" for name, word in past.items() if (n := getattr(changes, name)))
