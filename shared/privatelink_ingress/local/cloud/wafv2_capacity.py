"""Web ACL capacity units, as WAF computes them from a list of rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

MANAGED: Mapping[str, int] = {
    "AWSManagedRulesCommonRuleSet": 700,
    "AWSManagedRulesKnownBadInputsRuleSet": 200,
    "AWSManagedRulesSQLiRuleSet": 200,
    "AWSManagedRulesAdminProtectionRuleSet": 100,
    "AWSManagedRulesLinuxRuleSet": 200,
    "AWSManagedRulesUnixRuleSet": 100,
    "AWSManagedRulesWindowsRuleSet": 200,
    "AWSManagedRulesPHPRuleSet": 100,
    "AWSManagedRulesWordPressRuleSet": 100,
    "AWSManagedRulesAmazonIpReputationList": 25,
    "AWSManagedRulesAnonymousIpList": 50,
    "AWSManagedRulesBotControlRuleSet": 50,
    "AWSManagedRulesATPRuleSet": 50,
    "AWSManagedRulesACFPRuleSet": 50,
    "AWSManagedRulesAntiDDoSRuleSet": 50,
}
"""AWS's managed rule groups and their capacity (WAF developer guide, AWS Managed Rules rule groups list)."""

MAX_CAPACITY = 5000
"""Per web ACL; not adjustable (WAF quotas)."""

_BYTE_MATCH = {"EXACTLY": 2, "STARTS_WITH": 2, "ENDS_WITH": 2, "CONTAINS": 10, "CONTAINS_WORD": 10}
_BASE = {
    "SqliMatchStatement": 20,
    "XssMatchStatement": 40,
    "SizeConstraintStatement": 1,
    "GeoMatchStatement": 1,
    "IPSetReferenceStatement": 1,
    "RegexMatchStatement": 3,
    "RegexPatternSetReferenceStatement": 25,
    "LabelMatchStatement": 1,
    "AsnMatchStatement": 1,
}
"""Base capacity by statement (WAF developer guide, rule statements list)."""

RATE = 2
CUSTOM_KEY = 30
TRANSFORMATION = 10
"""Capacity of a rate rule, of each of its custom aggregation keys, and of a text transformation (developer guide)."""


def capacity(rules: list[Mapping[str, Any]], group_capacity: Callable[[str], int]) -> int:
    """Capacity units of `rules` (API shape). `group_capacity` returns a customer rule group's capacity, by ARN."""
    return sum(_statement(rule["Statement"], group_capacity) for rule in rules)


def _statement(statement: Mapping[str, Any], group_capacity: Callable[[str], int]) -> int:
    ((kind, body),) = statement.items()
    match kind:
        case "ManagedRuleGroupStatement":
            return MANAGED.get(body["Name"], 0) + _scope_down(body, group_capacity)
        case "RuleGroupReferenceStatement":
            return group_capacity(body["ARN"])
        case "RateBasedStatement":
            return RATE + CUSTOM_KEY * len(body.get("CustomKeys", ())) + _scope_down(body, group_capacity)
        case "AndStatement" | "OrStatement":
            return sum(_statement(inner, group_capacity) for inner in body["Statements"])
        case "NotStatement":
            return _statement(body["Statement"], group_capacity)
        case "ByteMatchStatement":
            base = _BYTE_MATCH[body["PositionalConstraint"]]
        case "SqliMatchStatement" if body.get("SensitivityLevel") == "HIGH":
            base = 30
        case _:
            base = _BASE[kind]
    # WAF counts AllQueryArguments ten units more, and a JSON body twice.
    field = body.get("FieldToMatch", {})
    base = base + 10 * ("AllQueryArguments" in field)
    base = base * (2 if "JsonBody" in field else 1)
    transformations = [t for t in body.get("TextTransformations", ()) if t["Type"] != "NONE"]
    return base + TRANSFORMATION * len(transformations)


def _scope_down(body: Mapping[str, Any], group_capacity: Callable[[str], int]) -> int:
    return _statement(body["ScopeDownStatement"], group_capacity) if "ScopeDownStatement" in body else 0
