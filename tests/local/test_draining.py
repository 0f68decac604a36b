"""The waits of hooks, against an emulated AWS whose clock moves only while they wait."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from privatelink_ingress.aws import draining
from privatelink_ingress.local.cloud.elbv2.target_health import CLOCK
from privatelink_ingress.local.cloud.session import Session
from privatelink_ingress.problems import UserError
from tests.local.test_edge_removal import PROD, WORKLOAD, Shard

OLD, NEW = "10.12.0.16", "10.12.0.17"


class Group:
    """Connection shop's target group, whose old target is healthy, and what the waits say."""

    def __init__(self, edge: Session) -> None:
        self.elbv2 = edge.client("elbv2")
        self.shard = Shard(edge)
        self.arn = self.shard.connection("shop", 1, stack=PROD.stack)
        self.said: list[str] = []
        self.register(OLD)

    def register(self, address: str) -> None:
        self.elbv2.register_targets(TargetGroupArn=self.arn, Targets=[{"Id": address}])

    def other(self) -> str:
        """Another group with a target, which no rule forwards to."""
        [group] = self.elbv2.create_target_group(
            Name="shop-https", Protocol="HTTPS", Port=443, VpcId=self.shard.vpc, TargetType="ip"
        )["TargetGroups"]
        self.elbv2.register_targets(TargetGroupArn=group["TargetGroupArn"], Targets=[{"Id": OLD}])
        return group["TargetGroupArn"]

    def rule(self) -> Any:
        found = self.elbv2.describe_rules(ListenerArn=self.shard.listener)["Rules"]
        return next(rule for rule in found if rule["Priority"] == "1")

    def weights(self) -> dict[str, int]:
        [action] = self.rule()["Actions"]
        groups = action.get("ForwardConfig", {}).get("TargetGroups") or [action | {"Weight": 1}]
        return {one["TargetGroupArn"]: one["Weight"] for one in groups}

    def deregister(self, address: str) -> None:
        self.elbv2.deregister_targets(TargetGroupArn=self.arn, Targets=[{"Id": address}])


@pytest.fixture
def group(edge: Session, ambient: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Group]:
    ambient(edge)
    monkeypatch.setattr(draining, "sleep", CLOCK.advance)
    made = Group(edge)
    CLOCK.start()
    yield made
    CLOCK.stop()


def test_a_target_leaves_once_the_new_one_is_healthy_and_the_wait_says_for_whom(group: Group):
    group.register(NEW)
    draining.wait_until_healthy(PROD, group.arn, OLD, [NEW], group.said.append)
    assert group.said == [
        f"target group shop: waiting for {NEW} to become healthy, {waited} s so far" for waited in (0, 10, 20)
    ]


def test_it_stays_when_the_new_one_does_not_become_healthy_in_time(group: Group):
    CLOCK.silent = {NEW}
    group.register(NEW)
    with pytest.raises(UserError, match=f"target group shop: {NEW} did not become healthy within 300 seconds"):
        draining.wait_until_healthy(PROD, group.arn, OLD, [NEW], group.said.append)


def test_a_rule_has_the_new_group_without_requests_until_its_targets_are_healthy(group: Group):
    new = group.other()
    draining.wait_until_rule_may_forward(PROD, group.rule()["RuleArn"], {new: 1}, group.said.append)
    assert group.weights() == {group.arn: 1, new: 0}
    assert group.said == [
        f"target group shop-https: waiting for {OLD} to become healthy, {waited} s so far" for waited in (0, 10, 20)
    ]


def test_a_rule_is_as_it_was_when_the_new_group_does_not_become_healthy(group: Group):
    new, before = group.other(), group.weights()
    CLOCK.silent = {f"{OLD}:443"}
    with pytest.raises(UserError, match=f"target group shop-https: {OLD} did not become healthy within 300 seconds"):
        draining.wait_until_rule_may_forward(PROD, group.rule()["RuleArn"], {new: 1}, group.said.append)
    assert group.weights() == before


