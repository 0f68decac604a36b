"""What was broken before a first deployment, and what `preflight` says about it: a table of a document."""

from __future__ import annotations

from tests.support import (
    preflight_adopted,
    preflight_attached,
    preflight_breakages,
    preflight_images,
    preflight_machine,
)


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
    for whose, settings in preflight_adopted.TABLES.items():
        rows += [
            f"| `{key}` of {whose} cannot be used | {one.where} | error | … {one.reason.strip()} … |"
            for key, one in settings.items()
        ]
    return "\n".join([*rows, ""])
