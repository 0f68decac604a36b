"""Sizes as people write them: `20000`, `20kB`, `1MiB`."""

from __future__ import annotations

import re

from privatelink_ingress.problems import Problem, UsageError

_UNITS = {"": 1, "B": 1, "KB": 1000, "KIB": 1024, "MB": 1000**2, "MIB": 1024**2, "GB": 1000**3, "GIB": 1024**3}


def parse(text: str | int) -> int:
    """The bytes of a size.

    Raises:
        UsageError: it is none.
    """
    match = re.fullmatch(r"\s*([0-9]{1,18})\s*([A-Za-z]*)\s*", str(text))
    if match is None or match[2].upper() not in _UNITS:
        remedy = "Write bytes, such as 20000, or a number with kB, KiB, MB or MiB."
        raise UsageError("The request cannot be traced", [Problem("--body-size", f"is {text!r}", remedy)])
    return int(match[1]) * _UNITS[match[2].upper()]
