"""Parameters against botocore's model of the operation: what botocore checks before a request, and more.

The enums, maxima and patterns are those that botocore leaves to the service.
"""

from __future__ import annotations

import functools
import re
import warnings
from collections.abc import Mapping
from typing import Any

from botocore.model import Shape
from botocore.validate import ParamValidator

from privatelink_ingress.local.adapters.convert import join


def problems(shape: Shape | None, parameters: Mapping[str, Any]) -> list[str]:
    """Violations of the operation's model in `parameters`: one line each, with the path; empty when valid."""
    if shape is None:
        return []
    report = ParamValidator().validate(dict(parameters), shape)
    found = report.generate_report().splitlines() if report.has_errors() else []
    _beyond_botocore(shape, parameters, "", found)
    return found


def _beyond_botocore(shape: Any, value: Any, at: str, found: list[str]) -> None:
    limits = shape.metadata
    match shape.type_name:
        case "structure" if isinstance(value, Mapping):
            for name, item in value.items():
                if name in shape.members:
                    _beyond_botocore(shape.members[name], item, join(at, name), found)
        case "list" if isinstance(value, list | tuple):
            if len(value) > limits.get("max", len(value)):
                found.append(f"{at} has {len(value)} entries; at most {limits['max']} are allowed")
            for position, item in enumerate(value):
                _beyond_botocore(shape.member, item, f"{at}[{position}]", found)
        case "map" if isinstance(value, Mapping):
            if len(value) > limits.get("max", len(value)):
                found.append(f"{at} has {len(value)} entries; at most {limits['max']} are allowed")
            for key, item in value.items():
                _beyond_botocore(shape.key, key, join(at, key), found)
                _beyond_botocore(shape.value, item, join(at, key), found)
        case "integer" | "long" | "float" | "double" if isinstance(value, int | float):
            if value > limits.get("max", value):
                found.append(f"{at} is {value}; the maximum is {limits['max']}")
        case "string" if isinstance(value, str):
            shown = "its value" if limits.get("sensitive") else repr(value)
            if shape.enum and value not in shape.enum:
                found.append(f"{at}: {shown} is not one of {', '.join(shape.enum)}")
            if len(value) > limits.get("max", len(value)):
                found.append(f"{at} has {len(value)} characters; at most {limits['max']} are allowed")
            pattern = _compiled(limits["pattern"]) if limits.get("pattern") else None
            if pattern and not pattern.fullmatch(value):
                found.append(f"{at}: {shown} does not match the pattern {limits['pattern']}")


@functools.cache
def _compiled(pattern: str) -> re.Pattern[str] | None:
    """The pattern, or None where its Java syntax does not compile, or means something else, in Python."""
    if "&&" in pattern:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", FutureWarning)
            return re.compile(pattern)
    except (re.error, FutureWarning):
        return None
