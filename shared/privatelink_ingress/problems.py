"""What is wrong, where, and what to write instead: the one shape of every message to a user."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable


@dataclasses.dataclass(frozen=True, order=True)
class Problem:
    """One mistake."""

    where: str
    """Key path in a stack file (`connections.shop.slot`), or the name of the resource or stack."""
    reason: str
    """What is wrong, as a clause: `is 130, but a slot is a number from 0 to 119`."""
    remedy: str = ""
    """What to write or run instead, as an imperative sentence."""

    def __str__(self) -> str:
        return f"{self.where}: {self.reason}" + (f"\n    {self.remedy}" if self.remedy else "")


class UserError(Exception):
    """Mistakes of a user, all of one step together. Its text is complete: show it without a traceback."""

    def __init__(self, title: str, problems: Iterable[Problem]) -> None:
        self.title, self.problems = title, tuple(sorted(problems))
        super().__init__("\n".join([f"{title}:", *(f"  {problem}" for problem in self.problems)]))


class UsageError(UserError):
    """A command was called with words that it cannot act on; nothing was done."""
