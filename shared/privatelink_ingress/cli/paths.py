"""Paths as users give them: they may lead to nothing, in a circle, or be longer than any file's name."""

from __future__ import annotations

import os
from pathlib import Path


def is_directory(path: str | Path) -> bool:
    """Whether there is one; False for a name that no file can have."""
    return os.path.isdir(path)


def identity(path: str | Path) -> str:
    """The same for every name of a file. A name that leads nowhere is only itself."""
    try:
        return os.path.realpath(path)
    except (OSError, ValueError):
        return str(path)
