"""What a terminal can show: one whose encoding lacks a sign gets another one, never an error."""

from __future__ import annotations

import codecs
import io
import sys

_PLAIN = {"→": "->", "…": "...", "·": "-", "“": '"', "”": '"'}
"""Signs of our own output, in ASCII."""


def prepare() -> None:
    """Let standard output and standard error take every text."""
    codecs.register_error("plain", _plain)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="plain")


def _plain(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    signs = error.object[error.start : error.end]
    text = "".join(_PLAIN.get(sign) or sign.encode("ascii", "backslashreplace").decode() for sign in signs)
    return text, error.end
