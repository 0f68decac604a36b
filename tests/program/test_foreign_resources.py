"""No role of `bootstrap` reaches anything of someone else's in its account, but for the limits in docs/bootstrap.md.

Every action of AWS's service authorization reference, on every kind of resource and of every owner, as
`tests/support/foreign.py` generates them.
Evaluated as in `test_deployer_roles.py`: a claim about the policies, not a proof that AWS decides alike.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable

import pytest

from privatelink_ingress.local.engine.runner import StackRun
from tests.program.test_attached_roles import role as attached_role
from tests.support import foreign
from tests.support.deployers import CI, DUTIES, EDGE, GITHUB, REGION, TRUST, WORKLOAD, ZONE, account, of_duty, policies
from tests.support.foreign import SERVICE, Attempt
from tests.support.iam_policies import Policies, Request

SHOP, PROD, BLOG = "eks-service/shop", "central-ingress/prod", "central-ingress/prod-blog"


@functools.cache
def accepter() -> Policies:
    accepters = {"edge": {"principals": [CI]}}
    return policies(
        account({"trust": TRUST, "workload": {"connections": ["shop"], "accepters": accepters}}), "accepter-edge"
    )


@functools.cache
def writer() -> Policies:
    return policies(edge(), "parameter-shop")


@functools.cache
def deployer() -> Policies:
    return policies(account({"trust": {"github": GITHUB}, "workload": {"connections": ["shop"]}}), "deployer")


@functools.cache
def edge() -> StackRun:
    writers = {"shop": {"connections": ["shop"], "principals": [CI]}}
    return account(
        {"trust": TRUST, "edge": {"stacks": ["prod"], "hostedZoneIds": [ZONE], "parameterWriters": writers}}, EDGE
    )


ROLES: dict[str, tuple[str, str, Callable[[], Policies]]] = {
    **{duty: (WORKLOAD, SHOP, functools.partial(of_duty, duty)) for duty in DUTIES if duty.startswith("workload")},
    "edge-network": (EDGE, PROD, functools.partial(of_duty, "edge-network")),
    "attached": (EDGE, BLOG, attached_role),
    "accepter": (WORKLOAD, SHOP, accepter),
    "parameter-writer": (EDGE, SHOP, writer),
    "deployer": (WORKLOAD, SHOP, deployer),
}
"""Account, stack and policies of each role."""

OF_OUR_NAME = "role of our form of name"

LIMITS: dict[str, set[tuple[str, str, str]]] = {
    "workload-network": {
        ("ec2:createtags", "security-group", "nobody"),
        ("route53:associatevpcwithhostedzone", "hostedzone", "anyone"),
    },
    "workload-iam": {("iam:tagrole", OF_OUR_NAME, "nobody")},
    "workload-eks": {("iam:passrole", OF_OUR_NAME, "anyone"), ("eks:createcluster", "", "anyone")},
    "edge-network": {
        ("ec2:createtags", "security-group", "nobody"),
        ("acm:addtagstocertificate", "certificate", "nobody"),
        ("logs:tagresource", "delivery", "nobody"),
        ("acm:requestcertificate", "", "anyone"),
        ("elasticloadbalancing:allowvendedlogdeliveryforresource", "", "anyone"),
        ("elasticloadbalancing:setwebacl", "", "anyone"),
        ("logs:createlogdelivery", "", "anyone"),
        ("logs:deletelogdelivery", "", "anyone"),
        ("logs:putresourcepolicy", "", "anyone"),
    },
    "attached": {
        ("acm:addtagstocertificate", "certificate", "nobody"),
        ("acm:requestcertificate", "", "anyone"),
    },
}
"""What each role may do all the same: action, kind of resource (none where AWS checks none), owner."""

LOOK_UPS = {
    "autoscaling:describeautoscalinggroups",
    "cloudwatch:getmetricdata",
    "ecr:describerepositories",
    "ecr:getauthorizationtoken",
    "eks:describeaddonversions",
    "eks:listclusters",
    "iam:getrole",
    "iam:getrolepolicy",
    "iam:listattachedrolepolicies",
    "iam:listinstanceprofilesforrole",
    "iam:listrolepolicies",
    "logs:describeloggroups",
    "logs:describeresourcepolicies",
    "route53:getchange",
    "ssm:describeparameters",
}
"""Beside `Describe` of EC2 and Elastic Load Balancing, what some role may look up about things of others."""


@functools.cache
def attempts(account_id: str, stack: str) -> tuple[Attempt, ...]:
    tags = {"ManagedBy": "privatelink-ingress", "Name": "mine", "Stack": stack}
    return tuple(foreign.attempts(account_id, REGION, tags))


def look_up(action: str) -> bool:
    return action in LOOK_UPS or action.startswith(("ec2:describe", "elasticloadbalancing:describe"))


def reached(found: Policies, tried: tuple[Attempt, ...]) -> set[tuple[str, str, str]]:
    """What the policies allow, as `LIMITS` says it: one entry for all owners where it is the same for all."""
    owners: dict[tuple[str, str], set[str]] = {}
    for one in tried:
        if found.allow(one.request) and not look_up(one.request.action):
            kind = OF_OUR_NAME if one.request.resource.endswith("role/shop-node-1a2b3c4") else one.kind
            owners.setdefault((one.request.action, kind), set()).add(one.owner)
    return {
        (action, kind, owner)
        for (action, kind), every in owners.items()
        for owner in (["anyone"] if every == set(foreign.OWNERS) else every)
    }


@pytest.mark.parametrize("name", ROLES)
def test_a_role_reaches_nothing_of_someone_elses_but_its_documented_limits(name: str):
    account_id, stack, found = ROLES[name]
    tried = attempts(account_id, stack)
    assert len(tried) > 20_000
    assert len({one.request.action for one in tried}) > 2_500
    assert reached(found(), tried) == LIMITS.get(name, set())


def test_what_a_role_looks_up_is_never_the_content_of_something():
    """Neither objects, parameters, secrets, images and logs, nor what a key encrypts."""
    reads = ("s3:getobject", "ssm:getparameter", "secretsmanager:getsecretvalue", "kms:decrypt", "ecr:batchgetimage")
    content = {*reads, "logs:getlogevents", "logs:filterlogevents", "logs:startquery", "dynamodb:getitem"}
    assert content & LOOK_UPS == set()
    for account_id, stack, found in ROLES.values():
        read = (one for one in attempts(account_id, stack) if one.request.action in content)
        assert [str(one) for one in read if found().allow(one.request)] == []


# The calls of the security measurement that were allowed, by its finding


def on(arn: str, *actions: str, tags: dict[str, str] | None = None, **context: str) -> list[Request]:
    named = {key.replace("__", ":"): value for key, value in context.items()}
    known = {f"aws:ResourceTag/{key}": value for key, value in (tags or {}).items()}
    return [Request(action, arn, named | known) for action in actions]


def of_account(account_id: str, stack: str) -> dict[str, list[Request]]:
    ec2, elb = f"arn:aws:ec2:{REGION}:{account_id}", f"arn:aws:elasticloadbalancing:{REGION}:{account_id}"
    asked = {"aws:RequestTag/ManagedBy": "privatelink-ingress", "aws:RequestTag/Stack": stack}
    kinds = ("vpc", "subnet", "route-table", "vpc-endpoint", "vpc-endpoint-service", "vpc-flow-log", "launch-template")
    balancing = (
        "loadbalancer/net/a/1",
        "loadbalancer/app/a/1",
        "listener/app/a/1/2",
        "listener-rule/app/a/1/2/3",
        "targetgroup/a/1",
    )
    roles = [f"arn:aws:iam::{account_id}:role/{name}" for name in ("shop-node-role", "edge-network-flow-logs-role")]
    launched = {"ec2:LaunchTemplate": f"{ec2}:launch-template/lt-1"}
    changing = ("UpdateAssumeRolePolicy", "DeleteRole", "TagRole", "PutRolePolicy", "AttachRolePolicy", "PassRole")
    return {
        "F2 adopt by tagging": [
            *(Request("ec2:CreateTags", f"{ec2}:{kind}/x-1", asked) for kind in kinds),
            *(
                Request("ec2:CreateTags", f"{ec2}:security-group/sg-1", asked | {"aws:ResourceTag/Name": name})
                for name in ("by-hand", "eks-cluster-sg-platform")
            ),
            *(Request("elasticloadbalancing:AddTags", f"{elb}:{path}", asked) for path in balancing),
            Request(
                "acm:AddTagsToCertificate",
                f"arn:aws:acm:{REGION}:{account_id}:certificate/1",
                asked | {"aws:ResourceTag/Name": "by-hand"},
            ),
            Request(
                "logs:TagResource",
                f"arn:aws:logs:{REGION}:{account_id}:delivery:1",
                asked | {"aws:ResourceTag/Name": "by-hand"},
            ),
        ],
        "F3 roles without the boundary": [
            Request(f"iam:{action}", role, asked | {"iam:PassedToService": "ec2.amazonaws.com"})
            for role in roles
            for action in changing
        ],
        "F4 instances in other subnets": [
            *(Request("ec2:RunInstances", f"{ec2}:{kind}/x-1", launched) for kind in ("subnet", "security-group")),
            Request(
                "ec2:RunInstances",
                f"{ec2}:security-group/x-1",
                launched | {"aws:ResourceTag/aws:eks:cluster-name": "platform"},
            ),
            *(
                Request("ec2:RunInstances", f"arn:aws:ec2:{REGION}::image/ami-1", launched | {"ec2:Owner": owner})
                for owner in (account_id, "333333333333", "aws-marketplace")
            ),
        ],
        "F5 endpoints to other services": [
            foreign.connecting(account_id, REGION, {"ManagedBy": "privatelink-ingress", "Stack": stack})
        ],
        "F18 hosted zones of other Regions": on(
            "arn:aws:route53:::hostedzone/Z1",
            "route53:AssociateVPCWithHostedZone",
            route53__VPCs="VPCId=vpc-1,VPCRegion=us-east-1",
        ),
    }


FINDINGS = tuple(of_account(WORKLOAD, SHOP))


@pytest.mark.parametrize("finding", FINDINGS)
@pytest.mark.parametrize("name", ROLES)
def test_no_role_may_make_a_call_that_the_security_measurement_found_allowed(name: str, finding: str):
    account_id, stack, found = ROLES[name]
    assert found().allowed(of_account(account_id, stack)[finding]) == []


def test_the_edge_connects_to_the_services_of_its_contracts_and_an_attached_stack_to_its_own():
    """What denies `F5` allows the service that is named."""
    for name in ("edge-network", "attached"):
        account_id, stack, found = ROLES[name]
        refused = foreign.connecting(account_id, REGION, {"ManagedBy": "privatelink-ingress", "Stack": stack})
        assert refused.context["ec2:VpceServiceName"] == SERVICE
        named = next(
            value
            for statement in found().statements
            for value in statement.get("Condition", {}).get("StringEquals", {}).get("ec2:VpceServiceName", ())
        )
        assert found().allow(
            Request(refused.action, refused.resource, {**refused.context, "ec2:VpceServiceName": named})
        )


# That the search finds a hole


@pytest.mark.parametrize(
    ("statement", "hole"),
    [
        (
            {
                "Action": ["ec2:CreateTags"],
                "Resource": [f"arn:aws:ec2:{REGION}:{WORKLOAD}:vpc/*"],
                "Condition": {
                    "StringEquals": {"aws:RequestTag/Stack": [SHOP]},
                    "StringEqualsIfExists": {"aws:ResourceTag/Stack": [SHOP]},
                },
            },
            {("ec2:createtags", "vpc", owner) for owner in ("EKS", "Terraform", "a person", "nobody")},
        ),
        (
            {"Action": ["iam:UpdateAssumeRolePolicy"], "Resource": [f"arn:aws:iam::{WORKLOAD}:role/shop-node-*"]},
            {
                ("iam:updateassumerolepolicy", "role", "anyone"),
                ("iam:updateassumerolepolicy", OF_OUR_NAME, "anyone"),
            },
        ),
        (
            {
                "Action": ["ec2:RunInstances"],
                "Resource": [f"arn:aws:ec2:{REGION}:{WORKLOAD}:subnet/*", f"arn:aws:ec2:{REGION}::image/*"],
                "Condition": {"ArnLike": {"ec2:LaunchTemplate": f"arn:aws:ec2:{REGION}:{WORKLOAD}:launch-template/*"}},
            },
            {("ec2:runinstances", kind, "anyone") for kind in ("subnet", "image")},
        ),
    ],
)
def test_the_search_finds_a_statement_that_reaches_too_far(
    statement: dict[str, object], hole: set[tuple[str, str, str]]
):
    open_policy = Policies(json.dumps({"Statement": [{"Effect": "Allow", **statement}]}))
    assert reached(open_policy, attempts(WORKLOAD, SHOP)) == hole
