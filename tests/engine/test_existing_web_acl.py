"""A live shard changes to an existing web ACL and back: its load balancer has a web ACL after every single call.

The claims are told in the order of one life, on one emulated AWS: each begins where the one above it ended.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from privatelink_ingress import tokens as t
from privatelink_ingress.aws.topology import live
from privatelink_ingress.trace.request import Request
from privatelink_ingress.trace.web_acl import judge
from tests.support.engine import REGION, Stack, World
from tests.support.engine_edge import connection, edge, publish
from tests.support.engine_traffic import EDGE_ACCOUNT, Traffic

METRICS = {"SampledRequestsEnabled": True, "CloudWatchMetricsEnabled": True, "MetricName": "company"}


class WebAcl:
    """A web ACL of another owner, with one rule."""

    def __init__(self, world: World) -> None:
        self._waf = world.cloud.session(EDGE_ACCOUNT, REGION).client("wafv2")
        rule = {
            "Name": "countries",
            "Priority": 10,
            "Statement": {"GeoMatchStatement": {"CountryCodes": ["KP"]}},
            "Action": {"Block": {}},
            "VisibilityConfig": {**METRICS, "MetricName": "countries"},
        }
        self._rules: list[dict[str, Any]] = [rule]
        made = self._waf.create_web_acl(
            Name="company",
            Scope="REGIONAL",
            DefaultAction={"Allow": {}},
            Rules=self._rules,
            VisibilityConfig=METRICS,
            Tags=[{"Key": "Owner", "Value": "security"}],
        )
        self.arn = made["Summary"]["ARN"]
        self._key = {"Name": "company", "Scope": "REGIONAL", "Id": made["Summary"]["Id"]}

    def described(self) -> dict[str, Any]:
        """The web ACL and its tags, as its owner sees them."""
        tags = self._waf.list_tags_for_resource(ResourceARN=self.arn)["TagInfoForResource"]["TagList"]
        held = self._waf.get_web_acl(**self._key)
        return {"tags": tags, "web ACL": held["WebACL"], "lock": held["LockToken"]}

    def balancers(self) -> list[str]:
        return self._waf.list_resources_for_web_acl(WebACLArn=self.arn)["ResourceArns"]

    def rule_groups(self) -> dict[str, str]:
        """The ARNs of all rule groups of the account, by name."""
        listed = self._waf.list_rule_groups(Scope="REGIONAL")["RuleGroups"]
        return {one["Name"]: one["ARN"] for one in listed}

    def refer_to(self, *group_arns: str) -> None:
        """What the owner does: add the rule groups in place of all others."""
        references = [
            {
                "Name": f"ingress-{place}",
                "Priority": place,
                "Statement": {"RuleGroupReferenceStatement": {"ARN": arn}},
                "OverrideAction": {"None": {}},
                "VisibilityConfig": {**METRICS, "MetricName": f"ingress-{place}"},
            }
            for place, arn in enumerate(group_arns)
        ]
        token = self._waf.get_web_acl(**self._key)["LockToken"]
        self._waf.update_web_acl(
            **self._key,
            DefaultAction={"Allow": {}},
            Rules=[*references, *self._rules],
            VisibilityConfig=METRICS,
            LockToken=token,
        )


@pytest.fixture(scope="module")
def company(world: World) -> WebAcl:
    return WebAcl(world)


@pytest.fixture(scope="module")
def shard(world: World) -> Stack:
    made = edge(world, shop=connection("shop", 0, {"service": publish(world, "shop")}))
    made.config["central-ingress:firewall"] = json.dumps({"deny": ["203.0.113.0/24"]})
    made.up()
    return made


def firewall(stack: Stack, company: WebAcl | None, **more: Any) -> None:
    """Write the setting; None removes `existing`."""
    keys: dict[str, Any] = {"deny": ["203.0.113.0/24"]}
    if company:
        keys["existing"] = {"arn": company.arn, **more}
    stack.config["central-ingress:firewall"] = json.dumps(keys)


def watched_up(world: World, stack: Stack) -> tuple[Any, list[str]]:
    """Deploy, and what was missing for the host after any call."""
    traffic = Traffic(world.cloud.session(EDGE_ACCOUNT, REGION), ["shop.example.com"])
    with world.watched(traffic):
        result = stack.up()
    return result, traffic.gaps


def of_kind(stack: Stack, kind: str) -> list[dict[str, Any]]:
    return [one["outputs"] for one in stack.resources().values() if one["type"] == kind]


def test_first_only_the_rule_group_is_created(world, company, shard):
    before = company.described()
    firewall(shard, company, tied=False)
    result, gaps = watched_up(world, shard)
    assert (result.shown(), gaps) == (["create RuleGroup edge-rules"], [])
    (group,) = of_kind(shard, t.RULE_GROUP)
    assert [rule["name"] for rule in sorted(group["rules"], key=lambda one: one["priority"])] == [
        "forged-certificates",
        "deny",
        "rate-limit",
    ]
    assert (group["capacity"], group["name"]) == (50, "central-ingress-prod-rules-50")
    assert (company.described(), company.balancers()) == (before, [])


def test_then_the_web_acl_takes_the_place_of_the_stacks_own_without_a_gap(world, company, shard):
    (group,) = of_kind(shard, t.RULE_GROUP)
    company.refer_to(group["arn"])
    before = company.described()
    firewall(shard, company)
    result, gaps = watched_up(world, shard)
    assert gaps == []
    assert sorted({step.operation for step in result.steps if step.type == t.WEB_ACL}) == ["delete"]
    assert len(company.balancers()) == 1
    assert company.described() == before
    assert of_kind(shard, t.WEB_ACL) == []
    assert shard.preview().shown() == []


def test_a_trace_follows_the_web_acls_reference_into_the_rule_group(world, company):
    [balancer] = live.load([world.cloud.session(EDGE_ACCOUNT, REGION)], []).load_balancers.values()
    assert balancer.web_acl is not None
    assert (balancer.web_acl.arn, balancer.web_acl.rules[0].group is not None) == (company.arn, True)
    request = Request.parse("https://shop.example.com/", source="203.0.113.9")
    judged = judge(balancer.web_acl, request)
    assert (judged.action, judged.by) == ("block", "ingress-0:deny")


def test_a_change_of_the_rules_updates_the_group_and_not_the_web_acl(world, company, shard):
    before = company.described()
    firewall(shard, company)
    shard.set("firewall", rateLimit=500)
    result, gaps = watched_up(world, shard)
    assert (result.shown(), gaps) == (["update RuleGroup edge-rules"], [])
    assert company.described() == before


def test_another_capacity_is_a_new_group_beside_the_old_one_until_the_owner_has_exchanged_them(world, company, shard):
    firewall(shard, company, capacity=200)
    announced = "\n".join(shard.preview().warnings)
    assert "refers to the rule group central-ingress-prod-rules-50" in announced
    assert "and run `pulumi up` again: it deletes central-ingress-prod-rules-50" in announced
    failed = shard.failing("up")
    assert "WAFAssociatedItemException" in "\n".join(failed.errors)
    groups = company.rule_groups()
    assert sorted(groups) == ["central-ingress-prod-rules-200", "central-ingress-prod-rules-50"]
    company.refer_to(groups["central-ingress-prod-rules-200"])
    _, gaps = watched_up(world, shard)
    assert gaps == []
    assert sorted(company.rule_groups()) == ["central-ingress-prod-rules-200"]


def test_the_way_back_has_no_gap_either(world, company, shard):
    firewall(shard, company, capacity=200, tied=False)
    _, gaps = watched_up(world, shard)
    assert gaps == []
    assert company.balancers() == []
    company.refer_to()
    before = company.described()
    firewall(shard, None)
    result, gaps = watched_up(world, shard)
    assert (result.shown(), gaps) == (["delete RuleGroup edge-rules"], [])
    assert company.described() == before


def test_a_load_balancer_without_deletion_protection_does_not_change_its_web_acl(company, shard):
    shard.set("loadBalancer", deletionProtection=False)
    shard.up()
    firewall(shard, company)
    message = "\n".join(shard.failing("up").errors)
    assert "firewall.existing.tied: would take the place of" in message
    assert "Deploy loadBalancer.deletionProtection: true first" in message


def test_a_shard_with_an_existing_web_acl_goes_and_leaves_it(world, company, shard):
    shard.set("loadBalancer", deletionProtection=True)
    firewall(shard, None)
    shard.up()
    firewall(shard, company)
    _, gaps = watched_up(world, shard)
    assert gaps == []
    before = company.described()
    shard.set("loadBalancer", deletionProtection=False)
    shard.up()
    shard.destroy()
    assert shard.resources() == {}
    assert company.described() == before
