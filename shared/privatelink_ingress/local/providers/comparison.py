"""What a provider calls a change: new inputs beside the old ones and beside what the resource became."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from privatelink_ingress.local.adapters.base import Properties
from privatelink_ingress.local.engine import wire


def changed(new: Properties, old_inputs: Properties, state: Properties) -> tuple[str, ...]:
    """The inputs that an update would have to bring about, sorted.

    An input is changed when the resource does not hold what it asks for, and when it no longer asks for something that
    it did. What the resource holds beyond its inputs is not compared: AWS fills many a block with values of its own.

    Args:
        new: the inputs that the program gives, with unknown values as `wire.UNKNOWN`; an unknown one is a change.
        old_inputs: those of the last successful step.
        state: the resource's outputs.
    """
    return tuple(
        sorted(
            key
            for key in new.keys() | old_inputs.keys()
            if not holds(state.get(key), new.get(key)) or not holds(new.get(key), old_inputs.get(key))
        )
    )


def at(properties: Any, path: str) -> Any:
    """The value at a dotted path; through a list of one, which is how the wire sends some blocks. None when absent."""
    value = properties
    for name in path.split("."):
        if isinstance(value, list) and len(value) == 1:
            value = value[0]
        if not isinstance(value, Mapping):
            return value if value == wire.UNKNOWN else None
        value = value.get(name)
    return value


def holds(whole: Any, part: Any) -> bool:
    """Whether `whole` has everything that `part` asks for. Nothing at all is asked by None, and by an empty block."""
    if part is None or (part in ({}, [], "", False) and whole is None):
        return True
    if isinstance(part, Mapping):
        return isinstance(whole, Mapping) and all(holds(whole.get(key), item) for key, item in part.items())
    if isinstance(part, list):
        return isinstance(whole, list) and _lists_agree(whole, part)
    if part == wire.UNKNOWN:
        return False
    return whole == part or _documents_agree(whole, part)


def _lists_agree(whole: list[Any], part: list[Any]) -> bool:
    """In any order: most lists of AWS are sets, and are answered in AWS's order."""
    if len(whole) != len(part):
        return False
    if all(holds(one, other) for one, other in zip(whole, part, strict=True)):
        return True
    rest = list(whole)
    for item in part:
        found = next((i for i, one in enumerate(rest) if holds(one, item)), None)
        if found is None:
            return False
        del rest[found]
    return True


def _documents_agree(one: Any, other: Any) -> bool:
    """Whether two texts are the same JSON document, as the provider compares policies."""
    if not isinstance(one, str) or not isinstance(other, str) or not one.lstrip().startswith(("{", "[")):
        return False
    try:
        return json.loads(one) == json.loads(other)
    except ValueError:
        return False
