"""Rules for the web ACL in front of the load balancer."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from privatelink_ingress import tokens as t
from privatelink_ingress.rules.model import Finding, Inputs, Stack, plain, resource_rule, stack_rule
from privatelink_ingress.settings.firewall import COUNTING

BASELINE = (
    "AWSManagedRulesAmazonIpReputationList",
    "AWSManagedRulesCommonRuleSet",
    "AWSManagedRulesKnownBadInputsRuleSet",
    "AWSManagedRulesSQLiRuleSet",
)
"""Managed groups that every web ACL has and that block. Others may count while they are tried out."""

BODY_LABEL = "awswaf:managed:aws:core-rule-set:SizeRestrictions_Body"
"""The common rule set's label for a body above 8 KB (AWS WAF, baseline rule groups)."""

REDACTED = ("authorization", "cookie")

LOG_PREFIX = "aws-waf-logs-"
"""Required prefix of the names of a web ACL's log destinations (AWS WAF, logging destinations)."""


@stack_rule(
    reason="Without a web ACL every scanner and every known exploit reaches the private services.",
    stands_for=["D21", "ELB.16"],
)
def load_balancers_are_screened(stack: Stack) -> Iterator[Finding]:
    """Every internet-facing application load balancer has a web ACL."""
    for balancer in stack.of(t.LOAD_BALANCER):
        is_public = not balancer.inputs.get("internal")
        if is_public and balancer.inputs.get("loadBalancerType", "application") == "application":
            if not any(stack.referring(t.WEB_ACL_ASSOCIATION, "resourceArn", balancer)):
                yield balancer, "faces the internet without a web ACL"
            if balancer.inputs.get("enableWafFailOpen"):
                yield balancer, "lets requests through unscreened when the firewall fails: enableWafFailOpen is on"


@resource_rule(t.WEB_ACL, reason="AWS refuses a web ACL with two rules of one priority.", stands_for=["D10"])
def firewall_priorities_are_unique(inputs: Inputs) -> Iterator[str]:
    """No two rules of a web ACL have the same priority."""
    for priority, count in Counter(rule["priority"] for rule in rules_of(inputs)).items():
        if count > 1:
            names = ", ".join(rule["name"] for rule in rules_of(inputs) if rule["priority"] == priority)
            yield f"has {count} rules of priority {priority}: {names}"


@resource_rule(
    t.WEB_ACL,
    reason="Known exploits, SQL injection and addresses of bad repute are stopped by these groups only.",
    stands_for=["D21", "WAF.10"],
)
def firewall_has_the_baseline(inputs: Inputs) -> Iterator[str]:
    """Every web ACL has the baseline of managed groups."""
    missing = set(BASELINE) - {_group(rule).get("name") for rule in rules_of(inputs)}
    if missing:
        yield f"lacks {', '.join(sorted(missing))}"


@resource_rule(t.WEB_ACL, reason="A group that only counts stops nothing.", stands_for=["D20"])
def firewall_blocks(inputs: Inputs) -> Iterator[str]:
    """The baseline of managed groups blocks, unless the whole web ACL says that it is being tried out."""
    for rule in _blocking(inputs):
        if _group(rule).get("name") in BASELINE and "count" in rule.get("overrideAction", {}):
            yield f"only counts what {rule['name']} finds"


@resource_rule(t.WEB_ACL, reason="One client can take the capacity of every connection.", stands_for=["D21"])
def firewall_limits_rates(inputs: Inputs) -> Iterator[str]:
    """A web ACL blocks clients that send too many requests, unless it says that it is being tried out."""
    if inputs.get("description") == COUNTING:
        return
    limits = [rule for rule in rules_of(inputs) if "rateBasedStatement" in rule["statement"]]
    if not any("block" in rule.get("action", {}) for rule in limits):
        yield "has no rate limit that blocks"


