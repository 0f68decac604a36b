"""Whether a stack of the edge may be removed, asked of an emulated AWS with the credentials of the network duty."""

from __future__ import annotations

import dataclasses
import datetime
from typing import Any

import pytest

from privatelink_ingress.aws.edge_removal_guard import in_use, refuse_while_in_use
from privatelink_ingress.local.cloud.session import Session
from privatelink_ingress.plan.edge.removal import UNMANAGED, EdgeRemovalPlan, InUse
from privatelink_ingress.problems import UserError
from tests.support.request_counts import count_requests

EDGE, WORKLOAD, REGION = "222222222222", "111111111111", "eu-west-1"
PROD = EdgeRemovalPlan(
    guarded=True,
    stack="central-ingress/prod",
    shard=True,
    account_id=EDGE,
    region=REGION,
    role_arn=None,
    external_id=None,
)
BLOG = dataclasses.replace(PROD, stack="central-ingress/prod-blog", shard=False)


class Shard:
    """A load balancer with a rule of its own stack, one of an attached stack, and one that nobody's tags claim."""

    def __init__(self, session: Session) -> None:
        self.session, self.elbv2 = session, session.client("elbv2")
        ec2 = session.client("ec2")
        self.vpc = ec2.create_vpc(CidrBlock="10.12.0.0/16")["Vpc"]["VpcId"]
        subnets = [
            ec2.create_subnet(VpcId=self.vpc, CidrBlock=f"10.12.{2 * place}.0/23", AvailabilityZone=f"{REGION}{zone}")
            for place, zone in enumerate("ab")
        ]
        ids = [subnet["Subnet"]["SubnetId"] for subnet in subnets]
        [balancer] = self.elbv2.create_load_balancer(Name="prod", Scheme="internal", Subnets=ids)["LoadBalancers"]
        self.balancer = balancer["LoadBalancerArn"]
        answer = [{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}]
        [listener] = self.elbv2.create_listener(
            LoadBalancerArn=self.balancer, Protocol="HTTP", Port=80, DefaultActions=answer
        )["Listeners"]
        self.listener = listener["ListenerArn"]

    def protect(self, value: str) -> None:
        attribute = {"Key": "deletion_protection.enabled", "Value": value}
        self.elbv2.modify_load_balancer_attributes(LoadBalancerArn=self.balancer, Attributes=[attribute])

    def connection(self, name: str, priority: int, *, stack: str = "") -> str:
        """The target group of a connection and the rule that leads to it."""
        tags = {"ManagedBy": "privatelink-ingress", "Stack": stack, "Connection": name} if stack else {"By": "hand"}
        listed = [{"Key": key, "Value": value} for key, value in tags.items()]
        [group] = self.elbv2.create_target_group(
            Name=name, Protocol="HTTP", Port=80, VpcId=self.vpc, TargetType="ip", Tags=listed
        )["TargetGroups"]
        self.elbv2.create_rule(
            ListenerArn=self.listener,
            Priority=priority,
            Conditions=[{"Field": "host-header", "Values": [f"{name}.example.com"]}],
            Actions=[{"Type": "forward", "TargetGroupArn": group["TargetGroupArn"]}],
            Tags=listed,
        )
        return group["TargetGroupArn"]

    def requests(self, group: str, count: int, *, minutes_ago: float) -> None:
        at = datetime.datetime.now(datetime.UTC) - datetime.timedelta(minutes=minutes_ago)
        count_requests(self.session, group, self.balancer, count, at=at)


@pytest.fixture
def shard(edge: Session) -> Shard:
    return Shard(edge)


def test_requests_are_those_that_were_forwarded_to_the_stacks_own_connections_within_the_last_hour(
    edge: Session, shard: Shard
):
    shop = shard.connection("shop", 1, stack=PROD.stack)
    cart = shard.connection("cart", 2, stack=PROD.stack)
    blog = shard.connection("blog", 3, stack=BLOG.stack)
    shard.requests(shop, 7, minutes_ago=58)
    shard.requests(shop, 5, minutes_ago=2)
    shard.requests(cart, 9, minutes_ago=62)
    shard.requests(blog, 3, minutes_ago=5)
    assert in_use(edge, PROD, shard.listener).requests == {"shop": 12}
    assert in_use(edge, BLOG, shard.listener) == InUse(requests={"blog": 3})


def test_rules_of_other_stacks_and_of_nobody_are_counted_but_not_the_default_one(edge: Session, shard: Shard):
    shard.connection("shop", 1, stack=PROD.stack)
    shard.connection("blog", 2, stack=BLOG.stack)
    shard.connection("feed", 3, stack=BLOG.stack)
    shard.connection("trial", 4)
    assert in_use(edge, PROD, shard.listener).others == {BLOG.stack: 2, UNMANAGED: 1}


def test_deletion_protection_is_what_the_load_balancer_has_now(edge: Session, shard: Shard):
    shard.protect("true")
    assert in_use(edge, PROD, shard.listener).protected is True
    shard.protect("false")
    assert in_use(edge, PROD, shard.listener) == InUse(requests={})


def test_a_listener_and_a_load_balancer_that_are_gone_are_used_by_nothing(edge: Session, shard: Shard):
    shard.elbv2.delete_listener(ListenerArn=shard.listener)
    shard.elbv2.delete_load_balancer(LoadBalancerArn=shard.balancer)
    assert in_use(edge, PROD, shard.listener) == InUse(requests={})


def test_a_stack_in_use_is_refused_and_a_quiet_one_goes(edge: Session, shard: Shard, ambient: Any):
    ambient(edge)
    shop = shard.connection("shop", 1, stack=PROD.stack)
    refuse_while_in_use(PROD, shard.listener)
    shard.requests(shop, 1, minutes_ago=1)
    with pytest.raises(UserError, match="connection shop: got 1 request within the last 60 minutes"):
        refuse_while_in_use(PROD, shard.listener)


def test_credentials_of_another_account_see_nothing_and_let_nothing_go(workload: Session, shard: Shard, ambient: Any):
    ambient(workload)
    with pytest.raises(UserError, match=f"cannot be read in AWS.*are of account {WORKLOAD}, not of {EDGE}"):
        refuse_while_in_use(PROD, shard.listener)


@pytest.mark.usefixtures("ambient")
def test_without_credentials_nothing_goes():
    with pytest.raises(UserError, match=r"Unable to locate credentials(.|\n)*removal: unguarded"):
        refuse_while_in_use(PROD, f"arn:aws:elasticloadbalancing:{REGION}:{EDGE}:listener/app/prod/1/2")
