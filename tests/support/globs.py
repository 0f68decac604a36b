"""The pattern language of listener rules as regular expressions: an oracle for the proofs, which use automata.

`*` is any number of characters, `?` exactly one, everything else itself:
https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-condition-types.html
"""

from __future__ import annotations

import functools
import re


def matches_host(pattern: str, host: str) -> bool:
    """Whether a host header matches; case does not count, and `*` also spans dots."""
    return _compiled(pattern, True).fullmatch(host) is not None


def matches_path(pattern: str, path: str) -> bool:
    """Whether a path (without its query) matches; case counts, and `*` also spans slashes."""
    return _compiled(pattern, False).fullmatch(path) is not None


@functools.lru_cache(maxsize=4096)
def _compiled(pattern: str, ignore_case: bool) -> re.Pattern[str]:
    parts = {"*": ".*", "?": "."}
    text = "".join(parts.get(character) or re.escape(character) for character in pattern)
    return re.compile(text, re.DOTALL | (re.IGNORECASE if ignore_case else re.NOFLAG))
