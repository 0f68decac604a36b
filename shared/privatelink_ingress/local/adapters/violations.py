"""Parameters against botocore's model of the operation: what botocore checks before a request, and what AWS checks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from botocore.model import Shape
from botocore.validate import ParamValidator

from privatelink_ingress.local.adapters.convert import join
from privatelink_ingress.local.cloud.service_models import Path, Violation, violations

_BY_BOTOCORE = ("least", "smallest")


def problems(shape: Shape | None, parameters: Mapping[str, Any]) -> list[str]:
    """Violations of the operation's model in `parameters`: one line each, with the path; empty when valid."""
    if shape is None:
        return []
    report = ParamValidator().validate(dict(parameters), shape)
    found = report.generate_report().splitlines() if report.has_errors() else []
    return found + [_told(one) for one in violations(shape, parameters) if one.constraint not in _BY_BOTOCORE]


def _told(one: Violation) -> str:
    at, shown = _path(one.path), "its value" if one.sensitive else repr(one.value)
    match one.constraint:
        case "most" if isinstance(one.value, str):
            return f"{at} has {len(one.value)} characters; at most {one.limit} are allowed"
        case "most":
            return f"{at} has {len(one.value)} entries; at most {one.limit} are allowed"
        case "largest":
            return f"{at} is {one.value}; the maximum is {one.limit}"
        case "enum":
            return f"{at}: {shown} is not one of {', '.join(one.limit)}"
        case _:
            return f"{at}: {shown} does not match the pattern {one.limit}"


def _path(path: Path) -> str:
    text = ""
    for part in path:
        text = f"{text}[{part}]" if isinstance(part, int) else join(text, part)
    return text
