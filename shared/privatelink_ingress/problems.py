"""What is wrong, where, and what to write instead: the one shape of every message to a user."""

from __future__ import annotations

import contextlib
import dataclasses
import difflib
from collections.abc import Generator, Iterable


@dataclasses.dataclass(frozen=True, order=True)
class Problem:
    """One mistake."""

    where: str
    """Key path in a stack file (`connections.shop.slot`), or the name of the resource or stack."""
    reason: str
    """What is wrong, as a clause: `is 130, but a slot is a number from 0 to 119`."""
    remedy: str = ""
    """What to write or run instead, as an imperative sentence."""

    def __post_init__(self) -> None:
        # What a user wrote may move a terminal's cursor or hide text. The remedy may have several lines.
        for field, kept in (("where", ""), ("reason", ""), ("remedy", "\n")):
            object.__setattr__(self, field, _visible(getattr(self, field), kept))

    def in_file(self, file: str) -> Problem:
        """The same problem, with the file in its place: `central-ingress/Pulumi.prod.yaml: connections.shop.slot`."""
        return dataclasses.replace(self, where=f"{file}: {self.where}")

    def __str__(self) -> str:
        return f"{self.where}: {self.reason}" + (f"\n    {self.remedy}" if self.remedy else "")


def _visible(text: str, kept: str) -> str:
    return "".join(sign if sign.isprintable() or sign in kept else repr(sign)[1:-1] for sign in text)


class UserError(Exception):
    """Mistakes of a user, all of one step together. Its text is complete: show it without a traceback."""

    def __init__(self, title: str, problems: Iterable[Problem]) -> None:
        self.title, self.problems = title, tuple(sorted(problems))
        super().__init__("\n".join([f"{title}:", *(f"  {problem}" for problem in self.problems)]))


class Problems(list[Problem]):
    """The problems of steps that do not depend on each other, to be raised together."""

    @contextlib.contextmanager
    def collect(self) -> Generator[None]:
        """Add the problems of a `UserError` that the block raises, and continue after the block."""
        try:
            yield
        except UserError as error:
            self.extend(error.problems)

    def raise_all(self, title: str) -> None:
        """Raise a `UserError` with every problem so far; do nothing without any."""
        if self:
            raise UserError(title, self)


class UsageError(UserError):
    """A command was called with words that it cannot act on; nothing was done."""


def nearest(word: str, known: Iterable[str], *, cutoff: float = 0.6) -> str | None:
    """The known word that is most like `word`, if any is alike enough; `cutoff` is difflib's, from 0 to 1."""
    return next(iter(difflib.get_close_matches(word, list(known), n=1, cutoff=cutoff)), None)


def suggest(word: str, known: Iterable[str], *, list_all: bool = False, none: str = "", cutoff: float = 0.6) -> str:
    """The remedy for a word that is not among the known ones.

    Args:
        word: What was written.
        known: What can be written, in the order to list it.
        list_all: List the known words beside the nearest one; else only where no word is near.
        none: The remedy where nothing is known.
        cutoff: As for `nearest`.

    Returns:
        `Did you mean shop?`, or `Write one of blog, shop.`
    """
    known = list(known)
    near = nearest(word, known, cutoff=cutoff)
    guess = f"Did you mean {near}?" if near else ""
    listed = f"Write one of {', '.join(known)}." if known else none
    return listed if not guess else f"{guess} {listed}" if list_all else guess
