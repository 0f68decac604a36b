"""The firewall with every setting, as it is registered: on the wire, and accepted whole by the emulated AWS."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from privatelink_ingress.local.engine.runner import StackRun
from privatelink_ingress.rules import judge
from privatelink_ingress.settings.firewall import COUNTING
from tests.support.edge_services import connection, services
from tests.support.recordings import recorded

WEB_ACL = "aws:wafv2/webAcl:WebAcl"
LOGGING = "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration"
COMMON, BOTS = "AWSManagedRulesCommonRuleSet", "AWSManagedRulesBotControlRuleSet"

Run = Callable[..., StackRun]

EVERYTHING: dict[str, Any] = {
    "groups": {
        BOTS: {"inspection": "targeted", "count": ["CategoryAI"]},
        "AWSManagedRulesATPRuleSet": {"login": {"path": "/login", "username": "user", "password": "word"}},
        "AWSManagedRulesACFPRuleSet": {
            "registration": {
                "page": "/new",
                "path": "/accounts",
                "payload": "json",
                "email": "/mail",
                "username": "/user",
                "password": "/word",
                "phoneNumbers": ["/mobile", "/home"],
                "addresses": ["/street"],
            }
        },
        "AWSManagedRulesAntiDDoSRuleSet": {"challengeExempt": ["^/api/"]},
        COMMON: {"version": "Version_1.23"},
    },
    "countries": {"allow": ["DE", "AT"]},
    "allow": ["198.51.100.0/24"],
    "deny": ["203.0.113.0/24"],
    "rateWindow": 60,
    "blockPage": {"html": "<h1>No</h1>"},
    "rateLimitPage": {"text": "Later", "status": 429},
    "tokenSeconds": 600,
    "hosts": {"*.blog.example.com": {"rateLimit": 99, "captcha": ["/signup"]}},
    "logs": {
        "keep": "findings",
        "hide": {"headers": ["X-Api-Key"], "arguments": ["token"], "path": True, "by": "hash"},
    },
}
SHOP: dict[str, Any] = {
    "rateLimit": 500,
    "challenge": ["/"],
    "largeBodies": "allow",
    "largeBodyPaths": ["/upload/*"],
    "exempt": [{"group": COMMON, "rules": ["GenericRFI_BODY"], "paths": ["/editor/*"]}, {"group": BOTS}],
}
LIMITS = {"firewallCapacity": 2000}
HOST = {
    "regexMatchStatement": {
        "fieldToMatch": {"singleHeader": {"name": "host"}},
        "regexString": r"^(?:shop\.example\.com)(?::[0-9]+)?$",
        "textTransformations": [{"priority": 0, "type": "LOWERCASE"}],
    }
}


def path(regex: str) -> dict[str, Any]:
    steps = [{"priority": 0, "type": "URL_DECODE"}, {"priority": 1, "type": "NORMALIZE_PATH"}]
    match = {"fieldToMatch": {"uriPath": {}}, "regexString": regex, "textTransformations": steps}
    return {"regexMatchStatement": match}


@pytest.fixture
def full(edge_run: Run) -> StackRun:
    shop = connection("shop", 0, firewall=SHOP)
    return edge_run(stacks=services(), firewall=EVERYTHING, connections={"shop": shop}, limits=LIMITS)


def rules(run: StackRun) -> dict[str, dict[str, Any]]:
    return {rule["name"]: rule for rule in run.only(WEB_ACL).inputs["rules"]}


def keys(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from keys(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from keys(inner)


def test_every_key_has_its_wire_name_at_any_depth(full: StackRun) -> None:
    """A key that Pulumi's types do not know keeps its Python name, and the provider ignores it."""
    inputs = [dict(full.only(one).inputs) for one in (WEB_ACL, LOGGING)]
    assert inputs[0].pop("tags")
    assert [key for key in keys(inputs) if not re.fullmatch(r"[a-z][A-Za-z0-9]*", key)] == []


def test_large_bodies_pass_for_a_host_on_some_paths(full: StackRun) -> None:
    outside = [{"notStatement": {"statement": one}} for one in (HOST, path("^(?:/upload/.*)$"))]
    label = {"labelMatchStatement": {"scope": "LABEL", "key": "awswaf:managed:aws:core-rule-set:SizeRestrictions_Body"}}
    assert rules(full)["body-size"]["statement"] == {
        "andStatement": {"statements": [label, {"orStatement": {"statements": outside}}]}
    }


def test_a_group_is_pinned_overridden_and_answers_with_the_page(full: StackRun) -> None:
    statement = rules(full)["common"]["statement"]["managedRuleGroupStatement"]
    page = {"block": {"customResponse": {"responseCode": 403, "customResponseBodyKey": "blocked"}}}
    overrides = {one["name"]: one["actionToUse"] for one in statement["ruleActionOverrides"]}
    assert statement["version"] == "Version_1.23"
    assert (overrides["SizeRestrictions_BODY"], overrides["GenericRFI_BODY"]) == ({"count": {}}, {"count": {}})
    assert overrides["GenericLFI_BODY"] == page
    assert rules(full)["body-size"]["action"] == rules(full)["deny"]["action"] == page
    limited = {"block": {"customResponse": {"responseCode": 429, "customResponseBodyKey": "rate-limited"}}}
    assert rules(full)["rate-limit"]["action"] == limited
    assert full.only(WEB_ACL).inputs["customResponseBodies"] == [
        {"key": "blocked", "content": "<h1>No</h1>", "contentType": "TEXT_HTML"},
        {"key": "rate-limited", "content": "Later", "contentType": "TEXT_PLAIN"},
    ]


