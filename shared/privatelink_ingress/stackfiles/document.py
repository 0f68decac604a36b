"""One YAML file of Pulumi as plain values, read as the engine reads it, or refused.

The engine reads with gopkg.in/yaml.v3, which reads some values differently from YAML 1.2: `010` is 8, `1_000` is
1000, and a date is a time. Such a value is refused, with what to write instead, so that a file cannot mean one thing in
a check and another in a deployment. So is what has no plain value: an alias within itself, a tag, a second document;
and what the engine's parser refuses although this one does not: a directive, half of a surrogate pair, `<<` twice.
"""

from __future__ import annotations

import copy
import functools
import re
from collections.abc import Iterator
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from ruamel.yaml.reader import ReaderError

from privatelink_ingress.problems import Problem

DEEPEST = 40
"""Levels of nesting; the deepest setting is at 8. Far below Python's own limit."""

LARGEST = 100_000
"""Values of one file, those behind aliases counted each time: an alias of aliases grows without bounds."""

_DIGITS = 18
"""Digits of a number that every reader takes for a whole number: the engine reads a longer one as a float."""

_WORDS = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INTEGER = re.compile(r"-?(0|[1-9][0-9]*)")
_FLOAT = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_NUMBER_LIKE = re.compile(
    r"[-+]?(\.?[0-9][0-9_]*(\.[0-9_]*)?([eE][-+]?[0-9]+)?|0[xXoObB][0-9a-fA-F_]+|\.(inf|nan))", re.I
)
_DATE = re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt \t].*)?")
_DIRECTIVE = re.compile(r"\ufeff?(?:[ \t]*(?:#.*)?[\r\n]+)*(%\S*)")
_SURROGATE = re.compile("[\ud800-\udfff]")


class Unreadable(Exception):
    """A file is not what the engine would read; carries the problem."""

    def __init__(self, problem: Problem) -> None:
        """`problem` names the line."""
        super().__init__(str(problem))
        self.problem = problem


def load(text: str) -> Any:
    """The value of the document in `text`; None when there is none.

    Raises:
        Unreadable: with the line, the reason and the remedy.
    """
    return copy.deepcopy(_load(text))


@functools.lru_cache(maxsize=64)
def _load(text: str) -> Any:
    """Cached: a project's file is read for each of its stacks, and the parser takes most of a check's time."""
    if directive := _DIRECTIVE.match(text):
        reason = f"starts with the directive {directive[1]}, which the engine may refuse"
        raise Unreadable(Problem(_line(text, directive.start(1)), reason, "Remove the line."))
    try:
        return _Reader(YAML(typ="safe", pure=True).parse(text)).document()
    except ReaderError as error:
        sign = f"U+{error.character:04X}" if isinstance(error.character, int) else repr(error.character)
        reason = f"has the character {sign}, which YAML does not allow"
        raise Unreadable(Problem(_line(text, error.position), reason, "Remove it.")) from None
    except MarkedYAMLError as error:
        line = f"line {error.problem_mark.line + 1}" if error.problem_mark else "file"
        reason = " ".join((error.problem or "no reason given").split())
        problem = Problem(line, f"is not valid YAML: {reason}", "Correct the line, or the one before it.")
        raise Unreadable(problem) from None
    except YAMLError as error:
        raise Unreadable(Problem("file", f"is not valid YAML: {error}", "Correct it.")) from None


def _line(text: str, position: int) -> str:
    return f"line {len((text[:position] + '.').splitlines())}"


