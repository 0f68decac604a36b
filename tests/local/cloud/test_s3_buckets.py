"""Buckets of the emulated AWS: names, defaults, and policies about the bucket itself."""

from __future__ import annotations

import json

import pytest

from privatelink_ingress import tokens as t
from privatelink_ingress.local.adapters import readings
from privatelink_ingress.local.adapters.base import AdapterError
from privatelink_ingress.local.adapters.table import adapter_for
from privatelink_ingress.local.cloud.session import Session
from tests.support.edge_world import bucket, bucket_policy, refused


@pytest.mark.parametrize("name", ["Bad_Name", "Upper", "a..b", "192.168.5.4", "xn--bucket", "edge-s3alias", "-edge"])
def test_a_name_that_aws_refuses_is_refused(edge: Session, name: str) -> None:
    with refused("InvalidBucketName"):
        bucket(edge, name)


def test_a_new_bucket_is_encrypted_closed_and_without_acls(edge: Session) -> None:
    name, s3 = bucket(edge), edge.client("s3")
    rules = s3.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rules[0]["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}
    block = s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"]
    assert set(block.values()) == {True}
    assert len(block) == 4
    ownership = s3.get_bucket_ownership_controls(Bucket=name)["OwnershipControls"]["Rules"]
    assert ownership == [{"ObjectOwnership": "BucketOwnerEnforced"}]


def test_a_bucket_is_invisible_to_the_other_account(edge: Session, workload: Session) -> None:
    with refused("403"):
        workload.client("s3").head_bucket(Bucket=bucket(edge))


@pytest.mark.parametrize(
    "policy",
    [
        "not json",
        json.dumps({"Statement": []}),
        bucket_policy("another-bucket", "*"),
        bucket_policy("edge-logs", "*", Principal=None, Effect="Maybe"),
    ],
    ids=["not JSON", "no statement", "another bucket", "bad effect"],
)
def test_a_policy_that_is_no_policy_of_the_bucket_is_refused(edge: Session, policy: str) -> None:
    bucket(edge)
    with refused("MalformedPolicy"):
        edge.client("s3").put_bucket_policy(Bucket="edge-logs", Policy=policy)


def test_a_public_policy_waits_for_the_public_access_block_to_go(edge: Session) -> None:
    name, s3 = bucket(edge), edge.client("s3")
    public = bucket_policy(name, "*", Principal="*", Action="s3:GetObject")
    with refused("AccessDenied", "BlockPublicPolicy"):
        s3.put_bucket_policy(Bucket=name, Policy=public)
    s3.delete_public_access_block(Bucket=name)
    s3.put_bucket_policy(Bucket=name, Policy=public)
    assert json.loads(s3.get_bucket_policy(Bucket=name)["Policy"]) == json.loads(public)


def test_a_policy_that_narrows_everybody_is_not_public(edge: Session) -> None:
    name, s3 = bucket(edge), edge.client("s3")
    condition = {"StringEquals": {"aws:SourceAccount": "222222222222"}}
    policy = bucket_policy(name, "*", Principal="*", Condition=condition)
    s3.put_bucket_policy(Bucket=name, Policy=policy)
    assert json.loads(s3.get_bucket_policy(Bucket=name)["Policy"]) == json.loads(policy)


def test_objects_move_to_infrequent_access_after_30_days_at_the_earliest(edge: Session) -> None:
    name, s3 = bucket(edge), edge.client("s3")

    def move(days: int) -> None:
        rule = {
            "ID": "old",
            "Status": "Enabled",
            "Filter": {"Prefix": ""},
            "Transitions": [{"Days": days, "StorageClass": "STANDARD_IA"}],
        }
        s3.put_bucket_lifecycle_configuration(Bucket=name, LifecycleConfiguration={"Rules": [rule]})

    with refused("InvalidArgument", "greater than or equal to 30"):
        move(1)
    move(30)
    rules = s3.get_bucket_lifecycle_configuration(Bucket=name)["Rules"]
    assert rules[0]["Transitions"] == [{"Days": 30, "StorageClass": "STANDARD_IA"}]


def test_server_access_logs_go_where_the_policy_admits_s3_and_are_read_back(edge: Session) -> None:
    state, target = bucket(edge, "state"), bucket(edge, "access-logs")
    inputs = {"bucket": state, "targetBucket": target, "targetPrefix": "state/"}
    adapter = adapter_for(t.BUCKET_LOGGING)
    with pytest.raises(AdapterError, match="InvalidTargetBucketForLogging"):
        adapter.create(edge, inputs)
    allowed = {
        "Effect": "Allow",
        "Principal": {"Service": "logging.s3.amazonaws.com"},
        "Action": "s3:PutObject",
        "Resource": f"arn:aws:s3:::{target}/*",
        "Condition": {"StringEquals": {"aws:SourceAccount": edge.account_id}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
    edge.client("s3").put_bucket_policy(Bucket=target, Policy=policy)
    made = adapter.create(edge, inputs)
    found = {"bucket": state, **(readings.read(edge, t.BUCKET_LOGGING, made.id, inputs) or {})}
    assert {name: value for name, value in found.items() if value is not None} == inputs
    adapter.delete(edge, made.id, inputs)
    assert "LoggingEnabled" not in edge.client("s3").get_bucket_logging(Bucket=state)


LOCKED = {"rule": {"defaultRetention": {"mode": "COMPLIANCE", "days": 365}}}


def test_object_lock_needs_versions_and_keeps_each_version_from_then_on(edge: Session) -> None:
    name, s3, adapter = bucket(edge), edge.client("s3"), adapter_for(t.BUCKET_OBJECT_LOCK)
    inputs = {"bucket": name, **LOCKED}
    with pytest.raises(AdapterError, match="InvalidBucketState"):
        adapter.create(edge, inputs)
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    before = s3.put_object(Bucket=name, Key="before", Body=b"1")["VersionId"]
    made = adapter.create(edge, inputs)
    found = readings.read(edge, t.BUCKET_OBJECT_LOCK, made.id, inputs) or {}
    assert found["rule"]["defaultRetention"] | {"years": 0} == {"mode": "COMPLIANCE", "days": 365, "years": 0}
    after = s3.put_object(Bucket=name, Key="after", Body=b"2")["VersionId"]
    s3.delete_object(Bucket=name, Key="before", VersionId=before)
    with refused("AccessDenied"):
        s3.delete_object(Bucket=name, Key="after", VersionId=after)
    with refused("InvalidBucketState"):
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Suspended"})
    adapter.delete(edge, made.id, inputs)
    with refused("AccessDenied"):
        s3.delete_object(Bucket=name, Key="after", VersionId=after)


def test_no_server_access_logs_go_to_a_bucket_with_object_lock(edge: Session) -> None:
    state, target, s3 = bucket(edge, "state"), bucket(edge, "locked"), edge.client("s3")
    s3.put_bucket_policy(Bucket=target, Policy=bucket_policy(target, "*", "logging.s3.amazonaws.com"))
    s3.put_bucket_versioning(Bucket=target, VersioningConfiguration={"Status": "Enabled"})
    adapter_for(t.BUCKET_OBJECT_LOCK).create(edge, {"bucket": target, **LOCKED})
    inputs = {"bucket": state, "targetBucket": target, "targetPrefix": "state/"}
    with pytest.raises(AdapterError, match="InvalidTargetBucketForLogging"):
        adapter_for(t.BUCKET_LOGGING).create(edge, inputs)


def test_a_bucket_that_refuses_requests_without_tls_takes_objects_and_one_that_refuses_all_does_not(
    edge: Session,
) -> None:
    name, s3 = bucket(edge), edge.client("s3")
    without_tls = {"Condition": {"Bool": {"aws:SecureTransport": "false"}}}
    for condition in (without_tls, {}):
        deny = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": f"arn:aws:s3:::{name}/*"} | condition
        s3.put_bucket_policy(Bucket=name, Policy=json.dumps({"Statement": [deny]}))
        if condition:
            s3.put_object(Bucket=name, Key="ca.pem", Body=b"x")
            assert json.loads(s3.get_bucket_policy(Bucket=name)["Policy"]) == {"Statement": [deny]}
    with refused("403"):
        s3.put_object(Bucket=name, Key="other.pem", Body=b"x")
