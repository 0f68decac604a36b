"""Logs in a bucket that belongs to another owner: the stack writes there, and creates and changes nothing of it."""

from __future__ import annotations

from typing import Any

import pulumi
import pytest

from privatelink_ingress import tokens as t
from privatelink_ingress.local.adapters.base import AdapterError
from privatelink_ingress.local.engine.runner import StackRun
from tests.program.test_retained_logs import OF_BUCKETS
from tests.support.aws_requests import Account
from tests.support.deployers import CI, EDGE, REGION, ZONE, account, policies
from tests.support.programs import run_edge
from tests.support.strict_backend import StrictBackend

BUCKET = "example-load-balancer-logs"
LOGS = {"existingBucket": BUCKET}


def held(region: str | None = REGION) -> StrictBackend:
    """A backend on which the bucket is in a Region, or does not exist."""

    def answer(args: dict[str, Any], _: Any) -> dict[str, Any]:
        if region is None:
            raise AdapterError(f"reading S3 Bucket ({args['bucket']}): couldn't find resource")
        return {"id": args["bucket"], "bucket": args["bucket"], "bucketRegion": region}

    return StrictBackend(answers={t.GET_BUCKET: answer})


def refused(**settings: Any) -> str:
    with pytest.raises(pulumi.RunError) as caught:
        run_edge(preview=True, **settings)
    return str(caught.value)


@pytest.fixture(scope="module")
def edge() -> StackRun:
    return run_edge(logs=LOGS, backend=held())


def test_all_three_kinds_of_logs_go_to_it(edge: StackRun):
    balancer = edge.only(t.LOAD_BALANCER).inputs
    kinds = {"accessLogs": "access", "connectionLogs": "connection", "healthCheckLogs": "health-check"}
    for key, prefix in kinds.items():
        assert balancer[key] == {"bucket": BUCKET, "prefix": prefix, "enabled": True}


def test_the_stack_registers_no_bucket_and_no_setting_of_one(edge: StackRun):
    assert {one.type for one in edge.registrations} & OF_BUCKETS == set()


def test_everything_else_is_as_with_a_bucket_of_its_own(edge: StackRun):
    own = {one.urn for one in run_edge().registrations}
    gone = {urn.rpartition("::")[2] for urn in own - {one.urn for one in edge.registrations}}
    assert gone == {"edge-logs"}
    assert {one.urn for one in edge.registrations} <= own


def test_it_is_looked_up_once_and_is_not_taken_for_one_that_the_stack_left(edge: StackRun):
    assert [one.args for one in edge.invokes if one.token == t.GET_BUCKET] == [{"bucket": BUCKET}]
    assert [one.import_id for one in edge.registrations if one.import_id] == []


def test_a_bucket_of_another_region_is_refused_with_both_regions():
    text = refused(logs=LOGS, backend=held("eu-central-1"))
    assert (
        f"logs.existingBucket: is {BUCKET}, which is in eu-central-1: a load balancer in {REGION} writes to buckets of "
        f"{REGION}\n    Write a bucket of {REGION}, or remove existingBucket to have one created."
    ) in text


def test_a_bucket_that_cannot_be_looked_up_is_refused_with_the_rights_that_this_needs():
    text = refused(logs=LOGS, backend=held(None))
    assert f"logs.existingBucket: is {BUCKET}, which cannot be looked up" in text
    assert "s3:ListBucket and s3:GetBucketLocation" in text


@pytest.mark.parametrize(("key", "value"), [("bucket", "our-logs-222222222222"), ("objectLock", "GOVERNANCE")])
def test_settings_of_an_own_bucket_are_refused_beside_it(key: str, value: str):
    text = refused(logs={**LOGS, key: value}, backend=held())
    assert f"logs.{key}: has no effect beside existingBucket: {BUCKET}, which its owner configures" in text
    assert f"Keep one of {key} and existingBucket." in text


def role(**more: Any) -> StackRun:
    edge = {"stacks": ["prod"], "hostedZoneIds": [ZONE], **more}
    return account({"trust": {"principals": [CI]}, "edge": edge}, EDGE)


def test_the_role_looks_up_the_named_buckets_and_changes_nothing_of_them(edge: StackRun):
    asking = Account(EDGE, REGION, stack="central-ingress/prod", boundary="")
    (asked,) = [one for one in edge.invokes if one.token == t.GET_BUCKET]
    look_up = list(asking.of_look_up(asked))
    assert policies(role(existingLogBuckets=[BUCKET]), "edge-network").refused(look_up) == []
    assert policies(role(), "edge-network").allowed(look_up) == []
    changes = [
        request
        for one in run_edge(logs={"bucket": BUCKET}).registrations
        if one.type in OF_BUCKETS
        for request in asking.of(one)
        if request.action not in {"s3:ListBucket", "s3:GetBucketLocation"}
    ]
    assert len(changes) > 20
    assert policies(role(existingLogBuckets=[BUCKET]), "edge-network").allowed(changes) == []
