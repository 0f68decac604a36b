"""The log bucket's policy, tried with the requests of log delivery: it admits those of this load balancer alone.

Keys of objects, test files and the principal are of the Application Load Balancers guide, pages on access logs,
connection logs and health check logs. The delivery sends no header about encryption: the bucket encrypts by default.
"""

from __future__ import annotations

from typing import Any

import pytest

from privatelink_ingress import tokens as t
from privatelink_ingress.local.iam_policies import Request
from tests.support.programs import run_edge
from tests.support.resource_policies import ResourcePolicy

BUCKET = "central-ingress-prod-logs-222222222222-eu-west-1"
ELB = "logdelivery.elasticloadbalancing.amazonaws.com"
BALANCER = "arn:aws:elasticloadbalancing:eu-west-1:222222222222:loadbalancer/app/central-ingress-prod/50dc6c495c0c9188"
LOG = "222222222222_elasticloadbalancing_eu-west-1_app.central-ingress-prod.50dc6c495c0c9188_20261129T0000Z"
FOLDER = "AWSLogs/222222222222/elasticloadbalancing/eu-west-1/2026/11/29"
ACCESS = f"access/{FOLDER}/{LOG}_192.0.2.1_2a1b.log.gz"


@pytest.fixture(scope="module")
def policy() -> ResourcePolicy:
    edge = run_edge()
    assert edge.only(t.LOAD_BALANCER).inputs["name"] == "central-ingress-prod"
    return ResourcePolicy(edge.only(t.BUCKET_POLICY).inputs["policy"])


def admitted(
    policy: ResourcePolicy,
    *,
    key: str = ACCESS,
    bucket: str = BUCKET,
    source: str | None = BALANCER,
    account: str = "222222222222",
    service: str = ELB,
    action: str = "s3:PutObject",
    tls: str = "true",
) -> bool:
    context: dict[str, Any] = {"aws:SourceAccount": account, "aws:SecureTransport": tls}
    request = Request(
        action, f"arn:aws:s3:::{bucket}/{key}", context | ({"aws:SourceArn": source} if source is not None else {})
    )
    return policy.allows({"Service": service}, request)


@pytest.mark.parametrize(
    "key",
    [
        "access/AWSLogs/222222222222/ELBAccessLogTestFile",
        ACCESS,
        "connection/AWSLogs/222222222222/ELBConnectionLogTestFile",
        f"connection/{FOLDER}/conn_log.{LOG}_192.0.2.1_2a1b.log.gz",
        "health-check/AWSLogs/222222222222/ELBHealthCheckLogTestFile",
        f"health-check/{FOLDER}/health_check_log_{LOG}_192.0.2.1_2a1b.log.gz",
    ],
)
def test_every_kind_of_log_of_this_load_balancer_is_admitted(policy: ResourcePolicy, key: str) -> None:
    assert admitted(policy, key=key)


@pytest.mark.parametrize(
    "other",
    [
        {"source": BALANCER.replace("222222222222", "111111111111"), "account": "111111111111"},
        {"source": BALANCER.replace("eu-west-1", "us-east-1")},
        {"source": BALANCER.replace("central-ingress-prod", "another")},
        {"source": BALANCER.replace("central-ingress-prod", "central-ingress-prod-2")},
        {"source": BALANCER.replace("/app/", "/net/")},
        {"source": None},
        {"service": "delivery.logs.amazonaws.com"},
        {"service": "ec2.amazonaws.com"},
        {"key": ACCESS.replace("222222222222", "111111111111")},
        {"key": ACCESS.removeprefix("access/")},
        {"key": f"other/{FOLDER}/{LOG}.log.gz"},
        {"key": f"access/{LOG}.log.gz"},
        {"bucket": "central-ingress-other-logs-222222222222-eu-west-1"},
        {"tls": "false"},
        {"action": "s3:GetObject"},
        {"action": "s3:DeleteObject"},
        {"action": "s3:PutObjectAcl"},
        {"action": "s3:PutObjectRetention"},
    ],
    ids=lambda other: "-".join(f"{key}={str(value)[-70:]}" for key, value in other.items()),
)
def test_a_delivery_that_differs_in_one_thing_is_not(policy: ResourcePolicy, other: dict[str, Any]) -> None:
    assert not admitted(policy, **other)


@pytest.mark.parametrize("account", ["111111111111", "222222222222"])
def test_it_gives_no_principal_of_any_account_a_right(policy: ResourcePolicy, account: str) -> None:
    for action in ("s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:ListBucket", "s3:PutBucketPolicy"):
        for resource in (f"arn:aws:s3:::{BUCKET}", f"arn:aws:s3:::{BUCKET}/{ACCESS}"):
            request = Request(action, resource, {"aws:SecureTransport": "true", "aws:SourceArn": BALANCER})
            assert not policy.allows({"AWS": f"arn:aws:iam::{account}:root"}, request)
