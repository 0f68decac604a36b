"""Who reads and writes which stack's state, and opens whose secrets: no deployer becomes another one through it.

Evaluated as in `test_deployer_roles.py`.
"""

from __future__ import annotations

import functools
import json
from typing import Any

import pulumi
import pytest

from privatelink_ingress.local.engine.runner import StackOutputs, StackRun
from privatelink_ingress.local.iam_policies import Policies, Request
from privatelink_ingress.plan.account.deployers.grants import System
from privatelink_ingress.plan.account.deployers.packing import POLICIES_OF_A_ROLE, POLICY_CHARACTERS
from privatelink_ingress.plan.account.deployers.roles import RoleMaker
from privatelink_ingress.plan.account.deployers.state import StateBackend
from privatelink_ingress.plan.account.deployers.trust_domains import plan_state
from privatelink_ingress.regions import partition
from privatelink_ingress.settings.bootstrap import Roles
from tests.support.deployers import (
    CI,
    EDGE,
    GITHUB,
    POLICY,
    ROLE,
    SHARD_PARAMETER,
    TRUST,
    ZONE,
    account,
    named,
    policies,
)
from tests.support.programs import shard_outputs
from tests.support.shards import SERVICE
from tests.support.state_requests import Backend

BACKEND = Backend(account=EDGE, bucket=f"pulumi-state-{EDGE}-eu-west-1")
SHARED = "alias/ingress-secrets"
TEAM = f"arn:aws:iam::{EDGE}:role/team-blog"
ATTACHED: dict[str, Any] = {"edgeStack": "prod", "endpointServices": [SERVICE]}
OWN = {**ATTACHED, "edgeParameter": SHARD_PARAMETER, "principals": [TEAM], "externalId": "blog-77d0"}
KEYS = {
    "eks-service/shop": SHARED,
    "central-ingress/prod": SHARED,
    "central-ingress/prod-news": SHARED,
    "central-ingress/prod-blog": f"{SHARED}-prod-blog",
    "central-ingress/prod-wiki": f"{SHARED}-prod-wiki",
    "bootstrap/edge": BACKEND.alias,
}
"""The alias of the key of each stack's secrets."""

DEPLOYERS = {
    "workload": ["eks-service/shop"],
    "edge": ["central-ingress/prod", "central-ingress/prod-news"],
    "attached-prod-blog": ["central-ingress/prod-blog"],
    "attached-prod-wiki": ["central-ingress/prod-wiki"],
}
"""The stacks of each."""


@functools.cache
def run() -> StackRun:
    """One account with both sides, an attached stack of the same people, and two of other teams."""
    settings = {
        "trust": {**TRUST, "github": GITHUB},
        "workload": {
            "connections": ["shop"],
            "accepters": {"edge": {"principals": [CI], "externalId": "edge-1"}},
        },
        "edge": {
            "stacks": ["prod"],
            "hostedZoneIds": [ZONE],
            "parameterWriters": {"shop": {"connections": ["shop"], "principals": [CI], "externalId": "shop-1"}},
            "attached": {"prod-news": ATTACHED, "prod-blog": OWN, "prod-wiki": OWN},
        },
    }
    return account(settings, EDGE, stacks={"organization/central-ingress/prod": shard_outputs()})


def documents(deployer: str, of: StackRun | None = None) -> list[str]:
    """The state policies of a deployer, found through the output that names them."""
    of = of or run()
    arns = of.exports["state_policy_arns"][deployer]
    found = [one.inputs["policy"] for one in of.of_type(POLICY) if one.outputs["arn"] in arns]
    assert len(found) == len(arns) > 0
    return found


def role_names() -> list[str]:
    return [one.name.removeprefix("deployers-") for one in run().of_type(ROLE)]


def only_on_stacks(requests: list[Request]) -> list[Request]:
    """Without those on what all stacks share: the list of objects, the layout, and the bucket's key through S3."""
    shared = [BACKEND.listing(), *BACKEND.opened()]
    shared += [BACKEND.key(action, BACKEND.alias, via="s3") for action in ("Decrypt", "GenerateDataKey")]
    return [one for one in requests if one not in shared]


@pytest.mark.parametrize("deployer", DEPLOYERS)
def test_a_deployer_may_do_all_that_pulumi_does_with_its_stacks(deployer: str):
    asked = [request for stack in DEPLOYERS[deployer] for request in BACKEND.used(stack, KEYS[stack])]
    assert len(asked) > 20
    assert Policies(*documents(deployer)).refused(asked) == []


@pytest.mark.parametrize("deployer", DEPLOYERS)
def test_a_deployer_touches_no_other_stack(deployer: str):
    referred = [request for stack in DEPLOYERS["workload"] for request in BACKEND.referred(stack, KEYS[stack])]
    own = [request for stack in DEPLOYERS[deployer] for request in BACKEND.used(stack, KEYS[stack])]
    mine = own + (referred if deployer == "edge" else [])
    # Whoever reads a state may read its last version.
    mine += [Request(one.action, f"{one.resource}.bak") for one in referred if deployer == "edge"]
    others = [
        request for stack in KEYS for request in only_on_stacks(BACKEND.used(stack, KEYS[stack])) if request not in mine
    ]
    assert len(others) > 60
    assert Policies(*documents(deployer)).allowed(others) == []


