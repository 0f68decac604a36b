"""What every check of WAF requests needs: the statements of rules, and the refusal of a value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from privatelink_ingress.local.cloud.hardening import refuse


def statements(rules: list[Mapping[str, Any]]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every statement of the rules at any depth, with its kind."""
    pending = [rule["Statement"] for rule in rules]
    while pending:
        for kind, body in pending.pop().items():
            yield kind, body
            pending += body.get("Statements", [])
            pending += [body[key] for key in ("Statement", "ScopeDownStatement") if key in body]


def invalid(field: str, parameter: Any, reason: str) -> None:
    """Refuse the request for one of its values."""
    refuse(
        "WAFInvalidParameterException",
        f"Error reason: {reason}, field: {field}, parameter: {parameter}",
    )
