"""A provider's comparison of new inputs with the old ones and with the resource's outputs."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from typing import Any

from privatelink_ingress.local.adapters.base import Properties
from privatelink_ingress.local.engine import wire
from privatelink_ingress.local.engine.schema import Kind, Property
from privatelink_ingress.local.providers.filled import COMPUTED

Fills = Mapping[str, Any]
"""Values that a resource has without the program's request, by path: a row of `filled.FILLED`."""
NOTHING = (None, [], "", False, {}, 0)


@dataclasses.dataclass(frozen=True)
class Scope:
    """What a type's provider compares beyond the requested values."""

    kinds: Mapping[str, Property] = dataclasses.field(default_factory=dict)
    """The type's inputs."""
    alone: frozenset[str] = frozenset()
    """Inputs that the provider does not compute: without a request, a value there is foreign."""
    fills: Fills = dataclasses.field(default_factory=dict)


UNSCOPED = Scope()


def changed(new: Properties, old_inputs: Properties, state: Properties, scope: Scope = UNSCOPED) -> tuple[str, ...]:
    """The changed inputs, sorted.

    An input is changed when the resource does not have the requested value, when it has more than that, and when a
    value is no longer requested.

    Args:
        new: the program's inputs, with unknown values as `wire.UNKNOWN`; an unknown value is a change.
        old_inputs: those of the last successful step.
        state: the resource's outputs.
        scope: which values beyond the requested ones count.
    """
    found = {key for key in new.keys() | old_inputs.keys() if not holds(new.get(key), old_inputs.get(key))}
    for key, value in new.items():
        kind = scope.kinds[key].kind if key in scope.kinds else None
        if not (value in NOTHING[:4] and state.get(key) is None) and not _holds(
            state.get(key), value, kind, scope.fills, key
        ):
            found.add(key)
    return tuple(sorted(found | foreign(new, state, scope)))


def foreign(new: Properties, state: Properties, scope: Scope) -> set[str]:
    """The inputs that the program leaves out although the resource has a value, set by hand in AWS."""
    return {
        key for key in scope.alone & state.keys() if new.get(key) is None and not _nothing(state[key], scope.fills, key)
    }


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
    return _holds(whole, part, None, None, "")


def differs(state: Any, requested: Any, kind: Kind, fills: Fills, path: str) -> bool:
    """Whether a resource's property differs from the requested one.

    A map, at any depth, is the program's alone: a tag more is a difference. To blocks, AWS adds the values of `fills`.
    """
    if requested in ([], "", False, {}) and state is None:
        return False
    return not _holds(state, requested, kind, fills, path)


def _nothing(value: Any, fills: Fills, path: str) -> bool:
    """Whether a value is empty, zero, a default of the provider, or AWS's choice."""
    if value in NOTHING or fills.get(path) is COMPUTED or _same_text(value, fills.get(path)):
        return True
    if isinstance(value, Mapping):
        return all(_nothing(each, fills, f"{path}.{name}") for name, each in value.items())
    return isinstance(value, list) and all(isinstance(each, Mapping) and _nothing(each, fills, path) for each in value)


def _same_text(one: Any, other: Any) -> bool:
    """Whether two scalars are the same, written as text or not: the SDK has text for some numbers."""
    return other is not None and str(one) == str(other)


def _holds(whole: Any, part: Any, kind: Kind | None, fills: Fills | None, path: str) -> bool:
    """Whether `whole` contains `part`; with `fills`, and where `kind` tells the properties, nothing else either."""
    if part is None or (part in ([], "", False) and whole is None):
        return True
    if isinstance(part, Mapping):
        if kind and kind.name == "map":
            return whole == part
        known = kind.properties if kind else {}
        if not isinstance(whole, Mapping):
            return False
        if fills is not None and any(
            not _nothing(whole.get(key), fills, f"{path}.{key}") for key in known if part.get(key) is None
        ):
            return False
        return all(
            _holds(whole.get(key), item, known[key].kind if key in known else None, fills, f"{path}.{key}")
            for key, item in part.items()
        )
    if isinstance(part, list):
        return isinstance(whole, list) and _lists_agree(whole, part, kind.items if kind else None, fills, path)
    if part == wire.UNKNOWN:
        return False
    return whole == part or _documents_agree(whole, part)


def _lists_agree(whole: list[Any], part: list[Any], kind: Kind | None, fills: Fills | None, path: str) -> bool:
    """In any order: most of AWS's lists are sets, and AWS returns them in its own order."""
    if len(whole) != len(part):
        return False
    if all(_holds(one, other, kind, fills, path) for one, other in zip(whole, part, strict=True)):
        return True
    rest = list(whole)
    for item in part:
        found = next((i for i, one in enumerate(rest) if _holds(one, item, kind, fills, path)), None)
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
