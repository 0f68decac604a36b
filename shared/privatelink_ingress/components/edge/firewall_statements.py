"""A plan's statements as the provider takes them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pulumi import Input

from privatelink_ingress.plan.edge.firewall.statements import (
    TRANSFORMATIONS,
    AddressList,
    AllOf,
    AnyOf,
    Label,
    ManagedRules,
    Not,
    Pattern,
    RateLimit,
    Statement,
)


def rendered(statement: Statement, ip_set: Input[str] | None = None) -> Mapping[str, Any]:
    """The `statement` of a rule, or a part of it; `ip_set` is the ARN of the rule's own IP set."""
    match statement:
        case AddressList():
            return {"ip_set_reference_statement": {"arn": ip_set}}
        case Label(label=label):
            return {"label_match_statement": {"scope": "LABEL", "key": label}}
        case Pattern(field=field, regex=regex):
            steps = enumerate(TRANSFORMATIONS[field])
            return {
                "regex_match_statement": {
                    "field_to_match": {"single_header": {"name": "host"}} if field == "host" else {"uri_path": {}},
                    "regex_string": regex,
                    "text_transformations": [{"priority": place, "type": step} for place, step in steps],
                }
            }
        case Not(statement=inner):
            return {"not_statement": {"statements": [rendered(inner)]}}
        case AllOf(statements=inner):
            return {"and_statement": {"statements": [rendered(one) for one in inner]}}
        case AnyOf(statements=inner):
            return {"or_statement": {"statements": [rendered(one) for one in inner]}}
        case ManagedRules():
            return {"managed_rule_group_statement": _managed(statement)}
        case RateLimit(limit=limit, window=window):
            return {
                "rate_based_statement": {"limit": limit, "evaluation_window_sec": window, "aggregate_key_type": "IP"}
            }


def _managed(statement: ManagedRules) -> dict[str, Any]:
    managed: dict[str, Any] = {"vendor_name": "AWS", "name": statement.group}
    if statement.version:
        managed["version"] = statement.version
    if statement.overrides:
        managed["rule_action_overrides"] = [
            {"name": rule, "action_to_use": {action: {}}} for rule, action in statement.overrides.items()
        ]
    if statement.scope:
        managed["scope_down_statement"] = rendered(statement.scope)
    return managed
