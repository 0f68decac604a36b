"""What checks of WAF requests share: the statements of rules, the refusal of a value, the end of a failed create."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping
from typing import Any

from privatelink_ingress.local.cloud.hardening import refuse

CONFIGURATIONS = ("create_web_acl", "update_web_acl", "create_rule_group", "update_rule_group")
"""Operations whose request has rules."""


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


def forget(held: MutableMapping[str, Any], name: str) -> None:
    """Remove what has a name from one of moto's tables, which are by ARN."""
    for arn in [arn for arn, one in held.items() if one.name == name]:
        del held[arn]
