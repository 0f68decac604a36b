"""Sessions that only look: workflows that preview what nobody has merged yet, with the roles of those that deploy.

Evaluated as in `test_deployer_roles.py`; that AWS passes session tags on from role to role is its documentation's word.
"""

from __future__ import annotations

import functools
import json
import re
from typing import Any

import pulumi
import pytest

from privatelink_ingress.local.engine.runner import StackRun
from privatelink_ingress.local.iam_policies import Policies, Request
from privatelink_ingress.plan.account.deployers.previews import READ, TAG
from tests.program.test_state_access import BACKEND, KEYS
from tests.support.deployers import (
    ATTACHMENT,
    CI,
    DUTIES,
    EDGE,
    GITHUB,
    ROLE,
    SHARD_PARAMETER,
    ZONE,
    account,
    asked_by,
    named,
    of_duty,
    policies,
    trust,
)
from tests.support.programs import shard_outputs
from tests.support.shards import SERVICE

LOOKING = {f"aws:PrincipalTag/{TAG}": READ}
LOOK = re.compile(r"\w+:(Describe|Get|List)")
PREVIEWS = {**GITHUB, "previews": ["preview"]}
TEAM = {"repository": "example/blog-ingress", "branches": ["main"], "previews": ["preview"]}


@functools.cache
def run() -> StackRun:
    """An account with every kind of role, whose workflows preview."""
    attached = {"edgeStack": "prod", "endpointServices": [SERVICE], "edgeParameter": SHARD_PARAMETER, "github": TEAM}
    accepters = {"edge": {"principals": [CI], "externalId": "edge-1"}}
    edge = {
        "stacks": ["prod"],
        "hostedZoneIds": [ZONE],
        "parameterWriters": {"shop": {"connections": ["shop"], "principals": [CI], "externalId": "shop-1"}},
        "attached": {"prod-blog": attached, "prod-news": {"edgeStack": "prod", "endpointServices": [SERVICE]}},
    }
    workload = {"connections": ["shop"], "accepters": accepters}
    settings = {"trust": {"github": PREVIEWS}, "workload": workload, "edge": edge}
    return account(settings, EDGE, stacks={"organization/central-ingress/prod": shard_outputs()})


def roles() -> list[str]:
    return [one.name.removeprefix("deployers-") for one in run().of_type(ROLE)]


def tagged(requests: Any) -> list[Request]:
    """The same requests by a session that only looks."""
    return [Request(one.action, one.resource, {**one.context, **LOOKING}) for one in requests]


def assumable(role: str, **context: Any) -> set[str]:
    """Of assuming a role and tagging the session, what the role's trust allows to its previewer."""
    statements = [
        {key: one[key] for key in ("Effect", "Action", "Condition")} | {"Resource": "*"}
        for one in trust(run(), role)
        if "previewer" in str(one["Principal"])
    ]
    trusted = Policies(json.dumps({"Statement": statements}))
    actions = ("sts:AssumeRole", "sts:TagSession")
    return {action for action in actions if trusted.allow(Request(action, "*", context))}


@pytest.mark.parametrize("duty", DUTIES)
def test_a_session_that_looks_may_look_at_everything_and_change_nothing(duty: str):
    asked = tagged(asked_by(duty))
    looks = [one for one in asked if LOOK.match(one.action)]
    assert len(looks) >= 4
    assert of_duty(duty).allowed(asked) == looks


