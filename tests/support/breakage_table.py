"""Every breakage, the table of what `doctor` says about it, and how often it is right."""

from __future__ import annotations

from tests.support.breakages import BREAKAGES, Breakage
from tests.support.breakages_beside import BESIDE
from tests.support.breakages_ipv6 import IPV6

EVERY = (*BREAKAGES, *BESIDE)
"""What is broken in the samples as they are."""


def table() -> str:
    """What was broken, and what `doctor` says, against AWS and from states: a table of a document, and its totals."""
    every = (*EVERY, *IPV6)
    held = [one for one in every if not one.unheld]
    rows = [
        "",
        "| broken | found at | as | what `doctor` says | `doctor --state`, after `pulumi refresh` |",
        "|---|---|---|---|---|",
    ]
    rows += [f"| {one.what} | {one.where} | {one.severity} | {one.reason} … | {_in_states(one)} |" for one in every]
    rows += [
        "",
        "| | tried | diagnosed rightly | blamed wrongly | missed |",
        "|---|---|---|---|---|",
        _totals("against AWS", len(every), 0),
        _totals("from states", len(held), sum(bool(one.half) for one in held)),
        "",
        f"The other {len(every) - len(held)} cannot be in a state, and `doctor --state` blames nothing for them.",
    ]
    return "\n".join([*rows, ""])


def _in_states(one: Breakage) -> str:
    if one.unheld:
        return f"nothing: no state has {one.unheld}"
    return f"wrongly {one.half}" if one.half else "the same"


def _totals(source: str, tried: int, wrong: int) -> str:
    """None is missed: the tests say so of each."""
    return f"| {source} | {tried} | {tried - wrong} | {wrong} | 0 |"
