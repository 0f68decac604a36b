"""Rule groups of the emulated AWS: what they hold, their fixed capacity, lock tokens, and references to them."""

from __future__ import annotations

from typing import Any

import pytest

from privatelink_ingress.local.cloud.session import Session
from tests.local.cloud.test_wafv2_rules import COMMON, delete, ip_set, rule, web_acl
from tests.support.edge_world import VISIBILITY, refused

RATE = {"RateBasedStatement": {"Limit": 100, "AggregateKeyType": "IP"}}


def rule_group(session: Session, *rules: dict[str, Any], name: str = "ours", capacity: int = 50) -> dict[str, Any]:
    made = session.client("wafv2").create_rule_group(
        Name=name, Scope="REGIONAL", Capacity=capacity, VisibilityConfig=VISIBILITY, Rules=list(rules)
    )
    return made["Summary"]


def update(session: Session, group: dict[str, Any], *rules: dict[str, Any]) -> dict[str, Any]:
    return session.client("wafv2").update_rule_group(
        Name=group["Name"],
        Scope="REGIONAL",
        Id=group["Id"],
        LockToken=group["LockToken"],
        VisibilityConfig=VISIBILITY,
        Rules=list(rules),
    )


def reference(group: dict[str, Any]) -> dict[str, Any]:
    statement = {"RuleGroupReferenceStatement": {"ARN": group["ARN"]}}
    return rule("ours", 0, Statement=statement, Action=None, OverrideAction={"None": {}})


def test_a_rule_group_refers_to_no_other_group(edge: Session) -> None:
    with refused("WAFInvalidParameterException", "cannot refer to a rule group"):
        rule_group(edge, rule(Statement=COMMON, Action=None, OverrideAction={"None": {}}), capacity=1000)


def test_it_has_four_rate_limits_at_most(edge: Session) -> None:
    rates = [rule(f"rate-{place}", place, Statement=RATE) for place in range(5)]
    with refused("WAFLimitsExceededException", "at most 4 rate-based rules"):
        rule_group(edge, *rates)
    assert rule_group(edge, *rates[:4])["Name"] == "ours"


def test_rules_that_need_more_than_its_capacity_are_refused_at_creation_and_at_an_update(edge: Session) -> None:
    rates = [rule(f"rate-{place}", place, Statement=RATE) for place in range(2)]
    with refused("WAFInvalidParameterException", "the rules need 4 capacity units, and the group has 3"):
        rule_group(edge, *rates, capacity=3)
    group = rule_group(edge, rates[0], capacity=3)
    with refused("WAFInvalidParameterException", "the rules need 4 capacity units, and the group has 3"):
        update(edge, group, *rates)


def test_an_update_replaces_all_rules_and_needs_the_newest_lock_token(edge: Session) -> None:
    group = rule_group(edge, rule("a", 0), rule("b", 1))
    update(edge, group, rule("c", 0))
    held = edge.client("wafv2").get_rule_group(ARN=group["ARN"])["RuleGroup"]
    assert ([one["Name"] for one in held["Rules"]], held["Capacity"]) == (["c"], 50)
    with refused("WAFOptimisticLockException", ""):
        update(edge, group, rule("d", 0))


def test_a_group_that_a_web_acl_refers_to_stays_and_so_does_an_ip_set_of_a_group(edge: Session) -> None:
    addresses = ip_set(edge, "203.0.113.0/24")
    group = rule_group(edge, rule(Statement={"IPSetReferenceStatement": {"ARN": addresses["ARN"]}}))
    web_acl(edge, reference(group))
    with refused("WAFAssociatedItemException", ""):
        delete(edge, "rule_group", group)
    with refused("WAFAssociatedItemException", ""):
        delete(edge, "ip_set", addresses)


@pytest.mark.parametrize("kind", ["web_acl", "rule_group"])
def test_a_reference_to_a_group_that_does_not_exist_is_refused(edge: Session, kind: str) -> None:
    missing = {"ARN": "arn:aws:wafv2:eu-west-1:222222222222:regional/ipset/gone/1"}
    held = rule(Statement={"IPSetReferenceStatement": missing})
    with refused("WAFNonexistentItemException", "gone"):
        web_acl(edge, held) if kind == "web_acl" else rule_group(edge, held)
