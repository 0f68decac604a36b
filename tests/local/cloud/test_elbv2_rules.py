"""Listener rules of the emulated AWS: priorities, conditions, quotas, weights, rewrites."""

from __future__ import annotations

from typing import Any

import pytest

from privatelink_ingress.local.cloud import service_quotas
from privatelink_ingress.local.cloud.session import Session
from tests.support.edge_world import NOT_FOUND, balancer, listener, network, refused, target_group

HOST = {"Field": "host-header", "HostHeaderConfig": {"Values": ["shop.example.com"]}}


@pytest.fixture
def made(edge: Session) -> str:
    return listener(edge, balancer(edge, network(edge))["LoadBalancerArn"])


def rule(session: Session, made: str, **over: Any) -> dict[str, Any]:
    parameters = {"Priority": 1, "Conditions": [HOST], "Actions": NOT_FOUND} | over
    return session.client("elbv2").create_rule(ListenerArn=made, **parameters)["Rules"][0]


def hosts(*values: str) -> dict[str, Any]:
    return {"Field": "host-header", "HostHeaderConfig": {"Values": list(values)}}


def paths(*values: str) -> dict[str, Any]:
    return {"Field": "path-pattern", "PathPatternConfig": {"Values": list(values)}}


def test_the_last_priority_is_50000(edge: Session, made: str) -> None:
    assert rule(edge, made, Priority=50000)["Priority"] == "50000"
    with refused("ValidationError", "'50001'"):
        rule(edge, made, Priority=50001)


def test_a_rule_has_a_condition(edge: Session, made: str) -> None:
    with refused("ValidationError", "at least one condition"):
        rule(edge, made, Conditions=[])


def test_a_rule_has_five_values_over_all_its_conditions(edge: Session, made: str) -> None:
    three, two = hosts("a.example.com", "b.example.com", "c.example.com"), paths("/a", "/b")
    rule(edge, made, Conditions=[three, two])
    with refused("ValidationError", "'5' condition values"):
        rule(edge, made, Priority=2, Conditions=[three, paths("/a", "/b", "/c")])


def test_a_rule_has_six_wildcards_over_all_its_conditions(edge: Session, made: str) -> None:
    rule(edge, made, Conditions=[paths("/*/*/*/*/*/*")])
    with refused("ValidationError", "'6' condition wildcards"):
        rule(edge, made, Priority=2, Conditions=[paths("/*/*/*/*/*/*/*")])


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ({"Field": "source-ip", "SourceIpConfig": {"Values": ["10.0.0.0/99"]}}, "CIDR"),
        ({"Field": "source-ip", "SourceIpConfig": {"Values": ["10.0.0.1"]}}, "CIDR"),
        (hosts("localhost"), "host name"),
        (paths("api/*"), "path pattern"),
        (paths(), "value must be specified"),
    ],
)
def test_a_value_that_cannot_match_is_refused(edge: Session, made: str, condition: Any, said: str) -> None:
    with refused("ValidationError", said):
        rule(edge, made, Conditions=[condition])


def test_an_application_load_balancer_has_100_rules_until_the_quota_is_raised(edge: Session, made: str) -> None:
    for priority in range(1, 101):
        rule(edge, made, Priority=priority)
    with refused("TooManyRules"):
        rule(edge, made, Priority=101)
    service_quotas.apply(edge.account_id, edge.region, "L-7EED9B64", 101)
    rule(edge, made, Priority=101)
    with refused("TooManyRules"):
        rule(edge, made, Priority=102)


def test_an_application_load_balancer_uses_100_target_groups(edge: Session) -> None:
    place = network(edge)
    made = listener(edge, balancer(edge, place)["LoadBalancerArn"])
    groups = [target_group(edge, place, f"t{number}") for number in range(101)]
    for priority in range(1, 21):
        five = [{"TargetGroupArn": arn} for arn in groups[5 * priority - 5 : 5 * priority]]
        rule(edge, made, Priority=priority, Actions=[{"Type": "forward", "ForwardConfig": {"TargetGroups": five}}])
    with refused("TooManyUniqueTargetGroupsPerLoadBalancer"):
        rule(edge, made, Priority=21, Actions=[{"Type": "forward", "TargetGroupArn": groups[100]}])
    rule(edge, made, Priority=21, Actions=[{"Type": "forward", "TargetGroupArn": groups[0]}])


@pytest.mark.parametrize("weight", [1000, -1])
def test_a_weight_is_at_most_999(edge: Session, weight: int) -> None:
    place = network(edge)
    made, group = listener(edge, balancer(edge, place)["LoadBalancerArn"]), target_group(edge, place)
    with refused("ValidationError", f"'{weight}'"):
        groups = [{"TargetGroupArn": group, "Weight": weight}]
        rule(edge, made, Actions=[{"Type": "forward", "ForwardConfig": {"TargetGroups": groups}}])


def test_a_redirect_is_301_or_302(edge: Session, made: str) -> None:
    with refused("ValidationError", "HTTP_999"):
        rule(edge, made, Actions=[{"Type": "redirect", "RedirectConfig": {"StatusCode": "HTTP_999"}}])


def test_rewrites_are_kept_and_returned(edge: Session, made: str) -> None:
    rewrite = {"Type": "url-rewrite", "UrlRewriteConfig": {"Rewrites": [{"Regex": "^/shop/(.*)$", "Replace": "/$1"}]}}
    arn = rule(edge, made, Transforms=[rewrite])["RuleArn"]
    assert edge.client("elbv2").describe_rules(RuleArns=[arn])["Rules"][0]["Transforms"] == [rewrite]


def test_regular_expressions_are_kept_and_returned(edge: Session, made: str) -> None:
    condition = {"Field": "path-pattern", "PathPatternConfig": {"RegexValues": ["^/v[0-9]+/"]}}
    arn = rule(edge, made, Conditions=[condition])["RuleArn"]
    found = edge.client("elbv2").describe_rules(RuleArns=[arn])["Rules"][0]["Conditions"][0]
    assert found["PathPatternConfig"]["RegexValues"] == ["^/v[0-9]+/"]


def test_a_fixed_response_has_1024_characters(edge: Session, made: str) -> None:
    def page(text: str) -> list[dict[str, Any]]:
        return [{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "503", "MessageBody": text}}]

    rule(edge, made, Actions=page("x" * 1_024))
    with refused("ValidationError", "Member must have length less than or equal to 1024"):
        rule(edge, made, Priority=2, Actions=page("x" * 1_025))
