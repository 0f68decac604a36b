"""With bootstrap's roles, stacks are created, read, changed and deleted: each role may make every call that this takes.

The claims are told in the order of one life. The emulated AWS has no IAM, so it refuses nothing: what counts is which
calls the providers make with which role. They are the emulated ones' calls; real providers may make others.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator

import pytest

from privatelink_ingress import tokens as t
from privatelink_ingress.local.engine.runner import StackRun
from privatelink_ingress.local.iam_policies import Request
from tests.support.aws_requests import LOOK_UPS
from tests.support.deployers import (
    EDGE,
    POLICY,
    REGION,
    WORKLOAD,
    asker,
    edge_account,
    named,
    of_duty,
    workload_account,
)
from tests.support.engine import Stack, World
from tests.support.engine_edge import connection, edge, publish
from tests.support.programs import run_edge, run_workload
from tests.support.role_calls import Call, recorded

DUTIES = {
    "ingress-workload-network-role": "workload-network",
    "ingress-workload-iam-access": "workload-iam",
    "ingress-workload-ecr-access": "workload-ecr",
    "ingress-workload-eks-role": "workload-eks",
    "ingress-edge-network-role": "edge-network",
}
"""Duty by the name of its role."""


COMPONENT = {"aws:eks/cluster:Cluster": "eks:index:Cluster"}
"""Type under which the table has what another package's component registers on the engine."""


LOGS = {
    "logs": f"arn:aws:logs:{REGION}:{EDGE}:log-group:aws-waf-logs-central-ingress-prod",
    "s3": f"arn:aws:s3:::central-ingress-prod-logs-{EDGE}-{REGION}",
}
"""ARN by service."""


EMULATED = {
    ("aws:wafv2/webAclAssociation:WebAclAssociation", "wafv2:ListResourcesForWebACL"),
    ("aws:eks/accessEntry:AccessEntry", "eks:ListTagsForResource"),
}
"""What only the emulated provider calls: the real one calls GetWebACLForResource and reads the tags of an access entry
with DescribeAccessEntry, which the roles may."""


@pytest.fixture(scope="module")
def calls() -> Iterator[set[Call]]:
    with recorded() as made:
        yield made


def with_roles(stack: Stack, side: str, account: StackRun) -> Stack:
    """The stack with the roles and the boundary of its account's bootstrap stack."""
    limit = {"permissionsBoundary": account.exports["permissions_boundaries"][side]}
    stack.config[f"{stack.project}:roles"] = json.dumps({**account.exports[f"{side}_roles"], **limit})
    return stack


def bound(world: World, stack: Stack, side: str, account: StackRun) -> None:
    """Create the boundary, as bootstrap does."""
    text = named(account, POLICY, f"deployers-{side}-boundary").inputs["policy"]
    iam = world.cloud.session(stack.account_id, REGION).client("iam")
    iam.create_policy(PolicyName=f"ingress-{side}-boundary", Path="/privatelink-ingress/", PolicyDocument=text)


@pytest.fixture(scope="module")
def shop(world: World) -> Stack:
    stack = with_roles(world.sample("eks-service/shop"), "workload", workload_account())
    stack.config["eks-service:publication"] = json.dumps(
        {**json.loads(stack.config["eks-service:publication"]), "removal": "unguarded"}
    )
    stack.set("cluster", deletionProtection=False)
    return stack


@pytest.fixture(scope="module")
def prod(world: World) -> Stack:
    service = publish(world, "news")
    stack = with_roles(edge(world, news=connection("news", 0, {"service": service})), "edge", edge_account())
    stack.config["central-ingress:removal"] = "unguarded"
    stack.set("loadBalancer", deletionProtection=False)
    return stack


@functools.cache
def table() -> frozenset[tuple[str, str]]:
    """Resource type and action of every request in `aws_requests.py` that the samples lead to."""
    shops = [(asker(WORKLOAD, "eks-service/shop", "workload"), one) for one in run_workload("shop").registrations]
    prods = [(asker(EDGE, "central-ingress/prod", "edge"), one) for one in run_edge().registrations]
    of_resources = {
        (one.type, request.action)
        for asking, one in (*shops, *prods)
        if one.type.startswith(("aws:", "eks:"))
        for request in asking.of(one)
    }
    looked_up = {(token, line.split()[1]) for token, text in LOOK_UPS.items() for line in text.strip().splitlines()}
    return frozenset(of_resources | looked_up)


def described(call: Call) -> bool:
    """Whether the call only describes, which EC2 and Elastic Load Balancing cannot limit to a resource."""
    return call.action.startswith(("ec2:Describe", "elasticloadbalancing:Describe", "logs:Describe"))


