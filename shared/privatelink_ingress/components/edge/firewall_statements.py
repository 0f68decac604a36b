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
    Countries,
    HasHeader,
    Label,
    ManagedRules,
    Not,
    Pattern,
    RateLimit,
    Statement,
)


def rendered(
    statement: Statement,
    *,
    ip_sets: Mapping[AddressList, Input[str]] | None = None,
    page: Mapping[str, Any] | None = None,
) -> Mapping[str, Any]:
    """The `statement` of a rule, or a part of it.

    Args:
        statement: What to write.
        ip_sets: ARNs of the rule's own IP sets.
        page: What the action `block` has for rules of a managed group.
    """
    match statement:
        case AddressList():
            return {"ip_set_reference_statement": {"arn": (ip_sets or {})[statement]}}
        case HasHeader(name=name):
            return {
                "size_constraint_statement": {
                    "field_to_match": {"single_header": {"name": name}},
                    "comparison_operator": "GT",
                    "size": 0,
                    "text_transformations": [{"priority": 0, "type": "NONE"}],
                }
            }
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
            return {"not_statement": {"statement": rendered(inner)}}
        case AllOf(statements=inner):
            return {"and_statement": {"statements": [rendered(one) for one in inner]}}
        case AnyOf(statements=inner):
            return {"or_statement": {"statements": [rendered(one, ip_sets=ip_sets) for one in inner]}}
        case ManagedRules():
            return {"managed_rule_group_statement": _managed(statement, page or {})}
        case Countries(codes=codes):
            return {"geo_match_statement": {"country_codes": list(codes)}}
        case RateLimit():
            return {"rate_based_statement": _rate(statement)}


def _managed(statement: ManagedRules, page: Mapping[str, Any]) -> dict[str, Any]:
    managed: dict[str, Any] = {"vendor_name": "AWS", "name": statement.group}
    if statement.version:
        managed["version"] = statement.version
    if statement.overrides:
        managed["rule_action_overrides"] = [
            {"name": rule, "action_to_use": {action: page if action == "block" else {}}}
            for rule, action in statement.overrides.items()
        ]
    if statement.configuration:
        managed["managed_rule_group_configs"] = [statement.configuration]
    if statement.scope:
        managed["scope_down_statement"] = rendered(statement.scope)
    return managed


def _rate(statement: RateLimit) -> dict[str, Any]:
    rate: dict[str, Any] = {"limit": statement.limit, "evaluation_window_sec": statement.window}
    if statement.by_host:
        steps = [{"priority": 0, "type": "LOWERCASE"}]
        host = {"header": {"name": "host", "text_transformations": steps}}
        rate |= {"aggregate_key_type": "CUSTOM_KEYS", "custom_keys": [{"ip": {}}, host]}
    else:
        rate["aggregate_key_type"] = "IP"
    if statement.scope:
        rate["scope_down_statement"] = rendered(statement.scope)
    return rate
