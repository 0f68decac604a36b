"""Rate limits, countries, pages, challenges, stages and the log of the web ACL."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import pytest

from privatelink_ingress.plan.edge.firewall import log, web_acl
from privatelink_ingress.plan.edge.firewall.rate_limits import MOST, check_rate_limits
from privatelink_ingress.plan.edge.firewall.statements import AllOf, Countries, ManagedRules, Not, RateLimit
from privatelink_ingress.settings.edge import Connection
from privatelink_ingress.settings.firewall import COUNTING, Firewall
from privatelink_ingress.settings.firewall_answers import FirewallLogs
from tests.unit.plan.edge.test_firewall_hosts import matches, rule


def settings(**values: Any) -> Firewall:
    return Firewall.model_validate_json(json.dumps(values))


def connections(**firewalls: Mapping[str, Any]) -> dict[str, Connection]:
    """A connection for each name, with the host `<name>.example.com`."""
    return {
        name: Connection.model_validate_json(
            json.dumps(
                {
                    "slot": slot,
                    "owner": "a",
                    "backends": [{"stack": name}],
                    "routes": [{"hosts": [f"{name}.example.com"]}],
                    "firewall": firewall,
                }
            )
        )
        for slot, (name, firewall) in enumerate(firewalls.items())
    }


def plan(firewall: Mapping[str, Any] | None = None, **firewalls: Mapping[str, Any]) -> web_acl.FirewallPlan:
    return web_acl.plan_firewall(settings(**(firewall or {})), connections(**firewalls), name="edge")


def limits(planned: web_acl.FirewallPlan) -> dict[str, tuple[int, bool, list[str]]]:
    """Of each rate rule: its limit, whether it counts by host, and which of some hosts it counts."""
    hosts = ("shop", "blog", "news", *(f"c{one}" for one in range(12)))
    found = {}
    for one in planned.rules:
        if isinstance(one.statement, RateLimit):
            scope = one.statement.scope
            counted = [host for host in hosts if scope is None or matches(scope, host=f"{host}.example.com")]
            found[one.key] = (one.statement.limit, one.statement.by_host, counted)
    return found


def test_a_connections_own_limit_replaces_the_general_one() -> None:
    found = limits(plan({"rateLimit": 1000}, shop={"rateLimit": 50}, blog={"rateLimit": 9000}, news={}))
    assert found["rate-limit-shop"] == (50, False, ["shop"])
    assert found["rate-limit-blog"] == (9000, False, ["blog"])
    limit, by_host, counted = found["rate-limit"]
    assert (limit, by_host) == (1000, False)
    assert "news" in counted
    assert not {"shop", "blog"} & set(counted)


def test_all_limits_have_the_one_window() -> None:
    planned = plan({"rateWindow": 60}, shop={"rateLimit": 50})
    assert {one.statement.window for one in planned.rules if isinstance(one.statement, RateLimit)} == {60}


def test_nine_limits_have_a_rule_each_even_when_equal() -> None:
    found = limits(plan(**{f"c{one}": {"rateLimit": 100} for one in range(9)}))
    assert len(found) == MOST
    assert found["rate-limit-c3"] == (100, False, ["c3"])


def test_ten_limits_share_rules_by_value_and_count_by_host() -> None:
    firewalls = {f"c{one}": {"rateLimit": 100 if one < 9 else 500} for one in range(10)}
    found = limits(plan(**firewalls))
    assert list(found) == ["rate-limits-of-100", "rate-limit-c9", "rate-limit"]
    assert found["rate-limits-of-100"] == (100, True, [f"c{one}" for one in range(9)])
    assert found["rate-limit-c9"] == (500, False, ["c9"])
    assert found["rate-limit"][2] == ["shop", "blog", "news", "c10", "c11"]


@pytest.mark.parametrize("different", [9, 10])
def test_more_different_limits_than_rules_are_refused_with_the_limits(different: int) -> None:
    entries = connections(**{f"c{one}": {"rateLimit": 100 + one % different} for one in range(12)})
    problems = check_rate_limits(settings(), entries)
    assert bool(problems) is (different == 10)
    for problem in problems:
        assert problem.where == "firewall.rateLimit"
        assert problem.reason == (
            "needs 11 rate-based rules, more than 10: a general one, and one for each of the limits 100, 101, 102, "
            "103, 104, 105, 106, 107, 108, 109"
        )
        assert "Use the same firewall.rateLimit for several connections" in problem.remedy


def test_a_shared_rule_costs_its_two_keys() -> None:
    shared = plan(**{f"c{one}": {"rateLimit": 100} for one in range(10)})
    assert rule(shared, "rate-limits-of-100").capacity == 2 + 60 + 13, "ten hosts in one expression"


def test_countries_are_blocked_or_all_others_are() -> None:
    assert rule(plan({"countries": {"block": ["KP"]}}), "countries").statement == Countries(codes=("KP",))
    only = rule(plan({"countries": {"allow": ["DE", "AT"]}}), "countries")
    assert (only.action, only.statement) == ("block", Not(statement=Countries(codes=("DE", "AT"))))
    assert plan({"countries": {"block": ["KP", "IR"]}}).capacity == plan().capacity + 1


def test_a_connection_has_countries_of_its_own() -> None:
    shop, blog = {"countries": {"allow": ["DE"]}}, {"countries": {"block": ["IR"]}}
    planned = plan({"countries": {"block": ["KP"]}}, shop=shop, blog=blog)
    keys = [one.key for one in planned.rules if "countries" in one.key]
    assert keys == ["countries", "countries-blog", "countries-shop"], "what either excludes is blocked"
    for key, countries in (("shop", Not(statement=Countries(codes=("DE",)))), ("blog", Countries(codes=("IR",)))):
        one = rule(planned, f"countries-{key}")
        assert isinstance(one.statement, AllOf)
        scope, excluded = one.statement.statements
        assert (one.action, excluded, one.capacity) == ("block", countries, 14)
        assert matches(scope, host=f"{key}.example.com")
        assert not matches(scope, host="news.example.com")


def test_what_a_person_wrote_comes_before_groups_and_what_costs_by_request_comes_last() -> None:
    lists = {"deny": ["203.0.113.0/24"], "allow": ["198.51.100.0/24"], "countries": {"block": ["KP"]}}
    paid = dict.fromkeys(("AWSManagedRulesAntiDDoSRuleSet", "AWSManagedRulesBotControlRuleSet"), "block")
    planned = plan({**lists, "groups": paid}, shop={"challenge": ["/"], "captcha": ["/signup"], "rateLimit": 99})
    assert [one.key for one in planned.rules] == [
        *("deny", "allow", "anti-ddos", "countries", "rate-limit-shop", "rate-limit", "ip-reputation", "anonymous-ip"),
        *("common", "body-size", "known-bad-inputs", "sql-injection", "challenge-shop", "captcha-shop", "bots"),
    ]
    assert [one.priority for one in planned.rules] == list(range(len(planned.rules)))
    assert len({planned.metric, *(one.metric for one in planned.rules)}) == len(planned.rules) + 1


def test_challenge_and_captcha_ask_on_their_paths_alone() -> None:
    planned = plan(shop={"challenge": ["/", "/cart*"], "captcha": ["/signup"]})
    challenge, captcha = rule(planned, "challenge-shop"), rule(planned, "captcha-shop")
    assert (challenge.action, captcha.action) == ("challenge", "captcha")
    asked = {path: matches(challenge.statement, path=path) for path in ("/", "/cart/1", "/api")}
    assert asked == {"/": True, "/cart/1": True, "/api": False}
    assert not matches(captcha.statement, path="/signup", host="blog.example.com")
    assert plan({"tokenSeconds": 600}).token_seconds == 600


def test_in_stage_count_no_rule_stops_a_request_and_the_web_acl_says_so() -> None:
    lists = {"deny": ["203.0.113.0/24"], "allow": ["198.51.100.0/24"], "countries": {"block": ["KP"]}}
    firewall = {"challenge": ["/"], "captcha": ["/signup"], "rateLimit": 99}
    counting, blocking = plan({**lists, "stage": "count"}, shop=firewall), plan(lists, shop=firewall)
    assert {one.key: one.action for one in counting.rules if one.action != "count"} == {"allow": "allow"}
    assert (counting.description, blocking.description) == (COUNTING, None)
    statements = [[(one.key, one.statement) for one in planned.rules] for planned in (counting, blocking)]
    assert statements[0] == statements[1], "both stages look at the same"


def test_pages_answer_what_the_firewall_blocks_and_another_page_what_is_too_much() -> None:
    pages = {"blockPage": {"html": "<h1>No</h1>"}, "rateLimitPage": {"text": "Later", "status": 429}}
    planned = plan(pages)
    assert [(page.key, page.status, page.content_type, page.content) for page in planned.pages] == [
        ("blocked", 403, "TEXT_HTML", "<h1>No</h1>"),
        ("rate-limited", 429, "TEXT_PLAIN", "Later"),
    ]
    assert (rule(planned, "rate-limit").page, rule(planned, "body-size").page) == ("rate-limited", "blocked")
    statement = rule(planned, "common").statement
    assert isinstance(statement, ManagedRules)
    assert statement.overrides["GenericLFI_BODY"] == "block", "with the page, unlike the group's own action"
    assert statement.overrides["SizeRestrictions_BODY"] == "count"
    reputation = rule(planned, "ip-reputation").statement
    assert isinstance(reputation, ManagedRules)
    assert "AWSManagedIPDDoSList" not in reputation.overrides, "it counts, and a page would make it block"


def test_without_pages_groups_keep_their_own_answers() -> None:
    statement = rule(plan(), "sql-injection").statement
    assert statement == ManagedRules(group="AWSManagedRulesSQLiRuleSet")
    assert plan().pages == ()
    counting = plan({"stage": "count", "blockPage": {"json": "{}"}})
    assert {one.page for one in counting.rules} == {None}


def test_groups_that_need_more_than_a_name_get_it() -> None:
    login = {"path": "/login", "payload": "json", "username": "/user", "password": "/word"}
    registration = {"page": "/new", "path": "/accounts", "email": "mail", "phoneNumbers": ["mobile", "home"]}
    planned = plan(
        {
            "groups": {
                "AWSManagedRulesBotControlRuleSet": {"inspection": "targeted"},
                "AWSManagedRulesATPRuleSet": {"login": login},
                "AWSManagedRulesACFPRuleSet": {"registration": registration},
                "AWSManagedRulesAntiDDoSRuleSet": {"challengeExempt": ["^/api/"]},
            }
        }
    )
    found = {
        one.key: one.statement.configuration
        for one in planned.rules
        if isinstance(one.statement, ManagedRules) and one.statement.configuration
    }
    challenge = {"usage_of_action": "ENABLED", "exempt_uri_regular_expressions": [{"regex_string": "^/api/"}]}
    assert found == {
        "anti-ddos": {"aws_managed_rules_anti_ddos_rule_set": {"client_side_action_config": {"challenge": challenge}}},
        "account-takeover": {
            "aws_managed_rules_atp_rule_set": {
                "login_path": "/login",
                "request_inspection": {
                    "payload_type": "JSON",
                    "username_field": {"identifier": "/user"},
                    "password_field": {"identifier": "/word"},
                },
            }
        },
        "account-creation": {
            "aws_managed_rules_acfp_rule_set": {
                "creation_path": "/accounts",
                "registration_page_path": "/new",
                "request_inspection": {
                    "payload_type": "FORM_ENCODED",
                    "email_field": {"identifier": "mail"},
                    "phone_number_fields": {"identifiers": ["mobile", "home"]},
                },
            }
        },
        "bots": {"aws_managed_rules_bot_control_rule_set": {"inspection_level": "TARGETED"}},
    }
    assert planned.fees == ("anti-ddos", "account-takeover", "account-creation", "bot-control")


def planned_log(**logs: Any) -> log.FirewallLogPlan:
    return log.plan_log(FirewallLogs.model_validate_json(json.dumps(logs)), name="edge")


def test_by_default_every_request_is_logged_without_credentials() -> None:
    """D23."""
    planned = planned_log()
    assert (planned.group, planned.kept) == ("aws-waf-logs-edge", ())
    assert planned.redacted_headers == ("authorization", "cookie")
    assert planned.protections == (
        log.Protection(field="SINGLE_HEADER", keys=("authorization", "cookie"), action="SUBSTITUTION"),
    )


def test_findings_alone_can_be_kept() -> None:
    assert planned_log(keep="findings").kept == ("BLOCK", "COUNT", "CAPTCHA", "CHALLENGE", "EXCLUDED_AS_COUNT")


def test_what_is_hidden_is_masked_in_logs_and_samples_and_credentials_are_never_hashed() -> None:
    hide = {"headers": ["X-Api-Key", "cookie"], "arguments": ["token"], "query": True, "path": True, "body": True}
    planned = planned_log(hide={**hide, "by": "hash"})
    assert planned.redacted_headers == ("authorization", "cookie", "x-api-key")
    assert (planned.redacts_query, planned.redacts_path) == (True, True)
    assert [(one.field, one.keys, one.action) for one in planned.protections] == [
        ("SINGLE_HEADER", ("authorization", "cookie"), "SUBSTITUTION"),
        ("SINGLE_HEADER", ("x-api-key",), "HASH"),
        ("SINGLE_QUERY_ARGUMENT", ("token",), "HASH"),
        ("QUERY_STRING", (), "HASH"),
        ("BODY", (), "HASH"),
    ]


RECORD = (
    '{"timestamp":1,"formatVersion":1,"webaclId":"arn","terminatingRuleId":"Default_Action","action":"ALLOW",'
    '"ruleGroupList":[{"ruleGroupId":"AWS#AWSManagedRulesSQLiRuleSet","terminatingRule":{"ruleId":"SQLi_BODY",'
    '"action":"BLOCK","ruleMatchDetails":null},"nonTerminatingMatchingRules":[],"excludedRules":null}],'
    '"nonTerminatingMatchingRules":[{"ruleId":"sql-injection","action":"COUNT","ruleMatchDetails":[]}],'
    '"httpRequest":{"clientIp":"198.51.100.7","country":"DE","headers":[{"name":"Host","value":"shop.example.com"}],'
    '"uri":"/cart","args":"","httpVersion":"HTTP/2.0","httpMethod":"POST","requestId":"1"}}'
)
"""A record of a group that counts, after https://docs.aws.amazon.com/waf/latest/developerguide/logging-examples.html."""


def test_the_saved_query_finds_rule_managed_rule_and_host_of_a_counted_request() -> None:
    expressions = [re.sub(r"\(\?<", "(?P<", one) for one in re.findall(r"/(.*)/$", log.WOULD_BLOCK, re.MULTILINE)]
    kept, *parsed = expressions
    assert re.search(kept, RECORD)
    assert not re.search(
        kept, RECORD.replace('[{"ruleId":"sql-injection","action":"COUNT","ruleMatchDetails":[]}]', "[]")
    )
    found: dict[str, str] = {}
    for expression in parsed:
        match = re.search(expression, RECORD)
        assert match
        found |= match.groupdict()
    assert found == {"rule": "sql-injection", "managedRule": "SQLi_BODY", "host": "shop.example.com"}
    assert planned_log().query_name == "edge/firewall-would-block"
