"""The keys of states and secrets have a policy of their own, and the state bucket a log of who reached it.

Evaluated as in `test_deployer_roles.py`. A principal gets through only if key policy and IAM both let it.
"""

from __future__ import annotations

import functools
import json
from typing import Any

import pulumi
import pytest

from privatelink_ingress import tokens as t
from privatelink_ingress.local.engine.runner import StackRun
from privatelink_ingress.local.iam_policies import Policies, Request
from tests.support import documents
from tests.support.bootstrap import bootstrap
from tests.support.deployers import EDGE, SHARD_PARAMETER, ZONE, account, named
from tests.support.shards import SERVICE

ADMIN, CALLER = f"arn:aws:iam::{EDGE}:role/platform/admin", f"arn:aws:iam::{EDGE}:user/deployer"
"""The second one deploys the bootstrap stack in these tests."""
CI, TEAM, ANYONE = (f"arn:aws:iam::{EDGE}:role/{name}" for name in ("ci", "team-blog", "power-user"))
DEPLOYER, ATTACHED = (
    f"arn:aws:iam::{EDGE}:role/privatelink-ingress/ingress-{name}" for name in ("deployer", "attached-prod-blog")
)
ROOT = f"arn:aws:iam::{EDGE}:root"
USE = ("kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey")
MANAGE = ("kms:PutKeyPolicy", "kms:ScheduleKeyDeletion", "kms:DisableKey", "kms:CreateGrant")
KEYS = {"state": "", "secrets": "-secrets", "secrets of the team": "-secrets-attached-prod-blog"}
"""End of the resource's name."""


@functools.cache
def run(*administrators: str, principals: tuple[str, ...] = (CI,)) -> StackRun:
    attached = {"prod-blog": {"edgeStack": "prod", "endpointServices": [SERVICE], "edgeParameter": SHARD_PARAMETER}}
    attached["prod-blog"]["principals"] = [TEAM]
    roles = {
        "trust": {"principals": list(principals)},
        "edge": {"stacks": ["prod"], "hostedZoneIds": [ZONE], "attached": attached},
    }
    return account(roles, EDGE, keys=json.dumps({"administrators": administrators}))


def policy(found: StackRun, key: str) -> Policies:
    """The key's policy, whose principal is the account: its conditions say who of it."""
    document = json.loads(named(found, t.KMS_KEY, f"state{KEYS[key]}").inputs["policy"])
    assert {json.dumps(one.pop("Principal")) for one in document["Statement"]} == {json.dumps({"AWS": ROOT})}
    return Policies(json.dumps(document))


def may(found: StackRun, key: str, who: str) -> set[str]:
    """What the key's policy lets a principal do."""
    requests = [Request(action, "*", {"aws:PrincipalArn": who}) for action in (*USE, *MANAGE)]
    return {request.action for request in policy(found, key).allowed(requests)}


@pytest.mark.parametrize("key", KEYS)
def test_f7_nobody_but_administrators_and_the_deployers_of_the_domain_uses_a_key(key: str):
    users = {
        "state": {CI, DEPLOYER, TEAM, ATTACHED},
        "secrets": {CI, DEPLOYER},
        "secrets of the team": {TEAM, ATTACHED},
    }[key]
    found = run(CALLER, ADMIN)
    for who in (CI, DEPLOYER, TEAM, ATTACHED, ANYONE):
        assert may(found, key, who) == (set(USE) if who in users else set()), who
    for who in (CALLER, ADMIN, ROOT):
        assert may(found, key, who) == {*USE, *MANAGE}, who


def test_f7_a_whole_account_in_the_trust_may_use_the_keys_of_its_domain_and_not_manage_them():
    found = run(CALLER, principals=(ROOT,))
    assert may(found, "secrets", ANYONE) == set(USE)
    assert may(found, "secrets of the team", ANYONE) == set()


def test_f7_a_principal_of_another_account_uses_a_key_through_the_deployers_role_alone():
    other = "arn:aws:iam::111111111111:role/ci"
    found = run(CALLER, principals=(other,))
    assert may(found, "secrets", other) == set()
    assert may(found, "secrets", DEPLOYER) == set(USE)


def test_without_administrators_the_keys_have_the_default_policy_of_aws():
    assert [one.inputs.get("policy") for one in run().of_type(t.KMS_KEY)] == [None] * 3


def refused(**settings: Any) -> str:
    texts: dict[str, Any] = {key: json.dumps(value) for key, value in settings.items()}
    with pytest.raises(pulumi.RunError) as failed:
        bootstrap(**texts)
    return str(failed.value)


def test_a_policy_that_the_deploying_principal_could_not_change_again_is_refused():
    message = refused(keys={"administrators": [ADMIN]})
    assert f"keys.administrators: lacks {CALLER}, who deploys this stack" in message
    assert "Add it, with its path." in message


