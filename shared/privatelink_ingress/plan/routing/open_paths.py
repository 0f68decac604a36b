"""Which paths of a connection that signs clients in stay open, each as a rule of its own in front of the others."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence

from privatelink_ingress.plan.routing.conflicts import Match, automata, language
from privatelink_ingress.plan.routing.conflicts.coverage import gap
from privatelink_ingress.problems import Problem


@dataclasses.dataclass(frozen=True, kw_only=True)
class Split:
    """The paths of a route, or of its part in one band."""

    closed: tuple[str, ...]
    """Of the route's own patterns, those that ask for sign-in."""
    opened: tuple[str, ...]
    """Patterns that do not: open paths within the closed ones, and the route's own within an open path."""


def split(paths: Sequence[str], open_paths: Sequence[str]) -> Split:
    """What of `paths` stays open. `check` finds open paths for which there is no such answer."""
    whole = tuple(path for path in paths if any(_within(path, wide) for wide in open_paths))
    closed = tuple(path for path in paths if path not in whole)
    inner = (narrow for narrow in open_paths if any(_within(narrow, path) for path in closed))
    return Split(closed=closed, opened=tuple(dict.fromkeys((*whole, *inner))))


def check(where: str, open_paths: Sequence[str], paths: Sequence[str]) -> Iterator[Problem]:
    """Open paths that no route has, or that are only partly in one, and those that leave nothing to sign in to.

    Args:
        where: Key path of the connection.
        open_paths: As written.
        paths: The patterns of all its routes.
    """
    for index, pattern in enumerate(open_paths):
        place = f"{where}.signIn.openPaths[{index}]"
        meeting = [path for path in paths if automata.meet(language.PATHS, pattern, path) is not None]
        partly = [path for path in meeting if not _within(pattern, path) and not _within(path, pattern)]
        if not meeting:
            reason = f"is {pattern}, which no route of the connection has"
            yield Problem(place, reason, f"Write a path within {', '.join(dict.fromkeys(paths))}, or remove it.")
        elif partly:
            reason = f"is {pattern}, of which a part is in {partly[0]} and a part is not"
            yield Problem(place, reason, f"Write a path that is wholly within {partly[0]}.")
    if open_paths and not split(paths, open_paths).closed:
        reason = "leave no path that asks for sign-in"
        yield Problem(f"{where}.signIn.openPaths", reason, "Remove signIn, or narrow them.")


def _within(narrow: str, wide: str) -> bool:
    """Whether every path that matches `narrow` matches `wide` too."""
    return narrow == wide or gap(Match(paths=(narrow,)), [Match(paths=(wide,))]) is None
