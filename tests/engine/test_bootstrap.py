"""An account's bootstrap stack that an earlier version deployed, brought to today's program.

The claims are told in the order of one life, on one emulated AWS: each begins where the one above it ended.
"""

from __future__ import annotations

import dataclasses
import json
from unittest import mock

import pulumi_aws as aws
import pytest

from privatelink_ingress import tokens as t
from privatelink_ingress.components.deployer_roles import DeployerRoles
from privatelink_ingress.plan.account.deployers.roles import PolicyPlan
from tests.support.engine import REGION, ROOT, Stack, World

ACCOUNT = "111111111111"
WORDS = "What an earlier version said of this policy"


def settings(*connections: str) -> dict[str, str]:
    trust = {"principals": [f"arn:aws:iam::{ACCOUNT}:role/ci"], "externalId": "shop-7f3a"}
    roles = {"trust": trust, "workload": {"connections": list(connections)}}
    return {
        "aws:region": REGION,
        "bootstrap:accountId": ACCOUNT,
        "bootstrap:owner": "team-platform",
        "bootstrap:roles": json.dumps(roles),
    }


@pytest.fixture(scope="module")
def stack(world: World) -> Stack:
    """Deployed by an earlier version, whose policies had other descriptions."""
    role(world, "ci")
    made = world.stack(
        ROOT / "bootstrap", project="bootstrap", name="shop", account_id=ACCOUNT, config=settings("shop")
    )
    policy = DeployerRoles._policy

    def earlier(component: DeployerRoles, plan: PolicyPlan) -> aws.iam.Policy:
        return policy(component, dataclasses.replace(plan, description=WORDS))

    with mock.patch.object(DeployerRoles, "_policy", earlier):
        made.up()
    return made


def role(world: World, name: str, **limits: str) -> None:
    """A role that the stack does not manage."""
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ec2.amazonaws.com"}}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam = world.cloud.session(ACCOUNT, REGION).client("iam")
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust, **limits)


def words(world: World) -> dict[str, str]:
    """Description of each policy by its ARN, as AWS has it."""
    iam = world.cloud.session(ACCOUNT, REGION).client("iam")
    arns = [one["Arn"] for one in iam.list_policies(Scope="Local")["Policies"]]
    return {arn: iam.get_policy(PolicyArn=arn)["Policy"]["Description"] for arn in arns}


def test_f11_other_descriptions_of_policies_are_no_change(world, stack):
    before = words(world)
    assert len(before) > 4
    assert set(before.values()) == {WORDS}
    assert stack.up_as_previewed().shown() == []
    assert words(world) == before


def test_f11_other_rights_update_policies_in_place_and_a_boundary_stays_on_the_roles_of_other_stacks(world, stack):
    before = words(world)
    [boundary] = [arn for arn in before if arn.endswith("-boundary")]
    role(world, "of-another-stack", PermissionsBoundary=boundary)
    stack.config = settings("shop", "blog")
    result = stack.up_as_previewed()
    assert {step.operation for step in result.of("update", "delete-replaced", "replace", "delete")} == {"update"}
    assert {step.type for step in result.of("update")} >= {t.IAM_POLICY}
    assert before.items() <= words(world).items()
    iam = world.cloud.session(ACCOUNT, REGION).client("iam")
    carried = iam.get_role(RoleName="of-another-stack")["Role"]["PermissionsBoundary"]
    assert carried["PermissionsBoundaryArn"] == boundary
    assert stack.up().shown() == []
