"""What a bootstrap stack file may say of roles, and what is wrong is told at its key."""

from __future__ import annotations

import json
from typing import Any

import pytest

from privatelink_ingress.plan.account.bootstrap import plan_bootstrap
from privatelink_ingress.plan.account.deployers import DeployersPlan
from privatelink_ingress.plan.account.deployers import attached as attached_plan
from privatelink_ingress.plan.account.deployers.packing import documents
from privatelink_ingress.problems import UserError
from privatelink_ingress.settings.attached_roles import MOST_SERVICES
from privatelink_ingress.settings.bootstrap import BootstrapSettings
from privatelink_ingress.settings.load import SettingsError, load
from tests.support.shards import SERVICE, SHARD

ROLE = "arn:aws:iam::111111111111:role/ci"
WORKLOAD = {"connections": ["shop"]}
EDGE = {"stacks": ["prod"], "hostedZoneIds": ["Z0123456789ABC"]}


def settings(roles: dict[str, Any], **more: str) -> BootstrapSettings:
    values = {"accountId": "111111111111", "owner": "team-platform", "roles": json.dumps(roles), **more}
    return load(BootstrapSettings, values, project="bootstrap", stack="workload")


def trusting(**trust: Any) -> dict[str, Any]:
    return {"trust": trust, "workload": WORKLOAD}


def problem(roles: dict[str, Any], **more: str) -> tuple[str, str, str]:
    with pytest.raises(SettingsError) as caught:
        settings(roles, **more)
    (found,) = caught.value.problems
    return found.where, found.reason, found.remedy


def test_a_session_is_refused_with_the_role_to_write_instead():
    where, what, fix = problem(trusting(principals=["arn:aws:sts::111111111111:assumed-role/Admin/alice"]))
    assert where == "roles.trust.principals[0]"
    assert "a session: the next session has another name and would not be trusted" in what
    assert fix == "Write the role behind it: arn:aws:iam::<account>:role/<path>/Admin."


@pytest.mark.parametrize("everybody", ["*", "arn:aws:iam::111111111111:role/*", "arn:aws:iam::*"])
def test_everybody_is_refused(everybody: str):
    where, what, _ = problem(trusting(principals=[everybody]))
    assert where == "roles.trust.principals[0]"
    assert "which trusts everyone" in what


@pytest.mark.parametrize("principal", ["111111111111", "arn:aws:iam::1:role/ci", "arn:aws:s3:::bucket", "alice"])
def test_a_principal_is_an_arn_of_a_role_user_or_account(principal: str):
    where, _, fix = problem(trusting(principals=[principal]))
    assert where == "roles.trust.principals[0]"
    assert fix == "Write the ARN of a role or user, or arn:aws:iam::<account>:root."


def test_a_role_with_a_path_is_a_principal():
    arn = "arn:aws:iam::111111111111:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Deploy_0a1b2c"
    trust = settings(trusting(principals=[arn])).roles.trust
    assert trust is not None
    assert trust.principals == (arn,)


@pytest.mark.parametrize("repository", ["ingress", "/ingress", "example/", "example/*", "*/ingress", "a/b/c"])
def test_a_repository_has_an_owner_and_no_wildcard(repository: str):
    where, _, fix = problem(trusting(github={"repository": repository, "branches": ["main"]}))
    assert where == "roles.trust.github.repository"
    assert fix == "Write <owner>/<repository>, such as example/ingress."


@pytest.mark.parametrize("branch", ["*", "release/*", "", "-x", "a b"])
def test_a_branch_has_no_wildcard(branch: str):
    assert problem(trusting(github={"repository": "example/ingress", "branches": [branch]}))[0] == (
        "roles.trust.github.branches[0]"
    )


def test_a_repository_without_branches_and_environments_would_let_in_every_pull_request():
    where, what, _ = problem(trusting(github={"repository": "example/ingress"}))
    assert (where, "every pull request" in what) == ("roles.trust.github", True)


def test_trust_without_anybody_trust_without_a_side_and_a_side_without_trust_are_refused():
    assert problem(trusting())[:2] == ("roles.trust", "names no one to trust")
    assert problem({"trust": {"principals": [ROLE]}})[:2] == ("roles", "has neither workload nor edge")
    assert problem({"workload": WORKLOAD})[:2] == ("roles.trust", "is missing")


def test_the_edge_names_the_zones_that_it_may_write():
    assert problem({"trust": {"principals": [ROLE]}, "edge": {"stacks": ["prod"]}})[0] == "roles.edge.hostedZoneIds"


def test_a_writer_of_contracts_names_its_connections():
    edge = {**EDGE, "parameterWriters": {"shop": {"principals": [ROLE]}}}
    where = problem({"trust": {"principals": [ROLE]}, "edge": edge})[0]
    assert where == "roles.edge.parameterWriters.shop.connections"


