"""Target health of the emulated AWS as states in time."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from privatelink_ingress.local.cloud.elbv2.target_health import CLOCK
from privatelink_ingress.local.cloud.session import Session

TARGET = "10.12.0.4"


class Group:
    """A target group with a check every 10 seconds. The balancer's default rule answers 404 itself."""

    def __init__(self, session: Session) -> None:
        self.elbv2 = session.client("elbv2")
        ec2 = session.client("ec2")
        vpc = ec2.create_vpc(CidrBlock="10.12.0.0/16")["Vpc"]["VpcId"]
        subnets = [
            ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.12.{number}.0/24", AvailabilityZone=zone)["Subnet"]["SubnetId"]
            for number, zone in enumerate(("eu-west-1a", "eu-west-1b"))
        ]
        [balancer] = self.elbv2.create_load_balancer(Name="edge", Subnets=subnets, Scheme="internal")["LoadBalancers"]
        answer = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}
        [listener] = self.elbv2.create_listener(
            LoadBalancerArn=balancer["LoadBalancerArn"], Protocol="HTTP", Port=80, DefaultActions=[answer]
        )["Listeners"]
        self.listener_arn = listener["ListenerArn"]
        [made] = self.elbv2.create_target_group(
            Name="shop", Protocol="HTTP", Port=80, VpcId=vpc, TargetType="ip", HealthCheckIntervalSeconds=10
        )["TargetGroups"]
        self.arn = made["TargetGroupArn"]

    def use(self, *, weight: int) -> None:
        """A rule forwards to the group with this weight."""
        forward = {"TargetGroups": [{"TargetGroupArn": self.arn, "Weight": weight}]}
        self.elbv2.create_rule(
            ListenerArn=self.listener_arn,
            Priority=1,
            Conditions=[{"Field": "host-header", "Values": ["shop.example.com"]}],
            Actions=[{"Type": "forward", "ForwardConfig": forward}],
        )

    def register(self) -> None:
        self.elbv2.register_targets(TargetGroupArn=self.arn, Targets=[{"Id": TARGET}])

    def deregister(self) -> None:
        self.elbv2.deregister_targets(TargetGroupArn=self.arn, Targets=[{"Id": TARGET}])

    def states(self) -> dict[str, str]:
        found = self.elbv2.describe_target_health(TargetGroupArn=self.arn)["TargetHealthDescriptions"]
        return {one["Target"]["Id"]: one["TargetHealth"]["State"] for one in found}


@pytest.fixture
def unused(edge: Session) -> Iterator[Group]:
    yield Group(edge)
    CLOCK.stop()


@pytest.fixture
def group(unused: Group) -> Group:
    unused.use(weight=1)
    return unused


def test_without_a_clock_every_state_has_settled(group: Group):
    group.register()
    assert group.states() == {TARGET: "healthy"}
    group.deregister()
    assert group.states() == {}


def test_a_new_target_is_initial_until_its_first_check(group: Group):
    CLOCK.start()
    group.register()
    assert group.states() == {TARGET: "initial"}
    CLOCK.advance(10)
    assert group.states() == {TARGET: "healthy"}


def test_targets_of_a_group_that_no_rule_names_are_unused_with_or_without_a_clock(unused: Group):
    unused.register()
    assert unused.states() == {TARGET: "unused"}
    CLOCK.start()
    CLOCK.advance(60)
    assert unused.states() == {TARGET: "unused"}


@pytest.mark.parametrize("weight", [0, 1])
def test_the_first_check_follows_the_first_rule_that_names_the_group_with_any_weight(unused: Group, weight: int):
    CLOCK.start()
    unused.register()
    CLOCK.advance(60)
    unused.use(weight=weight)
    assert unused.states() == {TARGET: "initial"}
    CLOCK.advance(10)
    assert unused.states() == {TARGET: "healthy"}


def test_a_port_of_a_target_may_answer_no_check(group: Group):
    CLOCK.start()
    CLOCK.silent = {f"{TARGET}:80", "10.12.0.5:80"}
    group.register()
    CLOCK.advance(10)
    assert group.states() == {TARGET: "unhealthy"}


def test_a_target_that_answers_no_check_becomes_unhealthy(group: Group):
    CLOCK.start()
    CLOCK.silent = {TARGET}
    group.register()
    assert group.states() == {TARGET: "initial"}
    CLOCK.advance(10)
    assert group.states() == {TARGET: "unhealthy"}


def test_a_deregistered_target_drains_for_the_deregistration_delay(group: Group):
    group.register()
    CLOCK.start()
    group.deregister()
    CLOCK.advance(299)
    assert group.states() == {TARGET: "draining"}
    CLOCK.advance(1)
    assert group.states() == {}


def test_a_shorter_delay_counts_and_a_target_that_comes_back_drains_no_more(group: Group):
    delay = {"Key": "deregistration_delay.timeout_seconds", "Value": "20"}
    group.elbv2.modify_target_group_attributes(TargetGroupArn=group.arn, Attributes=[delay])
    group.register()
    CLOCK.start()
    group.deregister()
    group.register()
    assert group.states() == {TARGET: "initial"}
    group.deregister()
    CLOCK.advance(20)
    assert group.states() == {}