@resource_rule(
    t.WEB_ACL,
    reason="AWS reads 8 KB of a body; when the size rule counts and nothing decides, an attack hides behind padding.",
    stands_for=["D21"],
)
def big_bodies_are_decided_on(inputs: Inputs) -> Iterator[str]:
    """Where the size rule of the common group only counts, a later rule blocks by its label."""
    rules = _blocking(inputs)
    for rule in rules:
        overrides = _group(rule).get("ruleActionOverrides", [])
        counts = any(o["name"] == "SizeRestrictions_BODY" and "count" in o["actionToUse"] for o in overrides)
        if counts and not any(
            "block" in later.get("action", {})
            and later["priority"] > rule["priority"]
            and BODY_LABEL in json.dumps(later["statement"])
            for later in rules
        ):
            yield "counts bodies above 8 KB and blocks none of them"


@stack_rule(reason="What is not measured cannot be seen attacking, or being blocked.", stands_for=["D22", "WAF.12"])
def firewall_metrics_are_on(stack: Stack) -> Iterator[Finding]:
    """A web ACL or rule group, and each of its rules, has a metric of its own and keeps samples."""
    for type_, whole in ((t.WEB_ACL, "the web ACL"), (t.RULE_GROUP, "the rule group")):
        for one in stack.of(type_):
            settings = {rule["name"]: rule["visibilityConfig"] for rule in rules_of(one.inputs)}
            settings[whole] = plain(one.inputs["visibilityConfig"])
            for name, visibility in settings.items():
                if not (visibility.get("cloudwatchMetricsEnabled") and visibility.get("sampledRequestsEnabled")):
                    yield one, f"has metrics or samples switched off for {name}"
            for metric, count in Counter(visibility["metricName"] for visibility in settings.values()).items():
                if count > 1:
                    yield one, f"uses the metric {metric} {count} times"


@stack_rule(
    reason="Nobody can tell why a request was blocked, or that it should have been.", stands_for=["D23", "WAF.11"]
)
def firewall_is_logged(stack: Stack) -> Iterator[Finding]:
    """Every web ACL writes logs."""
    for acl in stack.of(t.WEB_ACL):
        if not any(stack.referring(t.WEB_ACL_LOGGING, "resourceArn", acl)):
            yield acl, "writes no logs"


@stack_rule(reason="AWS WAF refuses any other name.", stands_for=["D23"])
def firewall_logs_have_the_name_that_waf_demands(stack: Stack) -> Iterator[Finding]:
    """The log group of a web ACL begins with aws-waf-logs-."""
    for logging in stack.of(t.WEB_ACL_LOGGING):
        for group in stack.of(t.LOG_GROUP):
            if logging.refers("logDestinationConfigs", group) and not group.inputs["name"].startswith(LOG_PREFIX):
                yield group, f"takes logs of AWS WAF, but its name does not begin with {LOG_PREFIX}"


@resource_rule(t.WEB_ACL_LOGGING, reason="Logs with credentials in them are worth stealing.", stands_for=["D23"])
def firewall_logs_hold_no_credentials(inputs: Inputs) -> Iterator[str]:
    """Logs of the web ACL leave out the headers that carry credentials."""
    fields = plain(inputs.get("redactedFields") or ())
    hidden = {field["singleHeader"]["name"].lower() for field in fields if "singleHeader" in field}
    shown = [name for name in REDACTED if name not in hidden]
    if shown:
        yield f"logs the header {' and '.join(shown)}"


def _blocking(inputs: Inputs) -> list[dict[str, Any]]:
    """The rules of a web ACL that has to block."""
    return [] if inputs.get("description") == COUNTING else rules_of(inputs)


def rules_of(inputs: Inputs) -> list[dict[str, Any]]:
    """The rules of a web ACL or rule group."""
    return plain(inputs.get("rules") or ())


def _group(rule: dict[str, Any]) -> dict[str, Any]:
    return rule["statement"].get("managedRuleGroupStatement", {})
