"""Rule groups of the emulated WAFv2 as AWS accepts them."""

from __future__ import annotations

from typing import Any

from moto.wafv2.models import FakeRuleGroup
from moto.wafv2.responses import WAFV2Response

from privatelink_ingress.local.cloud.hardening import Params, around, before, refuse
from privatelink_ingress.local.cloud.wafv2_capacity import MAX_CAPACITY, capacity
from privatelink_ingress.local.cloud.wafv2_shapes import invalid, statements

MAX_RATE_RULES = 4
"""Rate-based rules per rule group; not adjustable: https://docs.aws.amazon.com/waf/latest/developerguide/limits.html"""


@before(WAFV2Response, "create_rule_group", "update_rule_group")
def groups_hold_own_rules(request: Any, params: Params) -> None:
    """A rule group refers to no other group, and has four rate-based rules at most.

    Source: API reference, RuleGroupReferenceStatement and ManagedRuleGroupStatement; WAF quotas.
    """
    rules = params.get("Rules", [])
    for kind, _ in statements(rules):
        if kind in ("ManagedRuleGroupStatement", "RuleGroupReferenceStatement"):
            invalid("STATEMENT", kind, "a rule group cannot refer to a rule group")
    if sum("RateBasedStatement" in rule["Statement"] for rule in rules) > MAX_RATE_RULES:
        refuse("WAFLimitsExceededException", f"A rule group has at most {MAX_RATE_RULES} rate-based rules")


@before(WAFV2Response, "create_rule_group", "update_rule_group")
def rules_fit_the_capacity(request: Any, params: Params) -> None:
    """The rules fit the capacity that the group got when it was created (API reference, CreateRuleGroup: Capacity)."""
    groups = request.wafv2_backend.rule_groups.values()
    held = params.get("Capacity") or next((one.capacity for one in groups if one.id == params.get("Id")), MAX_CAPACITY)
    if held > MAX_CAPACITY:
        refuse("WAFLimitsExceededException", f"A rule group has at most {MAX_CAPACITY} capacity units, not {held}")
    used = capacity(params.get("Rules", []), lambda arn: 0)
    if used > held:
        invalid("RULE_GROUP_CAPACITY", str(used), f"the rules need {used} capacity units, and the group has {held}")


@around(FakeRuleGroup, "update")
def an_update_replaces_the_whole_group(
    original: Any, group: Any, description: Any, rules: Any, visibility_config: Any, bodies: Any
) -> Any:
    """The request replaces all that can be changed (API reference, UpdateRuleGroup); moto keeps what it leaves out."""
    token = original(group, description or "", rules or [], visibility_config, bodies)
    group.custom_response_bodies = bodies
    return token
