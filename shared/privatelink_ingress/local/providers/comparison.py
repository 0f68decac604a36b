"""A provider's comparison of new inputs with the old ones and with the resource's outputs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from privatelink_ingress.local.adapters.base import Properties
from privatelink_ingress.local.engine import wire
from privatelink_ingress.local.engine.schema import Kind


def changed(new: Properties, old_inputs: Properties, state: Properties) -> tuple[str, ...]:
    """The changed inputs, sorted.

    An input is changed when the resource does not have the requested value, and when a value is no longer requested.
    Values beyond the inputs are not compared: AWS adds values of its own to many blocks.

    Args:
        new: the program's inputs, with unknown values as `wire.UNKNOWN`; an unknown value is a change.
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


def planned(state: Properties, new: Properties, old_inputs: Properties) -> dict[str, Any]:
    """The outputs after an update with the inputs `new`, as far as a preview knows them.

    AWS's own values in a block, such as a cluster's security group in `vpcConfig`, stay beside the inputs of the block.
    """
    kept = {key: value for key, value in state.items() if key in new or key not in old_inputs}
    return kept | {key: _planned(kept.get(key), value, old_inputs.get(key)) for key, value in new.items()}


def _planned(state: Any, new: Any, old_input: Any) -> Any:
    if holds(state, new) and holds(new, old_input):
        return new if state is None else state
    if isinstance(state, Mapping) and isinstance(new, Mapping):
        return planned(state, new, old_input if isinstance(old_input, Mapping) else {})
    return new


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
    """Whether `whole` contains everything in `part`. None and an empty value request nothing.

    Within a block, an empty block requests something: `{"block": {}}` is an action.
    """
    if part in ([], "", False, {}) and whole is None:
        return True
    return _holds(whole, part, None)


def differs(state: Any, requested: Any, kind: Kind) -> bool:
    """Whether a resource's property differs from the requested one.

    A map, at any depth, is the program's alone: a tag more is a difference. AWS adds values of its own to blocks.
    """
    if requested in ([], "", False, {}) and state is None:
        return False
    return not _holds(state, requested, kind)


def _holds(whole: Any, part: Any, kind: Kind | None) -> bool:
    if part is None or (part in ([], "", False) and whole is None):
        return True
    if isinstance(part, Mapping):
        if kind and kind.name == "map":
            return whole == part
        known = kind.properties if kind else {}
        return isinstance(whole, Mapping) and all(
            _holds(whole.get(key), item, known[key].kind if key in known else None) for key, item in part.items()
        )
    if isinstance(part, list):
        return isinstance(whole, list) and _lists_agree(whole, part, kind.items if kind else None)
    if part == wire.UNKNOWN:
        return False
    return whole == part or _documents_agree(whole, part)


def _lists_agree(whole: list[Any], part: list[Any], kind: Kind | None) -> bool:
    """In any order: most of AWS's lists are sets, and AWS returns them in its own order."""
    if len(whole) != len(part):
        return False
    if all(_holds(one, other, kind) for one, other in zip(whole, part, strict=True)):
        return True
    rest = list(whole)
    for item in part:
        found = next((i for i, one in enumerate(rest) if _holds(one, item, kind)), None)
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
