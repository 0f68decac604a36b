"""The pattern language of rule conditions, by kind of condition.

`*` is any number of characters, `?` exactly one. Letter case, escapes and the characters that a text can hold differ by
kind of condition: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-condition-types.html
"""

from __future__ import annotations

import dataclasses
import enum
import functools
from collections.abc import Callable

from privatelink_ingress.problems import Problem, UserError

STATES = 50_000
"""States of an automaton, and combinations of conditions, that one proof may visit. A proof over patterns within the
quotas of a rule takes some hundred; at the limit it ends in `TooComplex`, never in a guess."""


class TooComplex(UserError):
    """Patterns so entangled that a proof about them would take too long."""

    def __init__(self, where: str = "routes", reason: str = "") -> None:
        reason = reason or f"need more than {STATES} steps to be compared"
        remedy = "Use fewer ? after a *, or fewer wildcards in one route."
        super().__init__("Routes are too complex", [Problem(where, reason, remedy)])


class Wildcard(enum.Enum):
    """What a pattern holds beside characters."""

    MANY = "*"
    ONE = "?"


Token = str | Wildcard


@dataclasses.dataclass(frozen=True, kw_only=True)
class Shape:
    """A form that texts have: an automaton with states from 0, and None for no way on."""

    step: Callable[[int, str], int | None]
    ends: frozenset[int]
    """States in which a text may end."""
    fillers: str
    """Characters to put where any will do: the first that has a way on, which then leaves every way open. Every
    alphabet has them."""


def _step_path(state: int, character: str) -> int | None:
    return 1 if state or character == "/" else None


def _step_host_name(state: int, character: str) -> int | None:
    """States: 0 a label begins, 1 it could end, 2 it ends in a hyphen."""
    if character.isalnum():
        return 1
    if character == "-" and state:
        return 2
    return 0 if character == "." and state == 1 else None


ANY = Shape(step=lambda _, __: 0, ends=frozenset({0}), fillers="a")
NOT_EMPTY = Shape(step=lambda _, __: 1, ends=frozenset({1}), fillers="a")
PATH = Shape(step=_step_path, ends=frozenset({1}), fillers="a/")
"""RFC 9112, section 3.2.1: the path of a request begins with a slash."""
HOST_NAME = Shape(step=_step_host_name, ends=frozenset({1}), fillers="a")
"""RFC 1123, section 2.1: labels of letters, digits and inner hyphens."""


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class Language:
    """The alphabet of the patterns and texts of one kind of condition."""

    alphabet: frozenset[str]
    """Characters of a text. Rules see visible ASCII only (section Condition basics of the page above)."""
    ignore_case: bool
    """Then `alphabet` has no capital letters."""
    texts: Shape = ANY
    preferred: Shape = NOT_EMPTY
    """Form of examples, where there is one of that form; narrower than `texts`."""
    escapes: bool = False
    r"""Whether `\*` and `\?` mean the characters (QueryStringConditionConfig of the ELBv2 API)."""


_VISIBLE = frozenset(map(chr, range(0x21, 0x7F)))
_LOWER = frozenset(character.lower() for character in _VISIBLE)

HOST = Language(alphabet=_LOWER - set("/?#@"), ignore_case=True, preferred=HOST_NAME)
PATHS = Language(alphabet=_VISIBLE - set("?#"), ignore_case=False, texts=PATH, preferred=PATH)
HEADER_VALUE = Language(alphabet=_LOWER | {" "}, ignore_case=True)
QUERY_KEY = Language(alphabet=_LOWER - set("&#="), ignore_case=True, escapes=True)
QUERY_VALUE = Language(alphabet=_LOWER - set("&#"), ignore_case=True, escapes=True)


@functools.lru_cache(maxsize=65_536)
def tokens(language: Language, pattern: str) -> tuple[Token, ...]:
    """The pattern without needless repetition: `**` is `*`."""
    found: list[Token] = []
    characters = iter(pattern.lower() if language.ignore_case else pattern)
    for character in characters:
        token: Token = character
        if character == "*":
            token = Wildcard.MANY
        elif character == "?":
            token = Wildcard.ONE
        elif character == "\\" and language.escapes:
            token = next(characters, character)
        if token is not Wildcard.MANY or found[-1:] != [Wildcard.MANY]:
            found.append(token)
    return tuple(found)


@functools.lru_cache(maxsize=65_536)
def ends(language: Language, pattern: str) -> tuple[str, str]:
    """The characters before the first wildcard and after the last; both are the whole text when there is none."""
    parsed = tokens(language, pattern)
    wild = [index for index, token in enumerate(parsed) if isinstance(token, Wildcard)]
    first, last = (wild[0], wild[-1]) if wild else (len(parsed), -1)
    return "".join(map(str, parsed[:first])), "".join(map(str, parsed[last + 1 :]))
