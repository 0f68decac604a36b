"""Standard output and standard error: signs that their encoding lacks, and what cannot be written."""

from __future__ import annotations

import codecs
import contextlib
import io
import os
import sys
from collections.abc import Generator

_PLAIN = {"→": "->", "…": "...", "·": "-", "“": '"', "”": '"'}
"""Signs of our own output, in ASCII."""


def prepare() -> None:
    """Let standard output and standard error take every text."""
    codecs.register_error("plain", _plain)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="plain")


@contextlib.contextmanager
def writing(failed: int) -> Generator[None]:
    """The time in which a command writes to standard output: where that fails, say so and exit with `failed`."""
    try:
        try:
            yield
        finally:
            if sys.stdout:
                sys.stdout.flush()
    except OSError as error:
        if error.filename is not None:  # of a file, and not of standard output
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python tries again at its end
        sys.stderr.write(f"Standard output cannot be written: {error.strerror}\n")
        sys.exit(failed)


def _plain(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    signs = error.object[error.start : error.end]
    text = "".join(_PLAIN.get(sign) or sign.encode("ascii", "backslashreplace").decode() for sign in signs)
    return text, error.end
