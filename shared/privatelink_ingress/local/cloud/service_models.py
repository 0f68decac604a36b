"""What the services' own models say of a request's values: patterns, lengths, numbers and enumerations.

botocore's models are AWS's. Its client checks types, required members and minima, and leaves the rest to the service.
"""

from __future__ import annotations

import dataclasses
import functools
import re
import warnings
from collections.abc import Iterator, Mapping
from typing import Any, Literal

from botocore.model import Shape

Path = tuple[str | int, ...]
"""Members, positions in lists, and keys of maps, from the request on."""

Constraint = Literal["most", "least", "largest", "smallest", "enum", "pattern"]
"""`most` and `least` count characters or entries; `largest` and `smallest` bound a number."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Violation:
    """A value that the model does not take."""

    path: Path
    value: Any
    constraint: Constraint
    limit: Any
    """A number, the words of an enumeration, or a pattern as AWS writes it."""
    sensitive: bool = False


def violations(shape: Shape | None, parameters: Any) -> Iterator[Violation]:
    """Every value of `parameters` that breaks a constraint of the operation's input `shape`, at any depth."""
    if shape is not None:
        yield from _violations(shape, parameters, ())


def _violations(shape: Any, value: Any, at: Path) -> Iterator[Violation]:
    match shape.type_name:
        case "structure" if isinstance(value, Mapping):
            for name, item in value.items():
                if name in shape.members:
                    yield from _violations(shape.members[name], item, (*at, name))
        case "list" if isinstance(value, list | tuple):
            yield from _counted(shape, value, at)
            for position, item in enumerate(value):
                yield from _violations(shape.member, item, (*at, position))
        case "map" if isinstance(value, Mapping):
            yield from _counted(shape, value, at)
            for key, item in value.items():
                yield from _violations(shape.key, key, (*at, key))
                yield from _violations(shape.value, item, (*at, key))
        case "integer" | "long" | "float" | "double" if isinstance(value, int | float):
            if value > shape.metadata.get("max", value):
                yield Violation(path=at, value=value, constraint="largest", limit=shape.metadata["max"])
            if value < shape.metadata.get("min", value):
                yield Violation(path=at, value=value, constraint="smallest", limit=shape.metadata["min"])
        case "string" if isinstance(value, str):
            yield from _text(shape, value, at)


def _counted(shape: Any, value: Any, at: Path) -> Iterator[Violation]:
    if len(value) > shape.metadata.get("max", len(value)):
        yield Violation(path=at, value=value, constraint="most", limit=shape.metadata["max"])
    # An empty map is one that was left out.
    if len(value) < shape.metadata.get("min", 0) and not isinstance(value, Mapping):
        yield Violation(path=at, value=value, constraint="least", limit=shape.metadata["min"])


def _text(shape: Any, value: str, at: Path) -> Iterator[Violation]:
    limits = shape.metadata
    sensitive = bool(limits.get("sensitive"))

    def broken(constraint: Constraint, limit: Any) -> Violation:
        return Violation(path=at, value=value, constraint=constraint, limit=limit, sensitive=sensitive)

    if shape.enum and value not in shape.enum:
        yield broken("enum", tuple(shape.enum))
    if len(value) > limits.get("max", len(value)):
        yield broken("most", limits["max"])
    if len(value) < limits.get("min", 0):
        yield broken("least", limits["min"])
    pattern = compiled(limits["pattern"]) if limits.get("pattern") else None
    if pattern and not pattern.fullmatch(value):
        yield broken("pattern", limits["pattern"])


_CLASSES = {
    # `\w` stands for letters and digits of every language, and `_`, which every class with these two also lists.
    r"\p{L}": r"\w",
    r"\p{N}": r"\w",
    r"\p{Z}": r" \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000",
    r"\uD800\uDC00-\uDBFF\uDFFF": r"\U00010000-\U0010ffff",
}
"""Java's classes of characters in Python's words."""


@functools.cache
def compiled(pattern: str) -> re.Pattern[str] | None:
    """A model's pattern, or None where its Java syntax does not compile, or means something else, in Python."""
    if "&&" in pattern:
        return None
    of_every_language = r"\p{" in pattern
    for java, python in _CLASSES.items():
        pattern = pattern.replace(java, python)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", FutureWarning)
            # Java's \w, \d and \s are those of ASCII.
            return re.compile(pattern, 0 if of_every_language else re.ASCII)
    except (re.error, FutureWarning):
        return None
