"""Patterns as automata: which texts match, and which match several patterns at once."""

from __future__ import annotations

import functools
from collections import deque
from collections.abc import Iterator, Sequence

from privatelink_ingress.plan.routing.conflicts.language import (
    STATES,
    Language,
    Shape,
    Token,
    TooComplex,
    Wildcard,
    ends,
    tokens,
)


class Automaton:
    """Several patterns that read one text together.

    A state is an integer with a bit for each place in each pattern that the text so far can have led to, so that one
    step is a handful of operations on integers however many patterns there are.
    """

    def __init__(self, language: Language, patterns: Sequence[str]) -> None:
        self.language = language
        self.start = self.accepting = self._many = self._one = 0
        self.accepts_at: list[int] = []
        """For each pattern, its bit that says: matches."""
        self.spans: list[int] = []
        """For each pattern, all its bits."""
        self._literal: dict[str, int] = {}
        place = 1
        for pattern in patterns:
            begin = place
            self.start |= place
            for token in tokens(language, pattern):
                if token is Wildcard.MANY:
                    self._many |= place
                elif token is Wildcard.ONE:
                    self._one |= place
                else:
                    self._literal[str(token)] = self._literal.get(str(token), 0) | place
                place <<= 1
            self.accepting |= place
            self.accepts_at.append(place)
            place <<= 1
            self.spans.append(place - begin)
        self.start = self._close(self.start)

    def _close(self, state: int) -> int:
        return state | (state & self._many) << 1

    def step(self, state: int, character: str) -> int:
        """The state after one more character."""
        moved = (state & (self._one | self._literal.get(character, 0))) << 1
        return self._close(moved | state & self._many)

    def signature(self, state: int) -> int:
        """Bit i: whether pattern i matches a text that leads to `state`."""
        accepted = state & self.accepting
        return sum(1 << i for i, place in enumerate(self.accepts_at) if accepted & place) if accepted else 0

    def characters(self) -> list[str]:
        """One character for each way in which they can differ: those that a pattern or shape names, and another."""
        named = (self._literal.keys() | set("/")) & self.language.alphabet
        others = sorted(self.language.alphabet - named, key=lambda character: (not character.isalnum(), character))
        return sorted(named) + others[:1]


@functools.lru_cache(maxsize=4_096)
def _automaton(language: Language, pattern: str) -> Automaton:
    return Automaton(language, (pattern,))


@functools.lru_cache(maxsize=65_536)
def matches(language: Language, pattern: str, text: str) -> bool:
    """Whether the whole text matches."""
    automaton = _automaton(language, pattern)
    state = automaton.start
    for character in text.lower() if language.ignore_case else text:
        state = automaton.step(state, character)
    return bool(state & automaton.accepting)


def may_meet(language: Language, one: str, other: str) -> bool:
    """Whether the fixed ends of two patterns agree: a cheap test that many pairs fail."""
    (head, tail), (other_head, other_tail) = ends(language, one), ends(language, other)
    return (head.startswith(other_head) or other_head.startswith(head)) and (
        tail.endswith(other_tail) or other_tail.endswith(tail)
    )


def meet(language: Language, one: str, other: str) -> str | None:
    """A shortest text that matches both, of the preferred form if there is one; the same in either order.

    Takes time in proportion to the product of both lengths: no guard is needed.
    """
    return _meet(language, *sorted((one, other))) if may_meet(language, one, other) else None


@functools.lru_cache(maxsize=65_536)
def _meet(language: Language, one: str, other: str) -> str | None:
    text = _search(language, tokens(language, one), tokens(language, other), language.preferred)
    if text is None and language.preferred is not language.texts:
        return _search(language, tokens(language, one), tokens(language, other), language.texts)
    return text


def _search(language: Language, one: Sequence[Token], other: Sequence[Token], shape: Shape) -> str | None:
    """Walk both patterns and the shape at once. Skipping a `*` costs nothing and a character one, so shortest first."""
    start = (0, 0, 0)
    came: dict[tuple[int, int, int], tuple[tuple[int, int, int], str]] = {}
    waiting, done = deque([(start, start, "")]), set[tuple[int, int, int]]()
    while waiting:
        node, before, character = waiting.popleft()
        if node in done:
            continue
        done.add(node)
        came[node] = before, character
        i, j, state = node
        if i == len(one) and j == len(other) and state in shape.ends:
            return _spell(came, node)
        left, right = one[i : i + 1], other[j : j + 1]
        if left == (Wildcard.MANY,):
            waiting.appendleft(((i + 1, j, state), node, ""))
        if right == (Wildcard.MANY,):
            waiting.appendleft(((i, j + 1, state), node, ""))
        if left and right and (read := _read(language, left[0], right[0], shape, state)):
            character, after = read
            step = (i + (left[0] is not Wildcard.MANY), j + (right[0] is not Wildcard.MANY), after)
            waiting.append((step, node, character))
    return None


def _read(language: Language, left: Token, right: Token, shape: Shape, state: int) -> tuple[str, int] | None:
    """One character that both tokens take here, and the state of the shape after it."""
    literals = {token for token in (left, right) if not isinstance(token, Wildcard)}
    if len(literals) > 1:
        return None
    for character in literals or shape.fillers:
        if character in language.alphabet and (after := shape.step(state, character)) is not None:
            return character, after
    return None


def _spell(came: dict[tuple[int, int, int], tuple[tuple[int, int, int], str]], node: tuple[int, int, int]) -> str:
    characters = []
    while node != came[node][0]:
        node, character = came[node]
        characters.append(character)
    return "".join(reversed(characters))


def classes(language: Language, patterns: Sequence[str], required: int) -> dict[int, str]:
    """Every set of patterns that some text matches all of and no other: as bits, each with a shortest such text.

    Args:
        language: Of the patterns.
        patterns: Pattern i is bit i of a set.
        required: Only texts that match one of these patterns count.

    Raises:
        TooComplex: after `STATES` states.
    """
    automaton = Automaton(language, patterns)
    alive = sum(span for i, span in enumerate(automaton.spans) if required >> i & 1)
    shortest: dict[int, str] = {}
    for (state, form), text in _states(automaton, alive):
        signature = automaton.signature(state)
        if signature & required and form in language.texts.ends:
            shortest.setdefault(signature, text)
    return shortest


def _states(automaton: Automaton, alive: int) -> Iterator[tuple[tuple[int, int], str]]:
    """All states that a text can lead to and from which a pattern of `alive` can still match, shortest text first."""
    characters = automaton.characters()
    shape = automaton.language.texts
    waiting = deque([((automaton.start, 0), "")])
    seen = {waiting[0][0]}
    while waiting:
        (state, form), text = waiting.popleft()
        yield (state, form), text
        for character in characters:
            after = shape.step(form, character)
            following = automaton.step(state, character)
            if after is None or not following & alive or (following, after) in seen:
                continue
            if len(seen) >= STATES:
                raise TooComplex
            seen.add((following, after))
            waiting.append(((following, after), text + character))
