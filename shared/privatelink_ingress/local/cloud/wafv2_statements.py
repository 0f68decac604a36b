"""WAF: what single statements and actions of a web ACL have to be."""

from __future__ import annotations

from typing import Any

from moto.wafv2.responses import WAFV2Response

from privatelink_ingress.local.cloud.hardening import Params, before, refuse
from privatelink_ingress.local.cloud.wafv2_shapes import CONFIGURATIONS, invalid, statements

CONFIGURED = (
    *("AWSManagedRulesBotControlRuleSet", "AWSManagedRulesATPRuleSet", "AWSManagedRulesACFPRuleSet"),
    "AWSManagedRulesAntiDDoSRuleSet",
)
"""Managed groups that need a configuration, whose key is their name (API reference, ManagedRuleGroupConfig)."""

WINDOWS = (60, 120, 300, 600)
"""Seconds (API reference, RateBasedStatement: EvaluationWindowSec)."""


@before(WAFV2Response, *CONFIGURATIONS, "check_capacity")
def statements_are_valid(request: Any, params: Params) -> None:
    """Regular expressions have at most 200 characters, some groups need a configuration, `And` and `Or` two statements.

    Source: WAF quotas; API reference, ManagedRuleGroupConfig, AndStatement, RateBasedStatement.
    """
    for kind, body in statements(params.get("Rules", [])):
        if kind == "RegexMatchStatement" and len(body["RegexString"]) > 200:
            invalid("REGEX_STRING", body["RegexString"], "a regular expression has at most 200 characters")
        if kind in ("AndStatement", "OrStatement") and len(body["Statements"]) < 2:
            invalid("STATEMENT", kind, "it holds at least two statements")
        if kind == "ManagedRuleGroupStatement" and body["Name"] in CONFIGURED:
            configured = [key for one in body.get("ManagedRuleGroupConfigs", ()) for key in one]
            if body["Name"] not in configured:
                invalid("MANAGED_RULE_SET_CONFIG", body["Name"], "the group needs a configuration")
        if kind == "RateBasedStatement" and body.get("EvaluationWindowSec", 300) not in WINDOWS:
            invalid("RATE_BASED_STATEMENT", body["EvaluationWindowSec"], f"the window is one of {WINDOWS} seconds")
        if kind == "RateBasedStatement" and (body["AggregateKeyType"] == "CUSTOM_KEYS") != bool(body.get("CustomKeys")):
            invalid("RATE_BASED_STATEMENT", "", "CustomKeys stand with the aggregate key type CUSTOM_KEYS alone")


@before(WAFV2Response, *CONFIGURATIONS)
def custom_responses_exist(request: Any, params: Params) -> None:
    """A custom response names a body of the web ACL, of 4 KB at most (WAF quotas; API reference, CustomResponse)."""
    bodies = params.get("CustomResponseBodies", {})
    for key, body in bodies.items():
        if len(body["Content"].encode()) > 4 * 1024:
            refuse("WAFLimitsExceededException", f"The custom response body {key} has more than 4 KB")
    overrides = [
        one["ActionToUse"]
        for _, body in statements(params.get("Rules", []))
        for one in body.get("RuleActionOverrides", ())
    ]
    for action in (*(rule.get("Action", {}) for rule in params.get("Rules", [])), *overrides):
        key = action.get("Block", {}).get("CustomResponse", {}).get("CustomResponseBodyKey")
        if key is not None and key not in bodies:
            invalid("CUSTOM_RESPONSE_BODY", key, "no custom response body has this key")