def test_every_role_of_the_account_refuses_changes_by_such_a_session():
    attachments = [one.inputs for one in run().of_type(ATTACHMENT)]
    refusing = {one["role"] for one in attachments if one["policyArn"].endswith("/ingress-read-only")}
    assert refusing == {one.inputs["name"] for one in run().of_type(ROLE)}
    assert len(refusing) == 12
    everything = Policies(json.dumps({"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}))
    changes = [Request(action, "*", LOOKING) for action in ("ec2:CreateVpc", "iam:PutRolePolicy", "s3:PutObject")]
    assert everything.refused(changes) == []
    assert [one for role in roles() for one in policies(run(), role).allowed(changes)] == []


def test_it_opens_the_states_of_its_stacks_and_writes_and_locks_none():
    for role, stack in (("deployer", "central-ingress/prod"), ("attached-prod-blog", "central-ingress/prod-blog")):
        used = tagged(BACKEND.used(stack, KEYS[stack]))
        opening = [one for one in used if one.action in ("s3:GetObject", "s3:ListBucket", "kms:Decrypt")]
        assert policies(run(), role).allowed(used) == opening
        assert len(opening) > 6


@pytest.mark.parametrize("role", ["deployer", "attached-prod-blog"])
def test_a_previewer_assumes_its_role_only_with_the_tag_and_only_if_all_further_roles_get_it(role: str):
    both = {"sts:AssumeRole", "sts:TagSession"}
    tag = {f"aws:RequestTag/{TAG}": READ}
    assert assumable(role, **tag, **{"sts:TransitiveTagKeys": [TAG]}) == both
    assert assumable(role, **tag, **{"sts:TransitiveTagKeys": ["Repository", TAG]}) == both
    assert "sts:TagSession" not in assumable(role, **tag)
    assert "sts:TagSession" not in assumable(role, **tag, **{"sts:TransitiveTagKeys": ["Repository"]})
    assert assumable(role) == set()
    assert assumable(role, **{f"aws:RequestTag/{TAG}": "write", "sts:TransitiveTagKeys": [TAG]}) == set()


@pytest.mark.parametrize(
    ("role", "previewer", "repository"),
    [
        ("deployer", "previewer", "example/ingress"),
        ("attached-prod-blog", "attached-prod-blog-previewer", "example/blog-ingress"),
    ],
)
def test_a_previewer_is_the_role_of_one_environment_and_can_do_nothing_else(role: str, previewer: str, repository: str):
    (statement,) = trust(run(), previewer)
    subjects = statement["Condition"]["StringEquals"]["token.actions.githubusercontent.com:sub"]
    assert subjects == [f"repo:{repository}:environment:preview"]
    target = named(run(), ROLE, f"deployers-{role}")
    assert named(run(), ROLE, f"deployers-{previewer}").urn in target.depends_on
    mine = policies(run(), previewer)
    assert mine.allow(Request("sts:AssumeRole", target.outputs["arn"]))
    others = [one.outputs["arn"] for one in run().of_type(ROLE) if one is not target]
    assert mine.allowed(Request("sts:AssumeRole", arn) for arn in others) == []
    assert mine.allowed(request for duty in DUTIES for request in asked_by(duty)) == []
    deploying = trust(run(), role)[0]["Condition"]["StringEquals"]["token.actions.githubusercontent.com:sub"]
    assert not [one for one in deploying if one.endswith(":environment:preview")]


def test_the_tag_goes_on_to_roles_of_duties_and_of_other_accounts():
    for role in roles():
        for statement in trust(run(), role):
            if "AWS" in statement["Principal"] and "previewer" not in str(statement["Principal"]):
                assert statement["Action"] == ["sts:AssumeRole", "sts:TagSession"], role
    network = named(run(), ROLE, "deployers-edge-network").outputs["arn"]
    assert policies(run(), "deployer").refused([Request("sts:TagSession", network, LOOKING)]) == []


def test_without_previews_there_is_no_role_for_them():
    made = account({"trust": {"github": GITHUB}, "workload": {"connections": ["shop"]}})
    assert [one.name for one in made.of_type(ROLE) if "previewer" in one.name] == []
    assert made.exports["previewer_roles"] == {}
    names = {"previewer": "ingress-previewer", "attached-prod-blog-previewer": "ingress-attached-prod-blog-previewer"}
    path = f"arn:aws:iam::{EDGE}:role/privatelink-ingress"
    assert run().exports["previewer_roles"] == {key: f"{path}/{name}" for key, name in names.items()}


def test_an_environment_that_deploys_does_not_only_look():
    with pytest.raises(pulumi.RunError, match=r"roles\.trust\.github\.previews: has production, whose jobs may deploy"):
        account({"trust": {"github": {**GITHUB, "previews": ["production"]}}, "workload": {"connections": ["shop"]}})