@pytest.mark.parametrize(
    ("arn", "reason"),
    [
        (ROOT, "the whole account"),
        ("arn:aws:iam::111111111111:role/admin", "of another account"),
        (f"arn:aws:iam::{EDGE}:role/*", "trusts everyone"),
        (f"arn:aws:sts::{EDGE}:assumed-role/admin/me", "a session"),
    ],
)
def test_an_administrator_is_a_role_or_user_of_the_account(arn: str, reason: str):
    message = refused(keys={"administrators": [CALLER, arn]})
    assert "keys.administrators" in message
    assert reason in message


# Server access logs

STATE, LOGS = f"pulumi-state-{EDGE}-eu-west-1", f"pulumi-state-{EDGE}-eu-west-1-access-logs"


def test_f7_who_reached_the_state_is_logged_in_a_bucket_of_its_own():
    found = bootstrap(accessLogs=json.dumps({"retentionDays": 365}))
    assert found.only(t.BUCKET_LOGGING).inputs == {
        "bucket": STATE,
        "targetBucket": LOGS,
        "targetPrefix": "state/",
    }
    target = named(found, t.BUCKET, "state-access-logs")
    assert (target.inputs["bucket"], target.protect) == (LOGS, True)
    [statement] = [
        one
        for one in json.loads(named(found, t.BUCKET_POLICY, "state-access-logs").inputs["policy"])["Statement"]
        if one["Effect"] == "Allow"
    ]
    assert statement == {
        "Sid": "ServerAccessLogs",
        "Effect": "Allow",
        "Principal": {"Service": "logging.s3.amazonaws.com"},
        "Action": "s3:PutObject",
        "Resource": f"arn:aws:s3:::{LOGS}/state/*",
        "Condition": {
            "ArnLike": {"aws:SourceArn": f"arn:aws:s3:::{STATE}"},
            "StringEquals": {"aws:SourceAccount": EDGE},
        },
    }
    # S3 delivers to no bucket with another encryption than its own.
    [rule] = named(found, t.BUCKET_ENCRYPTION, "state-access-logs").inputs["rules"]
    assert rule["applyServerSideEncryptionByDefault"] == {"sseAlgorithm": "AES256"}
    [rule] = named(found, t.BUCKET_LIFECYCLE, "state-access-logs").inputs["rules"]
    assert rule["expiration"] == {"days": 365}
    waits = {named(found, t.BUCKET_POLICY, "state-access-logs").urn}
    assert waits <= set(found.only(t.BUCKET_LOGGING).depends_on)


def test_an_existing_bucket_takes_them_as_well():
    found = bootstrap(accessLogs=json.dumps({"bucket": "central-access-logs"}))
    assert found.only(t.BUCKET_LOGGING).inputs["targetBucket"] == "central-access-logs"
    assert [one.name for one in found.of_type(t.BUCKET)] == ["state"]


def test_without_the_setting_none_are_kept():
    assert bootstrap().of_type(t.BUCKET_LOGGING) == ()


@pytest.mark.parametrize("bucket", [STATE, f"central-ingress-prod-logs-{EDGE}-eu-west-1"])
def test_the_state_bucket_and_a_log_bucket_of_the_edge_take_no_server_access_logs(bucket: str):
    edge = {"stacks": ["prod"], "hostedZoneIds": [ZONE]}
    message = refused(roles={"trust": {"principals": [CI]}, "edge": edge}, accessLogs={"bucket": bucket})
    assert f"accessLogs.bucket: is {bucket}, the state bucket itself or a log bucket of the edge." in message
    assert "Name a bucket that holds only server access logs" in message


def test_a_retention_beside_an_existing_bucket_is_refused():
    message = refused(accessLogs={"bucket": "central-access-logs", "retentionDays": 365})
    assert "accessLogs.retentionDays: has no effect beside bucket" in message


def test_the_document_shows_settings_that_run():
    blocks = [documents.yaml("state.md", f"bootstrap-{title}")[0] for title in ("keys", "access-logs")]
    given = {key.partition(":")[2]: value for block in blocks for key, value in block.items()}
    administrators: Any = given["keys"]
    administrators["administrators"].append(CALLER)
    found = bootstrap(keys=json.dumps(administrators), accessLogs=json.dumps(given["accessLogs"]))
    policy = json.loads(found.only(t.KMS_KEY).inputs["policy"])
    assert policy["Statement"][0]["Condition"]["ArnLike"]["aws:PrincipalArn"] == [
        ROOT,
        *administrators["administrators"],
    ]
    assert found.only(t.BUCKET_LOGGING).inputs["targetBucket"] == LOGS