def test_the_edge_reads_the_workloads_that_it_refers_to_and_writes_none():
    edge = Policies(*documents("edge"))
    assert edge.refused(BACKEND.referred("eks-service/shop", SHARED)) == []
    changes = ("s3:PutObject", "s3:DeleteObject")
    written = [one for one in BACKEND.used("eks-service/shop", SHARED) if one.action in changes]
    assert len(written) >= 10
    assert edge.allowed(only_on_stacks(written)) == []


@pytest.mark.parametrize("name", ["shop-eu", "sho", "shop2", "blog"])
def test_a_name_that_begins_or_ends_alike_is_another_stack(name: str):
    others = only_on_stacks(BACKEND.used(f"eks-service/{name}", "alias/another"))
    assert Policies(*documents("workload")).allowed(others) == []


FULL_S3 = json.dumps({"Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]})


@pytest.mark.parametrize("deployer", DEPLOYERS)
def test_even_with_full_access_to_s3_a_deployer_does_not_touch_the_bootstrap_stack_or_the_layout(deployer: str):
    asked = [one for one in only_on_stacks(BACKEND.used("bootstrap/edge", BACKEND.alias)) if one.action[:3] == "s3:"]
    asked += [Request(f"s3:{action}Object", f"{BACKEND.url}/.pulumi/meta.yaml") for action in ("Put", "Delete")]
    assert len(asked) >= 18
    assert Policies(FULL_S3).refused(asked) == []
    assert Policies(FULL_S3, *documents(deployer)).allowed(asked) == []


def test_the_bucket_itself_refuses_every_role_that_deploys_whatever_is_attached_to_it():
    """A bucket's policy counts like the role's own when it denies."""
    bucket = json.loads(run().only("aws:s3/bucketPolicy:BucketPolicy").inputs["policy"])["Statement"]
    denials = [{key: one[key] for key in ("Effect", "Action", "Resource", "Condition")} for one in bucket[1:]]
    everyone = Policies(FULL_S3, json.dumps({"Statement": denials}))
    used = only_on_stacks(BACKEND.used("bootstrap/edge", BACKEND.alias))
    keys = [one.resource for one in used if one.action.startswith("s3:")]
    keys += [f"{BACKEND.url}/.pulumi/meta.yaml"]

    def asked(principal: str) -> list[Request]:
        return [Request("s3:PutObject", key, {"aws:PrincipalArn": principal}) for key in keys]

    roles = [one.outputs["arn"] for one in run().of_type(ROLE)]
    assert len(roles) == 11
    assert [one for role in roles for one in everyone.allowed(asked(role))] == []
    assert everyone.refused(asked(f"arn:aws:iam::{EDGE}:role/administrator")) == []
    layout = Request("s3:GetObject", f"{BACKEND.url}/.pulumi/meta.yaml", {"aws:PrincipalArn": roles[0]})
    assert everyone.allow(layout)


@pytest.mark.parametrize("deployer", DEPLOYERS)
def test_the_key_of_the_bucket_opens_objects_but_no_secrets(deployer: str):
    mine = Policies(*documents(deployer))
    assert mine.allow(BACKEND.key("Decrypt", BACKEND.alias, via="s3"))
    refused = [
        BACKEND.key("Decrypt", BACKEND.alias),
        BACKEND.key("Encrypt", BACKEND.alias),
        BACKEND.key("Decrypt", BACKEND.alias, via="secretsmanager"),
        BACKEND.key("Decrypt", "alias/another", via="s3"),
    ]
    assert mine.allowed(refused) == []


def test_each_trust_domain_has_a_secrets_key_of_its_own_and_the_outputs_name_them():
    keys = {one.name: one.inputs for one in run().of_type("aws:kms/key:Key")}
    teams = {f"state-secrets-attached-{stack}" for stack in ("prod-blog", "prod-wiki")}
    assert set(keys) == {"state", "state-secrets", *teams}
    assert all(one["enableKeyRotation"] for one in keys.values())
    aliases = {one.inputs["name"]: one.inputs["targetKeyId"] for one in run().of_type("aws:kms/alias:Alias")}
    assert set(aliases) == set(KEYS.values())
    assert aliases[SHARED] == "key-of-state-secrets"
    assert len(set(aliases.values())) == 4
    assert run().exports["secrets_provider"] == f"awskms://{BACKEND.alias}?region=eu-west-1"
    assert run().exports["secrets_providers"] == {
        deployer: f"awskms://{KEYS[stacks[0]]}?region=eu-west-1" for deployer, stacks in DEPLOYERS.items()
    }


def test_a_role_has_the_state_of_what_it_deploys_alone():
    """The duties' roles are assumed by providers, which need no state; workflows have that of all their stacks."""
    asked = {stack: only_on_stacks(BACKEND.used(stack, alias)) for stack, alias in KEYS.items()}
    able = {
        role: {stack for stack, requests in asked.items() if policies(run(), role).refused(requests) == []}
        for role in role_names()
    }
    assert {role: stacks for role, stacks in able.items() if stacks} == {
        "deployer": {*DEPLOYERS["workload"], *DEPLOYERS["edge"]},
        "attached-prod-blog": {"central-ingress/prod-blog"},
        "attached-prod-wiki": {"central-ingress/prod-wiki"},
    }
    tried = 0
    for role, stacks in able.items():
        others = [one for stack, requests in asked.items() if stack not in stacks for one in requests]
        mine = [one for stack in stacks for one in asked[stack]]
        others = [one for one in others if one not in mine]
        assert policies(run(), role).allowed(others) == [], role
        tried += len(others)
    assert tried > 500


def test_an_own_github_repository_deploys_its_attached_stack_and_nothing_else():
    team = {"repository": "example/blog-ingress", "branches": ["main"]}
    settings = {
        "trust": TRUST,
        "edge": {
            "stacks": ["prod"],
            "hostedZoneIds": [ZONE],
            "attached": {"prod-blog": {**ATTACHED, "edgeParameter": SHARD_PARAMETER, "github": team}},
        },
    }
    made = account(settings, EDGE, stacks={"organization/central-ingress/prod": shard_outputs()})
    assert len(made.of_type("aws:iam/openIdConnectProvider:OpenIdConnectProvider")) == 1
    role = named(made, ROLE, "deployers-attached-prod-blog")
    (statement,) = json.loads(role.inputs["assumeRolePolicy"])["Statement"]
    assert statement["Condition"]["StringEquals"]["token.actions.githubusercontent.com:sub"] == [
        "repo:example/blog-ingress:ref:refs/heads/main"
    ]
    blog = BACKEND.used("central-ingress/prod-blog", KEYS["central-ingress/prod-blog"])
    assert policies(made, "attached-prod-blog").refused(blog) == []


# Sizes and names


def many(count: int, **more: Any) -> dict[str, Any]:
    stacks = [f"prod-{number}" for number in range(count)]
    return {"trust": {"github": GITHUB}, "edge": {"stacks": stacks, "hostedZoneIds": [ZONE], **more}}


def of_the_edge(settings: dict[str, Any], *, bucket: str = BACKEND.bucket, region: str = "eu-west-1") -> list[str]:
    roles = Roles.model_validate_json(json.dumps(settings))
    system = System(partition=partition(region), account=EDGE, region=region, stacks=())
    backend = StateBackend(bucket=bucket, key_alias=BACKEND.alias)
    planned = plan_state(roles, RoleMaker(system=system, prefix=roles.prefix), backend)
    return [policy.document for policy in planned.policies["edge"]]


def test_the_longest_names_fit_iams_limit():
    """Of a bucket, a prefix and a partition; and stack names of 30 characters."""
    stacks = [f"prod-{'x' * 23}-{number}" for number in range(6)]
    settings = {"trust": TRUST, "prefix": "p" * 30, "edge": {"stacks": stacks, "hostedZoneIds": [ZONE]}}
    (text,) = of_the_edge(settings, bucket="b" * 63, region="us-gov-west-1")
    assert POLICY_CHARACTERS * 3 / 4 < len(text) <= POLICY_CHARACTERS


def test_a_further_stack_changes_no_policy_of_the_others():
    seven, eight = of_the_edge(many(7)), of_the_edge(many(8))
    assert len(seven) == len(eight) == 2
    assert seven[0] == eight[0]


def test_more_stacks_than_one_role_has_policies_for_are_refused_with_the_way_out():
    attached = {f"team-{number}": ATTACHED for number in range(60)}
    with pytest.raises(pulumi.RunError) as error:
        account(many(1, attached=attached), EDGE, stacks={"organization/central-ingress/prod": shard_outputs()})
    text = str(error.value)
    assert f"needs 13 policies, but a role takes {POLICIES_OF_A_ROLE}" in text
    assert "Give attached stacks principals or github of their own." in text


def test_two_systems_of_one_account_share_neither_bucket_nor_key():
    def names(prefix: str) -> set[str]:
        made = account({"prefix": prefix, **many(1)}, EDGE)
        aliases = {one.inputs["name"] for one in made.of_type("aws:kms/alias:Alias")}
        return {*aliases, made.only("aws:s3/bucket:Bucket").inputs["bucket"]}

    assert len(names("one")) == 3
    assert names("one") & names("ingress") == set()


def test_a_log_bucket_that_holds_states_is_refused():
    settings = many(1, logBuckets=[BACKEND.bucket])
    with pytest.raises(
        pulumi.RunError, match=r"roles\.edge\.logBuckets: has pulumi-state-.*, the bucket of the states"
    ):
        account(settings, EDGE)


def test_outputs_are_plain():
    assert run().secret_exports == frozenset()
    assert StackOutputs(run().exports).values["state_policy_arns"]["workload"]
