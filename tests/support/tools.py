"""Tools that the tests set up once for all checkouts, and what they say meanwhile."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def cache() -> Path:
    """The folder that keeps them."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "privatelink-ingress"


def say(text: str) -> None:
    """Tell the user on the error stream, as `./run` does."""
    sys.stderr.write(f"run: {text}\n")
