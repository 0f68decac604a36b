"""What `check --plan` prints: plans as JSON, stable in order, so that `diff` compares two versions of a stack file."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel


def as_json(plan: Any) -> str:
    """A plan, or plans by name. Keys are sorted; lists keep the order that the plan decides."""
    return json.dumps(_data(plan), indent=2, sort_keys=True)


def _data(value: Any) -> Any:
    """A part of a plan as JSON can hold it.

    Raises:
        TypeError: for a part that has no stable text, such as a function.
    """
    match value:
        case None | bool() | int() | float():
            return value
        case str():
            return _document(value)
        case BaseModel():
            return value.model_dump(mode="json", by_alias=True)
        case Mapping():
            return {str(key): _data(part) for key, part in value.items()}
        case list() | tuple():
            return [_data(part) for part in value]
        case set() | frozenset():
            return [_data(part) for part in sorted(value)]
        case _ if dataclasses.is_dataclass(value):
            return {field.name: _data(getattr(value, field.name)) for field in dataclasses.fields(value)}
        case _:
            raise TypeError(f"{value!r} in a plan has no stable text")


def _document(text: str) -> Any:
    """A policy or another JSON document as its content, so that a change in it is one line of a `diff`."""
    if not text.startswith("{"):
        return text
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text
