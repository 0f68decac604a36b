"""How problems look in a terminal: the title, then each with its place, its reason and what to write instead."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console
from rich.text import Text

from privatelink_ingress.problems import Problem, UserError


def problems(console: Console, title: str, items: Iterable[Problem]) -> None:
    """Print a list of problems under its title, one key path a line."""
    console.print(Text(title, style="bold red"), soft_wrap=True)
    for problem in items:
        console.print(Text.assemble("  ", (problem.where, "bold"), ": ", problem.reason), soft_wrap=True)
        if problem.remedy:
            console.print(Text(f"    → {problem.remedy}", style="green"), soft_wrap=True)


def error(console: Console, failure: UserError) -> None:
    """Print a user's mistakes."""
    problems(console, f"{failure.title}:", failure.problems)
