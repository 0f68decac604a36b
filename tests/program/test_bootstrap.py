"""What an account gets before its first stack. D14 of the article's code must stay right."""

from __future__ import annotations

import json

import pulumi
import pytest

from tests.support.bootstrap import bootstrap

KEY = "aws:kms/key:Key"
ENCRYPTION = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"


def test_the_state_is_encrypted_with_a_key_that_rotates() -> None:
    account = bootstrap()
    key = account.only(KEY)
    assert key.inputs["enableKeyRotation"] is True
    assert account.only("aws:kms/alias:Alias").inputs["name"] == "alias/pulumi-state"
    (rule,) = account.only(ENCRYPTION).inputs["rules"]
    assert rule == {
        "applyServerSideEncryptionByDefault": {"sseAlgorithm": "aws:kms", "kmsMasterKeyId": key.outputs["arn"]},
        "bucketKeyEnabled": True,
    }


def test_the_state_is_versioned_private_and_only_reached_over_tls() -> None:
    account = bootstrap()
    assert account.only("aws:s3/bucketVersioning:BucketVersioning").inputs["versioningConfiguration"] == {
        "status": "Enabled"
    }
    block = account.only("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock").inputs
    assert [value for key, value in sorted(block.items()) if key != "bucket"] == [True] * 4
    assert account.only("aws:s3/bucketOwnershipControls:BucketOwnershipControls").inputs["rule"] == {
        "objectOwnership": "BucketOwnerEnforced"
    }
    statement, *_ = json.loads(account.only("aws:s3/bucketPolicy:BucketPolicy").inputs["policy"])["Statement"]
    assert (statement["Effect"], statement["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})


def test_a_state_never_expires_but_its_old_versions_do() -> None:
    (rule,) = bootstrap().only("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration").inputs["rules"]
    assert rule["noncurrentVersionExpiration"] == {"noncurrentDays": 90}
    assert "expiration" not in rule


def test_bucket_and_key_are_protected() -> None:
    account = bootstrap()
    protected = {one.type for one in account.registrations if one.protect}
    assert protected == {"aws:s3/bucket:Bucket", KEY, "aws:kms/alias:Alias"}
    assert account.only("aws:s3/bucket:Bucket").inputs["forceDestroy"] is False


def test_the_outputs_are_arguments_of_pulumi_login_and_stack_init() -> None:
    account = bootstrap()
    assert account.exports == {
        "bucket": "pulumi-state-222222222222-eu-west-1",
        "backend_url": "s3://pulumi-state-222222222222-eu-west-1?region=eu-west-1&awssdk=v2",
        "secrets_provider": "awskms://alias/pulumi-state?region=eu-west-1",
    }
    assert account.secret_exports == frozenset()


def test_the_bucket_may_have_another_name() -> None:
    assert bootstrap(bucket="our-state").exports["backend_url"] == "s3://our-state?region=eu-west-1&awssdk=v2"


def test_only_the_given_account_is_touched() -> None:
    account = bootstrap()
    provider = account.only("pulumi:providers:aws")
    assert json.loads(provider.inputs["allowedAccountIds"]) == ["222222222222"]
    assert {one.provider for one in account.registrations if one.type.startswith("aws:")} == {provider.urn}


def test_an_unknown_key_is_refused_with_the_key_that_was_meant() -> None:
    with pytest.raises(pulumi.RunError, match="bukcet"):
        bootstrap(bukcet="our-state")