def test_a_group_that_a_host_is_exempt_from_has_a_scope_and_its_configuration(full: StackRun) -> None:
    statement = rules(full)["bots"]["statement"]["managedRuleGroupStatement"]
    assert statement["scopeDownStatement"] == {"notStatement": {"statement": HOST}}
    assert statement["managedRuleGroupConfigs"] == [
        {"awsManagedRulesBotControlRuleSet": {"inspectionLevel": "TARGETED"}}
    ]


def test_limits_countries_and_challenges_have_their_statements_and_actions(full: StackRun) -> None:
    found = rules(full)
    limit = {"limit": 500, "evaluationWindowSec": 60, "aggregateKeyType": "IP", "scopeDownStatement": HOST}
    assert found["rate-limit-shop"]["statement"] == {"rateBasedStatement": limit}
    assert found["countries"]["statement"] == {
        "notStatement": {"statement": {"geoMatchStatement": {"countryCodes": ["DE", "AT"]}}}
    }
    assert (found["challenge-shop"]["action"], found["captcha-any_blog_example_com"]["action"]) == (
        {"challenge": {}},
        {"captcha": {}},
    )
    immunity = {"immunityTimeProperty": {"immunityTime": 600}}
    assert full.only(WEB_ACL).inputs["captchaConfig"] == full.only(WEB_ACL).inputs["challengeConfig"] == immunity


def test_limits_that_share_a_rule_count_by_address_and_host(edge_run: Run) -> None:
    names = [f"c{one}" for one in range(10)]
    entries = {name: connection(name, slot, firewall={"rateLimit": 100}) for slot, name in enumerate(names)}
    found = rules(edge_run(stacks=services(*names), connections=entries))["rate-limits-of-100"]
    rate = found["statement"]["rateBasedStatement"]
    host = {"header": {"name": "host", "textTransformations": [{"priority": 0, "type": "LOWERCASE"}]}}
    assert (rate["aggregateKeyType"], rate["customKeys"]) == ("CUSTOM_KEYS", [{"ip": {}}, host])


def test_the_log_keeps_findings_and_hides_what_the_stack_file_says(full: StackRun) -> None:
    logging = full.only(LOGGING).inputs
    (kept,) = logging["loggingFilter"]["filters"]
    assert (logging["loggingFilter"]["defaultBehavior"], kept["behavior"], kept["requirement"]) == (
        "DROP",
        "KEEP",
        "MEETS_ANY",
    )
    assert [one["actionCondition"]["action"] for one in kept["conditions"]] == [
        *("BLOCK", "COUNT", "CAPTCHA", "CHALLENGE", "EXCLUDED_AS_COUNT"),
    ]
    headers = [{"singleHeader": {"name": name}} for name in ("authorization", "cookie", "x-api-key")]
    assert logging["redactedFields"] == [*headers, {"uriPath": {}}]
    protections = full.only(WEB_ACL).inputs["dataProtectionConfig"]["dataProtections"]
    assert [(one["action"], one["field"]) for one in protections] == [
        ("SUBSTITUTION", {"fieldType": "SINGLE_HEADER", "fieldKeys": ["authorization", "cookie"]}),
        ("HASH", {"fieldType": "SINGLE_HEADER", "fieldKeys": ["x-api-key"]}),
        ("HASH", {"fieldType": "SINGLE_QUERY_ARGUMENT", "fieldKeys": ["token"]}),
    ]


def test_a_query_of_what_would_have_been_blocked_is_saved_over_the_log(full: StackRun) -> None:
    queries = {one.inputs["name"]: one.inputs for one in full.of_type("aws:cloudwatch/queryDefinition:QueryDefinition")}
    firewall = "aws-waf-logs-central-ingress-prod"
    assert {name: query["logGroupNames"] for name, query in queries.items()} == {
        "central-ingress-prod/firewall-would-block": [firewall],
        "central-ingress-prod/follow-request": [firewall, "/aws/vendedlogs/central-ingress-prod/access"],
    }


def test_a_firewall_that_is_tried_out_stops_nothing_and_says_so(edge_run: Run) -> None:
    shop = connection("shop", 0, firewall=SHOP)
    run = edge_run(
        stacks=services(), firewall={**EVERYTHING, "stage": "count"}, connections={"shop": shop}, limits=LIMITS
    )
    effects = {rule["name"]: rule.get("action") or rule["overrideAction"] for rule in rules(run).values()}
    stopped = {"allow": "allow", "forged-certificates": "block"}
    assert {name: next(iter(effect)) for name, effect in effects.items() if effect != {"count": {}}} == stopped
    assert run.only(WEB_ACL).inputs["description"] == COUNTING
    assert broken(run) == []


def test_every_setting_together_breaks_no_rule(full: StackRun) -> None:
    assert broken(full) == []


def test_rules_accept_a_firewall_that_blocks_nothing_only_while_it_says_so(edge_run: Run) -> None:
    run = edge_run(stacks=services(), firewall={"stage": "count"}, connections={"shop": connection("shop", 0)})
    resources = [
        dataclasses.replace(one, inputs={key: value for key, value in one.inputs.items() if key != "description"})
        if one.type == WEB_ACL
        else one
        for one in recorded(run)
    ]
    assert {rule.name for rule, _ in judge(resources)} == {
        "firewall-blocks",
        "firewall-limits-rates",
        "big-bodies-are-decided-on",
    }


def broken(run: StackRun) -> list[str]:
    return [f"{rule.name}: {resource.name} {message}" for rule, (resource, message) in judge(recorded(run))]
