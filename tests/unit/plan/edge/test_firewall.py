"""The web ACL: D10, D20, D21, D22, D23 of the article's code must stay right."""

from __future__ import annotations

import dataclasses

from privatelink_ingress.plan.edge.firewall import web_acl as firewall
from privatelink_ingress.plan.edge.firewall.statements import AddressList, Label, ManagedRules, RateLimit
from privatelink_ingress.settings.firewall import Firewall


def plan(**settings: object) -> firewall.FirewallPlan:
    return firewall.plan_firewall(Firewall.model_validate(settings), {}, name="central-ingress-prod")


def rule(planned: firewall.FirewallPlan, key: str) -> firewall.FirewallRule:
    return next(rule for rule in planned.rules if rule.key == key)


def test_all_rules_exist_in_order_and_block_by_default() -> None:
    """D20, D21."""
    assert [(one.key, one.action) for one in plan().rules] == [
        ("rate-limit", "block"),
        ("ip-reputation", "block"),
        ("anonymous-ip", "block"),
        ("common", "block"),
        ("body-size", "block"),
        ("known-bad-inputs", "block"),
        ("sql-injection", "block"),
    ]


def test_lists_come_first_and_a_denied_address_before_an_allowed_one() -> None:
    planned = plan(allow=("198.51.100.0/24",), deny=("203.0.113.0/24",))
    assert [one.key for one in planned.rules[:3]] == ["deny", "allow", "rate-limit"]
    assert (planned.rules[0].action, planned.rules[0].statement) == ("block", AddressList(cidrs=("203.0.113.0/24",)))
    assert (planned.rules[1].action, planned.rules[1].statement) == ("allow", AddressList(cidrs=("198.51.100.0/24",)))


def test_priorities_are_unique_and_ascend() -> None:
    """D10: two rules had priority 1, and AWS refuses that."""
    planned = plan(allow=("198.51.100.0/24",), deny=("203.0.113.0/24",))
    assert [one.priority for one in planned.rules] == list(range(9))


def test_metric_names_are_unique_and_none_is_the_acls() -> None:
    """D22."""
    planned = plan(allow=("198.51.100.0/24",), deny=("203.0.113.0/24",))
    metrics = [planned.metric, *(one.metric for one in planned.rules)]
    assert len(set(metrics)) == len(metrics) == 10


def test_a_group_is_set_to_count_by_a_setting_and_no_other_changes() -> None:
    planned = plan(groups={"AWSManagedRulesSQLiRuleSet": "count"})
    assert [one.key for one in planned.rules if one.action == "count"] == ["sql-injection"]


def test_bodies_over_8_kb_count_inside_the_group_and_are_blocked_by_a_rule_after_it() -> None:
    planned = plan()
    assert rule(planned, "common").statement == ManagedRules(
        group="AWSManagedRulesCommonRuleSet", overrides={"SizeRestrictions_BODY": "count"}
    )
    assert rule(planned, "body-size").statement == Label(label="awswaf:managed:aws:core-rule-set:SizeRestrictions_Body")
    assert rule(planned, "common").priority < rule(planned, "body-size").priority


def test_body_size_only_counts_while_its_group_only_counts() -> None:
    planned = plan(groups={"AWSManagedRulesCommonRuleSet": "count"})
    assert [one.key for one in planned.rules if one.action == "count"] == ["common", "body-size"]


def test_the_rate_limit_is_the_settings_in_five_minutes() -> None:
    assert rule(plan(rateLimit=500), "rate-limit").statement == RateLimit(limit=500, window=300)


def test_the_log_group_has_the_prefix_that_waf_requires() -> None:
    """D23."""
    assert plan().log.group == "aws-waf-logs-central-ingress-prod"


def test_capacity_is_the_sum_of_aws_figures() -> None:
    assert plan().capacity == 25 + 50 + 700 + 200 + 200 + 2 + 1 == 1_178
    assert plan(allow=("198.51.100.0/24",), deny=("203.0.113.0/24",)).capacity == 1_180


def test_capacity_up_to_the_limit_passes_and_above_it_is_refused_with_the_units_of_each_rule() -> None:
    planned = plan(groups={"AWSManagedRulesLinuxRuleSet": "block", "AWSManagedRulesPHPRuleSet": "block"})
    assert firewall.check_capacity(planned, limit=1_478) == []
    (problem,) = firewall.check_capacity(planned, limit=1_477)
    assert problem.reason == (
        "needs 1478 capacity units, more than 1477 (rate-limit 2, ip-reputation 25, anonymous-ip 50, common 700, "
        "body-size 1, known-bad-inputs 200, sql-injection 200, linux 200, php 100)"
    )


def test_the_remedy_names_the_setting_up_to_5000_units_and_none_above() -> None:
    """AWS raises the price above 1,500 units and refuses a web ACL above 5,000."""
    planned = plan(groups=dict.fromkeys(("AWSManagedRulesLinuxRuleSet", "AWSManagedRulesWindowsRuleSet"), "block"))
    (problem,) = firewall.check_capacity(planned)
    assert (
        "or write limits.firewallCapacity: 1578 or more; above 1,500 units, each request costs more" in problem.remedy
    )
    twenty = (*planned.rules, *(dataclasses.replace(planned.rules[3], key=f"more-{one}") for one in range(6)))
    (problem,) = firewall.check_capacity(dataclasses.replace(planned, rules=twenty), limit=5_000)
    assert problem.remedy == "Remove groups or exemptions: a web ACL has 5000 units at most."
