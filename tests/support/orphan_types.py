"""The table of docs/failures.md that says how `orphans` finds each type of resource."""

from __future__ import annotations

from collections.abc import Iterable

from privatelink_ingress.fleet.resource_kinds import KINDS
from privatelink_ingress.fleet.untagged_kinds import HELD_BY, IMPORT_IDS, REPEATED


def table() -> str:
    """One row for each way, with its types."""
    tagged = {kind.type for kind in KINDS.values()} - HELD_BY.keys()
    held = [f"{_name(type_)} ({_name(holder)})" for type_, (holder, _) in HELD_BY.items()]
    ways = {
        "by its tags": map(_name, tagged),
        "through what holds it and has tags (in parentheses)": held,
        "not looked for: its inputs tell its id, with which the printed `import` asks AWS": [
            *map(_name, IMPORT_IDS),
            "Kubernetes objects",
        ],
        "not looked for: the next `up` repeats the create, which changes nothing in AWS": map(_name, REPEATED),
    }
    rows = ["", "| how it is found | types |", "|---|---|"]
    return "\n".join([*rows, *(f"| {how} | {_listed(names)} |" for how, names in ways.items()), ""])


def _name(type_: str) -> str:
    return f"`{type_.rpartition(':')[2]}`"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names, key=str.lower))
