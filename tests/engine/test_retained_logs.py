"""Logs outlive their stack: removed and deployed again, a stack finds them and continues them.

The claims are told in the order of one life, on one emulated AWS: each begins where the one above it ended.
"""

from __future__ import annotations

from typing import Any

import pytest
from moto.s3.models import s3_backends

from tests.support.engine import REGION, Stack, World
from tests.support.engine_edge import edge
from tests.support.engine_traffic import EDGE_ACCOUNT

BUCKET = "central-ingress-prod-logs-222222222222-eu-west-1"
ACCESS, CONNECTION, FIREWALL = (
    "/aws/vendedlogs/central-ingress-prod/access",
    "/aws/vendedlogs/central-ingress-prod/connection",
    "aws-waf-logs-central-ingress-prod",
)
FIXED = {ACCESS, CONNECTION, FIREWALL}
"""Log groups that have the same name in every deployment; the flow logs' has not."""


@pytest.fixture(scope="module")
def stack(world: World) -> Stack:
    made = edge(world)
    made.config["central-ingress:removal"] = "unguarded"
    made.set("loadBalancer", deletionProtection=False)
    made.up()
    return made


@pytest.fixture(scope="module")
def aws(world: World) -> Any:
    return world.cloud.session(EDGE_ACCOUNT, REGION)


def groups(aws: Any) -> dict[str, int | None]:
    """Retention by the name of each log group."""
    found = aws.client("logs").describe_log_groups()["logGroups"]
    return {one["logGroupName"]: one.get("retentionInDays") for one in found}


def log(key: str) -> None:
    """Write an object. The emulated AWS has no TLS, so the bucket's policy refuses the same through the API."""
    s3_backends[EDGE_ACCOUNT]["aws"].put_object(BUCKET, key, b"GET /")


def objects() -> list[str]:
    return sorted(s3_backends[EDGE_ACCOUNT]["aws"].get_bucket(BUCKET).keys)


def test_a_removed_edge_leaves_its_log_groups_and_its_bucket_with_its_settings(stack: Stack, aws: Any):
    s3 = aws.client("s3")
    log("access/AWSLogs/1.log.gz")
    before = groups(aws)
    stack.destroy()
    assert stack.resources() == {}
    assert groups(aws) == before
    assert before.keys() > FIXED
    assert objects() == ["access/AWSLogs/1.log.gz"]
    assert "OnlyTls" in s3.get_bucket_policy(Bucket=BUCKET)["Policy"]
    assert s3.get_public_access_block(Bucket=BUCKET)["PublicAccessBlockConfiguration"]["BlockPublicPolicy"] is True
    assert s3.get_bucket_versioning(Bucket=BUCKET)["Status"] == "Enabled"
    assert s3.get_bucket_lifecycle_configuration(Bucket=BUCKET)["Rules"][0]["Expiration"] == {"Days": 365}


def test_the_next_deployment_imports_them_as_its_preview_says(stack: Stack, aws: Any):
    before = groups(aws)
    result = stack.up_as_previewed()
    assert sorted(step.name for step in result.of("import")) == [
        "edge",
        "edge-load-balancer-access",
        "edge-load-balancer-connection",
        "edge-logs",
    ]
    assert before.items() <= groups(aws).items()
    assert objects() == ["access/AWSLogs/1.log.gz"]
    assert stack.up().shown() == []


def test_what_is_imported_keeps_following_the_stack_file(stack: Stack, aws: Any):
    stack.set("logs", retentionDays=731)
    stack.up()
    assert {groups(aws)[name] for name in FIXED} == {731}


def test_what_is_imported_gets_the_settings_of_the_stack_file(stack: Stack, aws: Any):
    stack.destroy()
    assert {groups(aws)[name] for name in FIXED} == {731}
    stack.set("logs", retentionDays=365)
    imported = {"edge", "edge-load-balancer-access", "edge-load-balancer-connection"}
    updated = {step.name for step in stack.up_as_previewed().of("update")}
    assert updated == imported
    assert {groups(aws)[name] for name in FIXED} == {365}
    assert stack.up().shown() == []


def test_logs_go_with_the_stack_once_it_was_deployed_with_that_setting(stack: Stack, aws: Any):
    earlier = groups(aws).keys()
    stack.set("logs", retainOnDelete=False)
    stack.up()
    stack.destroy()
    assert stack.resources() == {}
    assert FIXED & groups(aws).keys() == set()
    # Flow logs of earlier deployments, one each.
    assert groups(aws).keys() < earlier
    assert [one["Name"] for one in aws.client("s3").list_buckets()["Buckets"]] == []


def test_a_locked_bucket_is_taken_over_locked(stack: Stack, aws: Any):
    stack.set("logs", retainOnDelete=True, objectLock="COMPLIANCE")
    stack.up_as_previewed()
    stack.destroy()
    locked = aws.client("s3").get_object_lock_configuration(Bucket=BUCKET)["ObjectLockConfiguration"]
    assert locked["Rule"]["DefaultRetention"].items() >= {"Mode": "COMPLIANCE", "Days": 365}.items()
    assert "edge-logs" in {step.name for step in stack.up_as_previewed().of("import")}
    assert stack.up().shown() == []
