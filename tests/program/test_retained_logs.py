"""Logs stay in AWS when they leave the stack, and the next deployment takes them over. Run against a strict fake."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pulumi
import pytest

from privatelink_ingress import tokens as t
from privatelink_ingress.local.adapters.base import Properties
from privatelink_ingress.local.engine.runner import StackRun
from privatelink_ingress.local.iam_policies import Request
from tests.support.deployers import EDGE, asker, of_duty
from tests.support.edge_services import services
from tests.support.programs import run_workload, stack_file
from tests.support.strict_backend import At, StrictBackend

OF_BUCKETS = {
    t.BUCKET,
    t.BUCKET_ENCRYPTION,
    t.BUCKET_LIFECYCLE,
    t.BUCKET_OWNERSHIP,
    t.BUCKET_POLICY,
    t.BUCKET_PUBLIC_ACCESS,
    t.BUCKET_VERSIONING,
}

Run = Callable[..., StackRun]


@pytest.fixture
def run(edge_run: Run) -> Run:
    return lambda **changes: edge_run(stacks=services(), **changes)


def workload(**changes: Any) -> StackRun:
    """The sample with these settings of its cluster, and the features that have log groups."""
    cluster = json.loads(stack_file("eks-service", "shop").settings["cluster"])
    on = {"install": True}
    backend = changes.pop("backend", None)
    return run_workload("shop", cluster={**cluster, **changes}, podLogs=on, metrics=on, backend=backend)


def retained(run: StackRun) -> set[str]:
    """Types that stay, except the association of the web ACL, which is no log."""
    return {one.type for one in run.registrations if one.retain_on_delete} - {t.WEB_ACL_ASSOCIATION}


def imported(run: StackRun) -> dict[str, str]:
    return {one.name: one.import_id for one in run.registrations if one.import_id}


@pytest.mark.parametrize(("protected", "retained"), [(True, True), (True, False), (False, True), (False, False)])
def test_the_log_bucket_goes_with_its_logs_only_when_asked_and_when_the_load_balancer_may_go(
    run: Run, protected: bool, retained: bool
) -> None:
    """D34."""
    found = run(loadBalancer={"deletionProtection": protected}, logs={"retainOnDelete": retained})
    bucket = found.only(t.BUCKET)
    assert bucket.inputs["forceDestroy"] is (not protected and not retained)
    assert bucket.retain_on_delete is retained
    assert found.only(t.LOAD_BALANCER).inputs["enableDeletionProtection"] is protected


def test_log_groups_and_the_log_bucket_with_its_settings_stay_when_they_leave_the_stack(run: Run) -> None:
    for found, types in ((run(), {t.LOG_GROUP, *OF_BUCKETS}), (workload(), {t.LOG_GROUP})):
        assert retained(found) == types
        assert {one.retain_on_delete for one in found.registrations if one.type in types} == {True}


def test_they_go_with_the_stack_when_the_stack_file_says_so(run: Run) -> None:
    assert retained(run(logs={"retainOnDelete": False})) == set()
    assert retained(workload(logRetainOnDelete=False)) == set()


def left(stack: str, *groups: str) -> StrictBackend:
    """An account with log groups, which carry this tag `Stack` or none, and with the edge's log bucket."""
    return StrictBackend(
        answers={
            t.GET_LOG_GROUPS: lambda args, _: {
                **args,
                "logGroupNames": [name for name in groups if name.startswith(args["logGroupNamePrefix"])],
            },
            t.GET_LOG_GROUP: lambda args, _: {**args, "tags": {"Stack": stack} if stack else {}},
            t.GET_BUCKET: lambda args, _: args,
        }
    )


ACCESS = "/aws/vendedlogs/central-ingress-prod/access"


def test_what_an_earlier_edge_left_is_imported(run: Run) -> None:
    found = run(backend=left("central-ingress/prod", ACCESS, f"{ACCESS}-other"))
    assert imported(found) == {"edge-load-balancer-access": ACCESS, "edge-logs": found.only(t.BUCKET).inputs["bucket"]}
    assert imported(run()) == {}


def test_what_an_earlier_workload_left_is_imported() -> None:
    groups = {
        "shop-control-plane": "/aws/eks/shop/cluster",
        "shop-pods": "/aws/containerinsights/shop/application",
        "shop-metrics": "/aws/containerinsights/shop/performance",
    }
    assert imported(workload(backend=left("eks-service/shop", *groups.values()))) == groups


def test_a_log_group_without_tags_is_imported() -> None:
    group = "/aws/eks/shop/cluster"
    assert imported(workload(backend=left("", group))) == {"shop-control-plane": group}


def test_a_log_group_of_another_stack_is_not_imported(run: Run) -> None:
    assert imported(workload(backend=left("eks-service/other", "/aws/eks/shop/cluster"))) == {}
    assert imported(run(backend=left("central-ingress/other", ACCESS))).keys() == {"edge-logs"}


def test_a_bucket_that_cannot_be_looked_up_is_refused_with_the_missing_right(run: Run) -> None:
    def denied(args: Properties, _: At) -> Properties:
        raise LookupError("reading S3 Bucket: operation error S3: HeadBucket, StatusCode: 403, api error Forbidden")

    with pytest.raises(pulumi.RunError) as failed:
        run(backend=StrictBackend(answers={t.GET_BUCKET: denied}))
    message = str(failed.value)
    assert "logs: has the bucket central-ingress-prod-logs-222222222222-eu-west-1, which cannot be looked up" in message
    assert "Allow the deploying role s3:ListBucket and s3:GetBucketLocation on the bucket." in message


@pytest.mark.parametrize("mode", ["GOVERNANCE", "COMPLIANCE"])
def test_with_object_lock_each_log_is_locked_as_long_as_it_is_kept_before_any_is_written(run: Run, mode: str) -> None:
    found = run(logs={"objectLock": mode, "retentionDays": 731})
    lock = found.only(t.BUCKET_OBJECT_LOCK)
    assert lock.inputs["rule"] == {"defaultRetention": {"mode": mode, "days": 731}}
    assert lock.retain_on_delete is True
    assert lock.urn in found.only(t.LOAD_BALANCER).depends_on
    assert run().of_type(t.BUCKET_OBJECT_LOCK) == ()


def test_object_lock_on_logs_that_should_go_with_the_stack_is_refused(run: Run) -> None:
    with pytest.raises(pulumi.RunError) as failed:
        run(logs={"objectLock": "GOVERNANCE", "retainOnDelete": False})
    message = str(failed.value)
    assert "logs.objectLock: is GOVERNANCE, so S3 would refuse to delete the bucket's logs" in message
    assert "Remove retainOnDelete: false" in message


def test_the_deployers_role_may_lock_and_bypasses_no_lock(run: Run) -> None:
    asking = asker(EDGE, "central-ingress/prod", "edge")
    requests = asking.of(run(logs={"objectLock": "GOVERNANCE"}).only(t.BUCKET_OBJECT_LOCK))
    assert len(requests) == 2
    for log_deletion in (False, True):
        role = of_duty("edge-network", log_deletion=log_deletion)
        assert role.refused(requests) == []
        bucket = requests[0].resource
        bypass = [Request("s3:BypassGovernanceRetention", one) for one in (bucket, f"{bucket}/access/1.log.gz")]
        assert role.allowed(bypass) == []
