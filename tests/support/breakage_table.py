"""Every breakage, and the table of what `doctor` says about it."""

from __future__ import annotations

from tests.support.breakages import BREAKAGES
from tests.support.breakages_beside import BESIDE
from tests.support.breakages_ipv6 import IPV6

EVERY = (*BREAKAGES, *BESIDE)
"""What is broken in the samples as they are."""


def table() -> str:
    """What was broken, and what `doctor` says: a table of a document."""
    rows = ["", "| broken | found at | as | what `doctor` says |", "|---|---|---|---|"]
    rows += [f"| {one.what} | {one.where} | {one.severity} | {one.reason} … |" for one in (*EVERY, *IPV6)]
    return "\n".join([*rows, ""])