def outside(made: set[Call]) -> list[Call]:
    """Calls that a role may not make, or that the table of rights does not know."""
    allowed = {
        call
        for call in made
        if (
            of_duty(DUTIES[call.role]).allow(Request(call.action, "*", {"aws:RequestedRegion": REGION}))
            if described(call)
            # That the role may make every request of the table is what test_deployer_roles.py claims.
            else (COMPONENT.get(call.type, call.type), call.action) in table() | EMULATED
        )
    }
    return sorted(made - allowed)


def steps(made: set[Call], step: str) -> set[str]:
    """What a kind of step calls, look-ups left out."""
    return {call.action for call in made if call.step == step and not described(call)}


@pytest.mark.parametrize(("label", "side"), [("shop", "workload"), ("prod", "edge")])
def test_a_boundary_that_does_not_exist_is_refused_before_anything_is_registered(
    request: pytest.FixtureRequest, label: str, side: str
):
    stack: Stack = request.getfixturevalue(label)
    limit = f"arn:aws:iam::{stack.account_id}:policy/privatelink-ingress/ingress-{side}-boundary"
    for command in ("preview", "up"):
        result = stack.failing(command)
        assert f"roles.permissionsBoundary: is {limit}, which cannot be looked up" in "\n".join(result.errors)
        assert {step.type for step in result.steps} <= {t.STACK, t.AWS_PROVIDER}


def test_a_workload_is_created_with_its_four_roles(world: World, shop: Stack, calls: set[Call]):
    bound(world, shop, "workload", workload_account())
    calls.clear()
    shop.deploy()
    assert outside(calls) == []
    assert {call.role for call in calls} == {role for role, duty in DUTIES.items() if duty.startswith("workload")}
    assert steps(calls, "create") >= {
        "eks:CreateCluster",
        "iam:PutRolePolicy",
        "ecr:CreateRepository",
        "ec2:CreateTags",
    }


def test_a_workload_is_changed_with_them(shop: Stack, calls: set[Call]):
    calls.clear()
    shop.set("cluster", logRetentionDays=731, deletionProtection=False)
    shop.set("nodes", max=9)
    shop.set("publication", acceptanceRequired=True, healthPath="/other-health")
    shop.set("endpoints", extra=["sqs"])
    shop.up()
    assert outside(calls) == []
    assert steps(calls, "update") >= {
        "ec2:ModifyVpcEndpointServiceConfiguration",
        "eks:UpdateNodegroupConfig",
        "elasticloadbalancing:ModifyTargetGroup",
        "logs:PutRetentionPolicy",
        "ssm:PutParameter",
    }


def test_a_workload_is_refreshed_and_deleted_with_them(shop: Stack, calls: set[Call]):
    calls.clear()
    shop.refresh()
    shop.destroy()
    assert outside(calls) == []
    assert steps(calls, "delete") >= {"eks:DeleteCluster", "iam:DeleteRole", "ecr:DeleteRepository", "ec2:DeleteVpc"}


def test_an_edge_is_created_with_its_one_role(world: World, prod: Stack, calls: set[Call]):
    bound(world, prod, "edge", edge_account())
    calls.clear()
    prod.up()
    assert outside(calls) == []
    assert {call.role for call in calls} == {"ingress-edge-network-role"}
    assert steps(calls, "create") >= {
        "wafv2:CreateWebACL",
        "acm:RequestCertificate",
        "s3:CreateBucket",
        "iam:CreateRole",
    }


def test_an_edge_is_changed_with_it(prod: Stack, calls: set[Call]):
    calls.clear()
    prod.set("firewall", rateLimit=1000)
    prod.set("loadBalancer", idleTimeout=70, deletionProtection=False)
    prod.up()
    assert outside(calls) == []
    assert steps(calls, "update") >= {"wafv2:UpdateWebACL", "elasticloadbalancing:ModifyLoadBalancerAttributes"}


def test_an_edge_is_refreshed_and_deleted_with_it(prod: Stack, calls: set[Call]):
    calls.clear()
    prod.refresh()
    prod.destroy()
    assert outside(calls) == []
    assert steps(calls, "delete") >= {"wafv2:DeleteWebACL", "acm:DeleteCertificate", "ec2:DeleteVpc"}
    assert {action for action in steps(calls, "delete") if action.startswith("s3:") or "LogGroup" in action} == set()


def test_an_edge_is_deployed_again_with_it_over_the_logs_that_it_left(prod: Stack, calls: set[Call]):
    calls.clear()
    prod.up()
    assert outside(calls) == []
    prod.set("logs", retainOnDelete=False)
    prod.up()
    calls.clear()
    prod.destroy()
    with_logs = {"s3:DeleteBucket", "s3:DeleteBucketPolicy", "logs:DeleteLogGroup"}
    assert {call.action for call in outside(calls)} == with_logs
    for action in with_logs:
        assert of_duty("edge-network", log_deletion=True).allow(Request(action, LOGS[action.split(":")[0]]))
