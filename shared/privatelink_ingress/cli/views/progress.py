"""Bars of deployments: the resources of each stack, and the time since it started."""

from __future__ import annotations

from time import monotonic

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TaskID, TextColumn
from rich.text import Text


class _TimePassed(ProgressColumn):
    """Seconds since a stack started, its second `pulumi up` included. Rich's own column restarts with each count."""

    def render(self, task: Task) -> Text:
        seconds = task.fields["seconds"]
        passed = monotonic() - task.fields["started"] if seconds is None else seconds
        return Text(f"{passed:.1f} s", style="progress.elapsed")


def bars(console: Console) -> Progress:
    """The bars; use them as a context manager."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), _TimePassed())
    return Progress(*columns, console=console)


def start(progress: Progress, description: str) -> TaskID:
    """Add a bar, whose time runs from now."""
    return progress.add_task(description, total=None, started=monotonic(), seconds=None)


def finish(progress: Progress, task: TaskID, resources: int) -> None:
    """Stop a bar's time, with all its resources done."""
    started = progress.tasks[task].fields["started"]
    progress.update(task, total=resources, completed=resources, seconds=monotonic() - started)
