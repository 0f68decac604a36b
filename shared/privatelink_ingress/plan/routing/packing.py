"""How conditions that are too long for one listener rule become the fewest rules.

A rule holds 5 values in all its conditions together, and 6 wildcards. A rule with too many is cut in two along one of
its conditions, and each half again, until all fit: both halves together match the same requests. Of all ways to cut,
the one with the fewest rules is taken.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Iterator, Sequence

VALUES = 5
"""Condition values of one rule, all conditions together, and not adjustable:
https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html"""

WILDCARDS = 6
"""Wildcards of one rule; same page."""

_LARGEST = 1_024
"""The most shapes of a rule that the search may meet; beyond it, every value counts as its condition's worst."""

Shape = tuple[tuple[int, ...], ...]
"""For each condition, its number of values of each kind. Values of one kind have equally many wildcards."""


def fits_at_all(conditions: Sequence[Sequence[int]]) -> bool:
    """Whether one value of each condition fits into a rule, even the values with the most wildcards.

    Args:
        conditions: For each condition, the number of wildcards of each of its values. No condition is empty.
    """
    return len(conditions) <= VALUES and sum(map(max, conditions)) <= WILDCARDS


def at_least(conditions: Sequence[Sequence[int]]) -> int:
    """A lower bound of the number of rules, from the combinations of values that one rule can hold."""
    return -(-math.prod(map(len, conditions)) // _combinations(len(conditions)))


def split(conditions: Sequence[Sequence[int]]) -> list[tuple[tuple[int, ...], ...]]:
    """The rules: for each, the positions of its values, by condition. Arguments as of `fits_at_all`.

    The fewest of all splits that cuts can reach. Rules that overlap, or that no order of cuts produces, can be one
    fewer: tests compare with all possible rules for two conditions of up to 4 values (one fewer in 14 of 4,319), and
    with `at_least` for up to 15 hosts and 15 paths, where the result is never more than one above. Where the values of
    a route have many different numbers of wildcards, each counts as the most of its condition, which keeps the search
    short.

    Raises:
        ValueError: when not even one value of each condition fits a rule.
    """
    if not fits_at_all(conditions):
        raise ValueError(f"conditions with {conditions} wildcards fit no rule")
    kinds = [sorted(set(wildcards)) for wildcards in conditions]
    if math.prod(_parts(wildcards) for wildcards in conditions if len(wildcards) > 1) > _LARGEST:
        kinds = [[max(wildcards)] for wildcards in conditions]
        conditions = [[max(wildcards)] * len(wildcards) for wildcards in conditions]
    members = [
        [[index for index, count in enumerate(wildcards) if count == kind] for kind in condition_kinds]
        for wildcards, condition_kinds in zip(conditions, kinds, strict=True)
    ]
    search = _Search(kinds)
    whole = tuple(tuple(map(len, groups)) for groups in members)
    return [tuple(tuple(sorted(itertools.chain(*groups))) for groups in rule) for rule in search.cut(whole, members)]


def _parts(wildcards: Sequence[int]) -> int:
    """The number of different parts of a condition."""
    return math.prod(count + 1 for count in Counter(wildcards).values())


class _Search:
    def __init__(self, kinds: Sequence[Sequence[int]]) -> None:
        self._kinds = kinds
        self._known: dict[Shape, tuple[int, tuple[int, tuple[int, ...]] | None]] = {}

    def cut(self, shape: Shape, members: list[list[list[int]]]) -> Iterator[list[list[list[int]]]]:
        """The rules for `members`, which are of `shape`."""
        _, where = self._best(shape)
        if where is None:
            yield members
            return
        condition, part = where
        first, rest = list(members), list(members)
        first[condition] = [group[:count] for group, count in zip(members[condition], part, strict=True)]
        rest[condition] = [group[count:] for group, count in zip(members[condition], part, strict=True)]
        for half in (first, rest):
            yield from self.cut(tuple(tuple(map(len, groups)) for groups in half), half)

    def _best(self, shape: Shape) -> tuple[int, tuple[int, tuple[int, ...]] | None]:
        """Number of rules, and the condition to cut with the values of its first half; None when it fits."""
        if (known := self._known.get(shape)) is not None:
            return known
        if self._fits(shape):
            best: tuple[int, tuple[int, tuple[int, ...]] | None] = (1, None)
        else:
            best = (math.prod(map(sum, shape)) + 1, None)
            least = at_least([[0] * sum(counts) for counts in shape])
            for condition, part, rest in _cuts(shape):
                if best[0] == max(least, 2):
                    break
                total = self._best(_with(shape, condition, part))[0] + self._best(_with(shape, condition, rest))[0]
                if total < best[0]:
                    best = total, (condition, part)
        self._known[shape] = best
        return best

    def _fits(self, shape: Shape) -> bool:
        wildcards = sum(
            count * kind
            for counts, kinds in zip(shape, self._kinds, strict=True)
            for count, kind in zip(counts, kinds, strict=True)
        )
        return sum(map(sum, shape)) <= VALUES and wildcards <= WILDCARDS


def _cuts(shape: Shape) -> Iterator[tuple[int, tuple[int, ...], tuple[int, ...]]]:
    for condition, counts in enumerate(shape):
        for part in itertools.product(*(range(count, -1, -1) for count in counts)):
            # Each cut once: the first half is the larger one.
            if sum(counts) <= 2 * sum(part) < 2 * sum(counts):
                yield condition, part, tuple(count - taken for count, taken in zip(counts, part, strict=True))


def _with(shape: Shape, condition: int, counts: tuple[int, ...]) -> Shape:
    return (*shape[:condition], counts, *shape[condition + 1 :])


def _combinations(conditions: int) -> int:
    """The most combinations that a rule with this many conditions holds: those of evenly spread values."""
    quotient, remainder = divmod(VALUES, conditions)
    return (quotient + 1) ** remainder * quotient ** (conditions - remainder)
