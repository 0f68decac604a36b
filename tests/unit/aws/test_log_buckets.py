"""`doctor` reads the policies of log buckets, and says of which it may not."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError

from privatelink_ingress.aws.reads import Account, Reads
from privatelink_ingress.aws.surroundings import edge
from privatelink_ingress.trace.expected import Shard
from privatelink_ingress.trace.surroundings import Bucket

POLICY = {"Statement": []}


class S3:
    """Has the policy of some buckets, and refuses the others with a code each."""

    def __init__(self, **refused: str) -> None:
        self.refused = refused
        self.owners: list[str] = []

    def get_bucket_policy(self, **given: str) -> dict[str, str]:
        self.owners.append(given["ExpectedBucketOwner"])
        if code := self.refused.get(given["Bucket"]):
            raise ClientError({"Error": {"Code": code, "Message": "refused"}}, "GetBucketPolicy")
        return {"Policy": json.dumps(POLICY)}


def read(s3: S3, **existing: bool) -> tuple[dict[str, Bucket], Reads]:
    """The buckets, by whether each is an existing one."""
    account = SimpleNamespace(account_id="222222222222", region="eu-west-1", client=lambda _: s3)
    reads = Reads(cast(Account, account))
    shards: list[Any] = [
        SimpleNamespace(plan=SimpleNamespace(logs=SimpleNamespace(bucket=name, bucket_is_existing=is_existing)))
        for name, is_existing in existing.items()
    ]
    return dict(edge.buckets(reads, cast(list[Shard], shards))), reads


def test_an_existing_bucket_of_the_edge_account_is_read_like_one_of_the_stack():
    s3 = S3()
    found, reads = read(s3, ours=False, given=True)
    assert found == {name: Bucket(name=name, exists=True, policy=POLICY) for name in ("ours", "given")}
    assert (s3.owners, reads.unread) == (["222222222222"] * 2, {})


@pytest.mark.parametrize(("code", "exists"), [("NoSuchBucket", False), ("NoSuchBucketPolicy", True)])
def test_an_existing_bucket_that_is_gone_or_has_no_policy_is_judged(code: str, exists: bool):
    found, reads = read(S3(given=code), given=True)
    assert (found, reads.unread) == ({"given": Bucket(name="given", exists=exists)}, {})


def test_an_existing_bucket_of_another_account_is_named_and_the_others_are_read():
    found, reads = read(S3(given="AccessDenied"), ours=False, given=True)
    assert list(found) == ["ours"]
    [problem] = reads.unread.values()
    assert problem.reason.startswith("the policy of the existing log bucket given cannot be read: ")
    assert problem.remedy.endswith(
        "If the bucket is of another account, its owner compares the policy with docs/logs.md."
    )
