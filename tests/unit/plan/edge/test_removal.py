"""What keeps a shard or an attached stack from being removed, and what the refusal says."""

from __future__ import annotations

import pytest

from privatelink_ingress.plan.edge.removal import UNMANAGED, EdgeRemovalPlan, InUse, check, plan_removal, unseen
from privatelink_ingress.problems import UserError
from privatelink_ingress.settings.attached import load_edge

PLAN = EdgeRemovalPlan(
    guarded=True,
    stack="central-ingress/prod",
    shard=True,
    account_id="222222222222",
    region="eu-west-1",
    role_arn=None,
    external_id=None,
)


def test_a_refusal_names_everything_that_uses_the_stack_and_the_order_to_follow():
    others = {"central-ingress/prod-blog": 3, UNMANAGED: 1}
    with pytest.raises(UserError) as refused:
        check(PLAN, InUse(requests={"shop": 1200, "cart": 1}, others=others, protected=True))
    assert str(refused.value) == (
        "The stack is still in use, so nothing is removed:\n"
        "  connection cart: got 1 request within the last 60 minutes\n"
        "    Remove it first: `./run offboard cart` until it has nothing left to do, with `pulumi up` in "
        "central-ingress/ where it says so.\n"
        "  connection shop: got 1200 requests within the last 60 minutes\n"
        "    Remove it first: `./run offboard shop` until it has nothing left to do, with `pulumi up` in "
        "central-ingress/ where it says so.\n"
        "  listener: has 1 rule that no stack of this system manages\n"
        "    Delete it first: `aws elbv2 describe-rules` shows what each serves.\n"
        "  load balancer: has deletion protection\n"
        "    Once nothing else is listed, set loadBalancer.deletionProtection to false, run `pulumi up`, and then "
        "this again.\n"
        "  stack central-ingress/prod-blog: has 3 rules on this stack's listener\n"
        "    Remove that stack first: `pulumi destroy --run-program --stack prod-blog` in central-ingress/."
    )


@pytest.mark.parametrize(
    "state",
    [
        InUse(requests={"shop": 1}),
        InUse(requests={}, others={"central-ingress/prod-blog": 1}),
        InUse(requests={}, protected=True),
    ],
    ids=["requests", "another stack's rules", "deletion protection"],
)
def test_each_of_them_alone_is_enough(state: InUse):
    with pytest.raises(UserError):
        check(PLAN, state)


def test_a_stack_that_nothing_uses_may_go():
    check(PLAN, InUse(requests={}))


def test_unknown_requests_are_refused_with_the_way_to_turn_the_guard_off():
    assert str(unseen(PLAN, "no credentials")) == (
        "The stack is still in use, so nothing is removed:\n"
        "  stack central-ingress/prod: cannot be read in AWS, so its requests are unknown: no credentials\n"
        "    Run with credentials of account 222222222222 that may call elasticloadbalancing:Describe* and "
        "cloudwatch:GetMetricData. If you know that nothing uses the stack, write removal: unguarded in the stack "
        "file."
    )


SHARD = {
    "accountId": "222222222222",
    "owner": "team-platform",
    "certificates": '[{"domains": ["example.com"]}]',
    "dns": '{"zoneId": "Z0123456789ABCDEFGHIJ"}',
    "roles": '{"network": "arn:aws:iam::222222222222:role/network", "externalId": "partner"}',
}
ATTACHED = {
    "accountId": "222222222222",
    "owner": "team-blog",
    "edgeStack": "prod",
    "connections": '{"blog": {"slot": 1, "owner": "team-blog", "backends": [{"stack": "blog"}], '
    '"routes": [{"hosts": ["blog.example.com"]}]}}',
}


def planned(values: dict[str, str], stack: str) -> EdgeRemovalPlan:
    settings = load_edge(values, project="central-ingress", stack=stack)
    return plan_removal(settings, stack=stack, region="eu-west-1")


def test_the_check_asks_with_the_network_dutys_role():
    plan = planned(SHARD, "prod")
    assert (plan.stack, plan.shard, plan.account_id, plan.region) == (
        "central-ingress/prod",
        True,
        "222222222222",
        "eu-west-1",
    )
    assert (plan.role_arn, plan.external_id) == ("arn:aws:iam::222222222222:role/network", "partner")


def test_both_kinds_of_stack_are_guarded_unless_their_files_say_otherwise():
    assert [planned(values, stack).guarded for values, stack in ((SHARD, "prod"), (ATTACHED, "prod-blog"))] == [
        True,
        True,
    ]
    off = {"removal": "unguarded"}
    assert [planned(values | off, stack).guarded for values, stack in ((SHARD, "prod"), (ATTACHED, "prod-blog"))] == [
        False,
        False,
    ]


def test_an_attached_stack_is_told_from_a_shard():
    assert planned(ATTACHED, "prod-blog").shard is False