def test_nobody_but_the_edge_writes_contracts_of_shards():
    shards = "/central-ingress/shards"
    writer = {"connections": ["prod"], "principals": [ROLE], "parameterPrefix": shards}
    where, reason, _ = problem(
        {"trust": {"principals": [ROLE]}, "edge": {**EDGE, "parameterWriters": {"shop": writer}}}
    )
    assert where == "roles.edge.parameterWriters.shop.parameterPrefix"
    assert reason.startswith(f"is {shards}, the edge's shardPrefix: a connection with a shard's name would write")
    both = {"trust": {"principals": [ROLE]}, "workload": {**WORKLOAD, "parameterPrefix": shards}, "edge": EDGE}
    assert problem(both)[0] == "roles.workload.parameterPrefix"


@pytest.mark.parametrize("bucket", ["Our-State", "a", "state_1", "-state"])
def test_the_bucket_name_is_valid(bucket: str):
    assert problem({}, bucket=bucket)[0] == "bucket"


@pytest.mark.parametrize("prefix", ["Ingress", "1st", "a--b", "x" * 31])
def test_a_prefix_fits_the_names_of_iam(prefix: str):
    assert problem({**trusting(principals=[ROLE]), "prefix": prefix})[0] == "roles.prefix"


LONG = [f"{letter}{'x' * 29}" for letter in "abcdefghij"]


def planned(roles: dict[str, Any]) -> DeployersPlan:
    plan = plan_bootstrap(settings(roles), region="eu-west-1", tags={})
    assert plan.deployers
    return plan.deployers


def most(side: str, **settings_of_side: Any) -> dict[str, int]:
    """The policies of each role of a side, of which none is longer than IAM takes."""
    roles = {"trust": {"principals": [ROLE]}, side: settings_of_side}
    plan = planned(roles)
    assert max(len(policy.document) for role in plan.roles for policy in role.policies) <= 6144
    return {role.key: len(role.policies) for role in plan.roles}


def test_the_most_connections_with_the_longest_names_fit_the_policies_of_iam():
    assert most("workload", connections=LONG, stacks=LONG) == {
        "workload-network": 6,
        "workload-iam": 6,
        "workload-ecr": 1,
        "workload-eks": 6,
    }


def test_the_most_services_of_a_shard_fit_the_policies_of_iam():
    services = [f"com.amazonaws.vpce.ap-northeast-1.vpce-svc-{number:017x}" for number in range(MOST_SERVICES)]
    assert most("edge", **EDGE, endpointServices=services) == {"edge-network": 9}


def test_the_most_services_of_an_attached_stack_fit_the_policies_of_iam():
    services = [f"com.amazonaws.vpce.ap-northeast-1.vpce-svc-{number:017x}" for number in range(MOST_SERVICES)]
    grants = attached_plan.grants(SHARD, "x" * 30, services)
    texts = documents(grant for of_type in grants.values() for grant in of_type)
    # One place is left for the policy of the stack's state.
    assert max(map(len, texts.values())) <= 6144
    assert len(texts) == 6


def test_a_role_that_needs_more_policies_than_iam_attaches_is_refused_before_anything_is_registered():
    many = [f"zone{number:03}" for number in range(4000)]
    roles = {"trust": {"principals": [ROLE]}, "workload": {"connections": ["shop"], "repositories": many}}
    with pytest.raises(UserError) as error:
        planned(roles)
    assert [(one.where, one.reason) for one in error.value.problems] == [
        (
            "roles",
            "name so many stacks, connections, zones or endpoint services that role ingress-workload-ecr-access needs "
            "65 policies, but IAM attaches 10",
        )
    ]


def test_no_roles_are_planned_without_a_side():
    planned = plan_bootstrap(settings({}), region="eu-west-1", tags={})
    assert planned.deployers is None


def attached(**entry: Any) -> dict[str, Any]:
    entry = {"endpointServices": [SERVICE], **entry}
    return {"trust": {"principals": [ROLE]}, "edge": {**EDGE, "attached": {"prod-blog": entry}}}


def test_an_attached_stack_names_its_shard():
    where, _, _ = problem(attached(principals=[ROLE]))
    assert where == "roles.edge.attached.prod-blog.edgeStack"


def test_an_external_id_of_an_attached_stack_is_said_by_its_own_principals():
    assert problem(attached(edgeStack="prod", externalId="blog-11")) == (
        "roles.edge.attached.prod-blog.externalId",
        "has no effect without principals",
        "Remove it: trust has an external id of its own.",
    )


def test_everybody_is_refused_for_an_attached_stack_too():
    where, what, _ = problem(attached(edgeStack="prod", principals=["*"]))
    assert where == "roles.edge.attached.prod-blog.principals[0]"
    assert "which trusts everyone" in what


def test_a_stack_with_a_load_balancer_is_not_attached_as_well():
    entry = {"edgeStack": "prod", "endpointServices": [SERVICE]}
    roles = {"trust": {"principals": [ROLE]}, "edge": {**EDGE, "attached": {"prod": entry}}}
    assert problem(roles) == (
        "roles.edge.attached.prod",
        "is in stacks too, whose role may change everything in prod",
        "Remove it there: stacks are those with a load balancer.",
    )
