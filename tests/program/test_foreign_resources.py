"""No role of `bootstrap` reaches a foreign resource in its account, beyond the limits in docs/security.md.

Every action of AWS's service authorization reference, on every kind of resource and of every owner, as
`tests/support/foreign.py` generates them.
Evaluated as in `test_deployer_roles.py`: a claim about the policies, not a proof that AWS decides alike.
"""

from __future__ import annotations

import json

import pytest

from privatelink_ingress.local.iam_policies import Policies
from tests.program.test_deployer_documents import everything
from tests.support import foreign, role_limits
from tests.support.deployers import REGION, ROLE, WORKLOAD, boundary, edge_account, workload_account
from tests.support.every_role import ROLES, SHOP
from tests.support.foreign import Attempt
from tests.support.role_limits import OF_OUR_NAME


def reached(found: Policies, tried: tuple[Attempt, ...]) -> set[tuple[str, str, str]]:
    """What the policies allow, as `role_limits.py` says it: one entry for all owners where it is the same for all."""
    owners: dict[tuple[str, str], set[str]] = {}
    for one in tried:
        if found.allow(one.request) and not foreign.look_up(one.request.action):
            kind = OF_OUR_NAME if one.request.resource.endswith("role/shop-node-1a2b3c4") else one.kind
            owners.setdefault((one.request.action, kind), set()).add(one.owner)
    return {
        (action, kind, owner)
        for (action, kind), every in owners.items()
        for owner in (["anyone"] if every == set(foreign.OWNERS) else every)
    }


def test_every_kind_of_role_is_tried():
    kinds = {"attached-prod-blog": "attached", "accepter-edge": "accepter", "parameter-shop": "parameter-writer"}
    created = {one.name.removeprefix("deployers-") for one in everything().of_type(ROLE)}
    assert {kinds.get(key, key) for key in created} == set(ROLES)


@pytest.mark.parametrize("name", ROLES)
def test_a_role_reaches_a_foreign_resource_only_within_its_documented_limits(name: str):
    account_id, stack, found = ROLES[name]
    tried = foreign.of_stack(account_id, stack)
    assert len(tried) > 20_000
    assert len({one.request.action for one in tried}) > 2_500
    assert reached(found(), tried) == role_limits.of(name)


@pytest.mark.parametrize(("side", "of"), [("workload", "workload-iam"), ("edge", "edge-network")])
def test_a_role_that_a_deployer_creates_reaches_a_foreign_resource_only_within_them(side: str, of: str):
    """Whoever creates a role decides who assumes it, so a deployer can get all that the boundary allows."""
    account_id, stack, _ = ROLES[of]
    run = workload_account() if side == "workload" else edge_account()
    found = reached(boundary(run, side), foreign.of_stack(account_id, stack))
    looked_up = {"eks:describecluster", "kms:describekey", "ssm:listassociations", "ssm:listinstanceassociations"}
    assert {one for one in found if one[0] not in looked_up} == role_limits.of(f"within {side}")


def test_what_a_role_looks_up_is_never_the_content_of_something():
    """Neither objects, parameters, secrets, images and logs, nor what a key encrypts."""
    reads = ("s3:getobject", "ssm:getparameter", "secretsmanager:getsecretvalue", "kms:decrypt", "ecr:batchgetimage")
    content = {*reads, "logs:getlogevents", "logs:filterlogevents", "logs:startquery", "dynamodb:getitem"}
    assert content & foreign.LOOK_UPS == set()
    for account_id, stack, found in ROLES.values():
        read = (one for one in foreign.of_stack(account_id, stack) if one.request.action in content)
        assert [str(one) for one in read if found().allow(one.request)] == []


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
    assert reached(open_policy, foreign.of_stack(WORKLOAD, SHOP)) == hole
