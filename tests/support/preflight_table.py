"""What was broken before a first deployment, and what `preflight` says about it: a table of a document."""

from __future__ import annotations

from tests.support import preflight_attached, preflight_breakages, preflight_images, preflight_machine


def table() -> str:
    """All of it."""
    broken = (
        *preflight_breakages.BREAKAGES,
        *preflight_attached.BREAKAGES,
        *preflight_images.BREAKAGES,
        *preflight_machine.BREAKAGES,
    )
    rows = ["", "| broken | found at | as | what `preflight` says |", "|---|---|---|---|"]
    rows += [f"| {one.what} | {one.where} | {one.severity} | … {one.reason.strip()} … |" for one in broken]
    return "\n".join([*rows, ""])
