"""One command at a time changes the stack files of a repository."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Callable, Generator
from pathlib import Path


@contextlib.contextmanager
def exclusive(root: Path, on_wait: Callable[[], None] | None = None) -> Generator[None]:
    """Hold the lock of a repository, and wait while another process holds it.

    The lock is on the directory itself, so no file is left behind; the system releases it when the process ends,
    however it ends. Processes on one machine see it.

    Args:
        root: Top directory of the repository.
        on_wait: Called once when another process holds the lock.
    """
    handle = os.open(root, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if on_wait:
                on_wait()
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