class _Reader:
    def __init__(self, events: Iterator[Event]) -> None:
        self._events = events
        self._anchors: dict[str, tuple[Any, int]] = {}
        """The value behind each anchor, and how many values it holds."""
        self._open: list[str] = []
        """Anchors of the nodes around the one that is read."""
        self._depth = self._count = 0

    def document(self) -> Any:
        value, documents = None, 0
        for event in self._events:
            if isinstance(event, DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise _refused(event, "starts a second document, which the engine does not read", "Remove it.")
            elif isinstance(event, NodeEvent):
                value = self._value(event)
        return value

    def _value(self, event: Event) -> Any:
        if isinstance(event, AliasEvent):
            return self._alias(event)
        assert isinstance(event, ScalarEvent | MappingStartEvent | SequenceStartEvent)
        before = self._count
        self._grow(event, 1)
        if event.anchor:
            self._open.append(event.anchor)
        value = self._scalar(event) if isinstance(event, ScalarEvent) else self._collection(event)
        if event.anchor:
            self._open.pop()
            self._anchors[event.anchor] = value, self._count - before
        return value

    def _alias(self, event: AliasEvent) -> Any:
        if event.anchor in self._open:
            raise _refused(event, f"uses *{event.anchor} within &{event.anchor} itself", "Write the value out.")
        if event.anchor not in self._anchors:
            raise _refused(event, f"uses *{event.anchor} before any &{event.anchor}", "Write the value out.")
        value, size = self._anchors[event.anchor]
        self._grow(event, size)
        return value

    def _grow(self, event: Event, size: int) -> None:
        self._count += size
        if self._count > LARGEST:
            raise _refused(event, f"brings the file to more than {LARGEST:,} values", "Write fewer aliases of aliases.")

    def _collection(self, event: MappingStartEvent | SequenceStartEvent) -> Any:
        self._depth += 1
        if self._depth > DEEPEST:
            raise _refused(
                event, f"is nested deeper than {DEEPEST} levels", "Close the brackets; no setting is so deep."
            )
        _no_tag(event)
        value = self._mapping() if isinstance(event, MappingStartEvent) else self._sequence()
        self._depth -= 1
        return value

    def _sequence(self) -> list[Any]:
        values = []
        while not isinstance(event := next(self._events), SequenceEndEvent):
            values.append(self._value(event))
        return values

    def _mapping(self) -> dict[str, Any]:
        values: dict[str, Any] = {}
        merged: dict[str, Any] | None = None
        while not isinstance(event := next(self._events), MappingEndEvent):
            key = self._value(event)
            if not isinstance(key, str):
                raise _refused(event, f"has the key {_shown(event, key)}, which is not text", "Put it in quotes.")
            value = self._value(next(self._events))
            if key == "<<" and isinstance(event, ScalarEvent) and event.style is None:
                if merged is not None:
                    raise _refused(event, "repeats the key <<", "Write one <<, with a list of what it merges.")
                merged = {}
                for part in reversed(value if isinstance(value, list) else [value]):
                    if not isinstance(part, dict):
                        raise _refused(event, "merges something that is not a mapping", "Name a mapping after <<.")
                    merged |= part
            elif key in values:
                raise _refused(event, f"repeats the key {key}", "Keep one of the two.")
            else:
                values[key] = value
        return {**(merged or {}), **values}

    def _scalar(self, event: ScalarEvent) -> Any:
        _no_tag(event)
        text = event.value
        if _SURROGATE.search(text):
            reason = r"has an escape from \ud800 to \udfff, which the engine refuses: it is half of a character"
            raise _refused(event, reason, "Write the character itself.")
        if event.style is not None:
            return text
        if text in _WORDS:
            return _WORDS[text]
        if _INTEGER.fullmatch(text):
            if len(text.removeprefix("-")) > _DIGITS:
                reason = f"has a number of {len(text.removeprefix('-'))} digits, which is read inexactly"
                raise _refused(event, reason, "Put it in quotes if it is text; no setting takes such a number.")
            return int(text)
        if _FLOAT.fullmatch(text):
            return float(text)
        if _NUMBER_LIKE.fullmatch(text):
            reason = f"has {text}, which the engine may read as another number"
            raise _refused(event, reason, f'Write the number in plain decimal digits, or "{text}" if it is text.')
        if _DATE.fullmatch(text):
            raise _refused(event, f"has {text}, which the engine reads as a time", f'Write "{text}".')
        return text


def _no_tag(event: ScalarEvent | MappingStartEvent | SequenceStartEvent) -> None:
    tag = getattr(event, "tag", None)
    if tag not in (None, "!"):
        raise _refused(event, f"has the tag {tag}", "Write the plain value without it.")


def _shown(event: Event, key: Any) -> str:
    return event.value if isinstance(event, ScalarEvent) else type(key).__name__


def _refused(event: Event, reason: str, remedy: str) -> Unreadable:
    return Unreadable(Problem(f"line {event.start_mark.line + 1}", reason, remedy))