def test_a_rule_that_keeps_its_groups_or_adds_one_without_requests_waits_for_nothing(group: Group):
    new, before = group.other(), group.weights()
    draining.wait_until_rule_may_forward(PROD, group.rule()["RuleArn"], {group.arn: 1, new: 0}, group.said.append)
    assert (group.weights(), group.said) == (before, [])


MAINTENANCE = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "503", "ContentType": "text/plain"}}


def test_a_rule_in_maintenance_forwards_nothing_until_its_targets_are_healthy(group: Group):
    rule = group.rule()["RuleArn"]
    group.elbv2.modify_rule(RuleArn=rule, Actions=[MAINTENANCE])
    draining.wait_until_rule_may_forward(PROD, rule, {group.arn: 1}, group.said.append)
    assert group.weights() == {group.arn: 0}
    assert group.said == [
        f"target group shop: waiting for {OLD} to become healthy, {waited} s so far" for waited in (0, 10, 20)
    ]
    group.said.clear()
    draining.wait_until_rule_may_forward(PROD, rule, {group.arn: 1}, group.said.append)
    assert group.said == [], "its targets are healthy, as after the update of another rule of the connection"


def test_a_rule_in_maintenance_answers_itself_again_when_its_targets_do_not_become_healthy(group: Group):
    rule = group.rule()["RuleArn"]
    group.elbv2.modify_rule(RuleArn=rule, Actions=[MAINTENANCE])
    before = group.rule()["Actions"]
    CLOCK.silent = {OLD}
    with pytest.raises(UserError, match="The connection stays in maintenance"):
        draining.wait_until_rule_may_forward(PROD, rule, {group.arn: 1}, group.said.append)
    assert group.rule()["Actions"] == before


def test_stickiness_stays_while_a_rule_waits(group: Group):
    sticky = {"Enabled": True, "DurationSeconds": 600}
    forward = {
        "TargetGroups": [{"TargetGroupArn": group.arn, "Weight": 1}],
        "TargetGroupStickinessConfig": sticky,
    }
    rule = group.rule()["RuleArn"]
    group.elbv2.modify_rule(RuleArn=rule, Actions=[{"Type": "forward", "ForwardConfig": forward}])
    new = group.other()
    draining.wait_until_rule_may_forward(PROD, rule, {new: 1}, group.said.append)
    assert group.weights() == {group.arn: 1, new: 0}
    assert group.rule()["Actions"][0]["ForwardConfig"]["TargetGroupStickinessConfig"] == sticky


def test_a_group_and_an_endpoint_wait_for_the_deregistration_delay(group: Group):
    start = CLOCK.now or 0.0
    group.deregister(OLD)
    draining.wait_until_endpoint_is_drained(PROD, "vpce-1", "shop", [OLD], group.said.append)
    assert (CLOCK.now or 0.0) - start == 300
    draining.wait_until_group_is_drained(PROD, group.arn, group.said.append)
    assert (CLOCK.now or 0.0) - start == 300


def test_an_endpoint_waits_for_its_own_addresses_alone(group: Group):
    group.deregister(OLD)
    draining.wait_until_endpoint_is_drained(PROD, "vpce-1", "shop", [NEW], group.said.append)
    assert group.said == []


def test_a_longer_delay_than_the_limit_is_refused(group: Group):
    delay = {"Key": "deregistration_delay.timeout_seconds", "Value": "3000"}
    group.elbv2.modify_target_group_attributes(TargetGroupArn=group.arn, Attributes=[delay])
    group.deregister(OLD)
    with pytest.raises(UserError, match=f"target group shop: {OLD} did not finish draining within 360 seconds"):
        draining.wait_until_group_is_drained(PROD, group.arn, group.said.append)


def test_a_group_that_is_gone_has_nothing_in_flight(group: Group):
    draining.wait_until_group_is_drained(PROD, group.arn.replace("/shop/", "/gone/"), group.said.append)
    assert group.said == []


def test_credentials_of_another_account_let_nothing_go(group: Group, workload: Session, ambient: Any):
    ambient(workload)
    with pytest.raises(UserError, match=f"its targets cannot be read.*are of account {WORKLOAD}"):
        draining.wait_until_group_is_drained(PROD, group.arn, group.said.append)
