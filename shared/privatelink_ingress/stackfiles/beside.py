"""Files beside a stack file, which one of its keys names."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path


def read(folder: Path, paths: Iterable[str]) -> dict[str, str]:
    """Contents by path below `folder`, without those that cannot be read. What is no text is readable all the same."""
    found = {}
    for path in paths:
        try:
            found[path] = (folder / path).read_bytes().decode(errors="replace")
        except OSError:
            continue
    return found
