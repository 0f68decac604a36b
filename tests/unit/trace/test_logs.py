"""`doctor` judges the policies of log buckets; that of an existing one is its owner's."""

from __future__ import annotations

import dataclasses
from types import SimpleNamespace
from typing import Any, cast

import pytest

from privatelink_ingress.plan.edge.logs import ACCESS, CONNECTION, HEALTH_CHECK, WRITER
from privatelink_ingress.trace.expected import Shard
from privatelink_ingress.trace.judgements import logs
from privatelink_ingress.trace.surroundings import Bucket, Surroundings
from tests.support.topologies import ALB, whole

EDGE, BUCKET = "222222222222", "example-load-balancer-logs"
OWNER = "Ask the bucket's owner: docs/logs.md has the policy that it takes."
BY_ACCOUNT = {"AWS": "arn:aws:iam::156460612806:root"}


def policy(principal: Any) -> dict[str, Any]:
    resource = f"arn:aws:s3:::{BUCKET}/*/AWSLogs/{EDGE}/*"
    return {"Statement": [{"Effect": "Allow", "Principal": principal, "Action": "s3:PutObject", "Resource": resource}]}


def found(bucket: Bucket, *, existing: bool) -> list[tuple[str, str]]:
    """Reason and remedy of each finding about a shard that logs to this bucket."""
    held = SimpleNamespace(bucket=BUCKET, bucket_is_existing=existing, deliveries=())
    plan = SimpleNamespace(logs=held, firewall=SimpleNamespace())
    shard = cast(Shard, SimpleNamespace(plan=plan, account_id=EDGE, region="eu-west-1"))
    balancer = dataclasses.replace(whole().load_balancers[ALB], web_acl=None)
    attributes = {
        f"{kind}_logs.s3.{key}": value
        for kind, prefix in (("access", ACCESS), ("connection", CONNECTION), ("health_check", HEALTH_CHECK))
        for key, value in (("enabled", "true"), ("bucket", BUCKET), ("prefix", prefix))
    }
    around = Surroundings(attributes={balancer.arn: attributes}, buckets={BUCKET: bucket})
    return [(one.problem.reason, one.problem.remedy) for one in logs.judge(shard, balancer, around)]


@pytest.mark.parametrize("existing", [True, False])
def test_a_bucket_that_admits_load_balancers_is_right(existing: bool):
    held = Bucket(name=BUCKET, exists=True, policy=policy({"Service": WRITER}))
    assert found(held, existing=existing) == []


def test_an_existing_bucket_that_does_not_admit_them_is_for_its_owner_to_mend():
    lost = f"the policy of {BUCKET} does not let the load balancer write {ACCESS}, {CONNECTION}, {HEALTH_CHECK} logs"
    assert found(Bucket(name=BUCKET, exists=True), existing=True) == [(lost, OWNER)]
    gone = Bucket(name=BUCKET, exists=False)
    assert found(gone, existing=True) == [(f"the bucket {BUCKET} does not exist", OWNER)]
    [(_, remedy)] = found(gone, existing=False)
    assert remedy != OWNER


@pytest.mark.parametrize("principal", [BY_ACCOUNT, "*"], ids=["account", "everyone"])
def test_an_existing_bucket_may_admit_load_balancers_by_their_account(principal: Any):
    held = Bucket(name=BUCKET, exists=True, policy=policy(principal))
    assert found(held, existing=True) == []
    assert len(found(held, existing=False)) == 1
