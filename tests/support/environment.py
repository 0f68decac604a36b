"""The environment of this process, changed while other threads read it.

A name that is new, or the clearing of all names, moves the C library's list of them. Threads of gRPC walk that list
without Python's lock: getenv(3) of glibc then reads freed memory, and the process ends with a segmentation fault. A new
value of a known name, and the removal of one, leave the list where it is.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Generator, Mapping

AWS = ("AWS_ACCESS_KEY_ID", "AWS_ENDPOINT_URL", "AWS_REGION", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
"""The names of `Session.environment`."""


def restore(before: Mapping[str, str]) -> None:
    """Make the environment what it was; nothing that is as before is touched."""
    for name in os.environ.keys() - before.keys():
        del os.environ[name]
    for name, value in before.items():
        if os.environ.get(name) != value:
            os.environ[name] = value


@contextlib.contextmanager
def with_values(values: Mapping[str, str]) -> Generator[None]:
    """Other values of names that the environment already has.

    Raises:
        KeyError: it does not have one of them.
    """
    before = {name: os.environ[name] for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        os.environ.update(before)
