"""Buckets as AWS creates them: with valid names, closed by default, with policies about themselves."""

from __future__ import annotations

import json
import re
from typing import Any

from moto.s3.exceptions import InvalidBucketName, S3ClientError
from moto.s3.models import FakeBucket, PublicAccessBlock, S3Backend

from privatelink_ingress.local.cloud import tags
from privatelink_ingress.local.cloud.hardening import around
from privatelink_ingress.local.cloud.s3_policies import is_public, listed, statements

NAME = re.compile(
    r"(?!\d+\.\d+\.\d+\.\d+$)(?!xn--|sthree-|amzn-s3-demo-)(?!.*(-s3alias|--ol-s3|\.mrap|--x-s3)$)"
    r"(?!.*(\.\.|\.-|-\.))[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]"
)
"""Names of general purpose buckets (S3 user guide, bucket naming rules). Each part between dots begins and ends with a
letter or digit, as in DNS: https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html."""

# On the models: moto's S3 has no operation methods that `before` and `after` could attach to.


@around(S3Backend, "create_bucket")
def buckets_are_closed_from_their_creation(
    original: Any, self: S3Backend, bucket_name: str, *args: Any, **kwargs: Any
) -> FakeBucket:
    """A bucket has a valid name, and from its creation SSE-S3, all public access blocked, and no ACLs.

    Source: S3 user guide, bucket naming rules, default encryption, Block Public Access and Object Ownership.
    """
    if not NAME.fullmatch(bucket_name):
        raise InvalidBucketName
    bucket = original(self, bucket_name, *args, **kwargs)
    bucket.encryption = {"Rule": {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}}
    closed: Any = PublicAccessBlock(*["true"] * 4)
    bucket.public_access_block = closed
    bucket.ownership_rule = "BucketOwnerEnforced"
    return bucket


@around(S3Backend, "put_bucket_policy")
def bucket_policies_are_about_their_bucket(original: Any, self: S3Backend, bucket_name: str, policy: bytes) -> None:
    """A bucket policy is JSON, with principals, about this bucket.

    A public one is refused while public policies are blocked. Source: S3 user guide, Block Public Access:
    BlockPublicPolicy; S3 error MalformedPolicy.
    """
    try:
        found = statements(policy)
    except ValueError:
        raise S3ClientError("MalformedPolicy", "This policy contains invalid Json") from None
    for statement in found:
        if statement.get("Effect") not in ("Allow", "Deny"):
            raise S3ClientError("MalformedPolicy", f"Invalid effect: {statement.get('Effect')}")
        if "Principal" not in statement and "NotPrincipal" not in statement:
            raise S3ClientError("MalformedPolicy", "Missing required field Principal")
        if not listed(statement.get("Action")) and "NotAction" not in statement:
            raise S3ClientError("MalformedPolicy", "Missing required field Action")
        resources = listed(statement.get("Resource"))
        if not resources or any(not _about(bucket_name, resource) for resource in resources):
            raise S3ClientError("MalformedPolicy", "Policy has invalid resource")
    block = self.get_bucket(bucket_name).public_access_block
    if block is not None and block.block_public_policy and is_public(policy):
        raise S3ClientError(
            "AccessDenied", "Access Denied: public policies are prevented by the BlockPublicPolicy setting"
        )
    original(self, bucket_name, policy)


@around(FakeBucket, "get_permission")
def requests_count_as_encrypted(original: Any, self: FakeBucket, action: str, resource: str) -> Any:
    """A Deny of requests without TLS does not concern the emulated AWS's callers; moto ignores what it depends on.

    Source: IAM user guide, global condition keys: aws:SecureTransport.
    """
    held = self.policy
    kept = [statement for statement in statements(held) if statement.get("Condition") != _WITHOUT_TLS]
    try:
        self.policy = json.dumps({"Statement": kept}).encode() if kept else None
        return original(self, action, resource)
    finally:
        self.policy = held


_WITHOUT_TLS = {"Bool": {"aws:SecureTransport": "false"}}


@around(S3Backend, "put_bucket_tagging")
def bucket_tags_are_the_users(original: Any, self: S3Backend, bucket_name: str, given: dict[str, str]) -> None:
    """As those of every other service: `tags` (API reference, PutBucketTagging: InvalidTag)."""
    found = [(key, value or "") for key, value in given.items()]
    if problem := tags.wrong(found) or tags.too_many(found):
        raise S3ClientError("InvalidTag", problem)
    original(self, bucket_name, given)


@around(S3Backend, "put_bucket_lifecycle")
def infrequent_access_starts_after_thirty_days(
    original: Any, self: S3Backend, bucket_name: str, rules: list[dict[str, Any]]
) -> None:
    """Objects move to the infrequent-access classes after 30 days or later (S3 user guide, lifecycle transitions)."""
    for rule in rules:
        for transition in listed(rule.get("Transition")):
            days, class_ = int(transition.get("Days", 30)), transition.get("StorageClass")
            if class_ in ("STANDARD_IA", "ONEZONE_IA") and days < 30:
                raise S3ClientError(
                    "InvalidArgument",
                    f"'Days' in Transition action must be greater than or equal to 30 for storageClass '{class_}'",
                )
    original(self, bucket_name, rules)


@around(S3Backend, "put_object_lock_configuration")
def object_lock_comes_to_buckets_with_objects_too(
    original: Any, self: S3Backend, bucket_name: str, lock_enabled: bool, *retention: Any
) -> None:
    """Object Lock needs versions, and no empty bucket (S3 user guide, Enable Object Lock on an existing bucket)."""
    bucket = self.get_bucket(bucket_name)
    held, bucket.keys = bucket.keys, type(bucket.keys)()
    try:
        original(self, bucket_name, lock_enabled, *retention)
    finally:
        bucket.keys = held


@around(S3Backend, "put_bucket_versioning")
def versions_stay_on_under_object_lock(original: Any, self: S3Backend, bucket_name: str, status: str) -> None:
    """A bucket with Object Lock cannot suspend versioning (S3 user guide, Configuring S3 Object Lock)."""
    if status != "Enabled" and self.get_bucket(bucket_name).object_lock_enabled:
        raise S3ClientError(
            "InvalidBucketState",
            "An Object Lock configuration is present on this bucket, so the versioning state cannot be changed.",
        )
    original(self, bucket_name, status)


@around(S3Backend, "put_bucket_logging")
def no_server_access_logs_go_to_a_bucket_with_object_lock(
    original: Any, self: S3Backend, bucket_name: str, logging_config: dict[str, Any]
) -> None:
    """Such a bucket cannot be their destination (S3 user guide, Configuring S3 Object Lock)."""
    target = (logging_config or {}).get("TargetBucket")
    if target and target in self.buckets and self.buckets[target].object_lock_enabled:
        raise S3ClientError(
            "InvalidTargetBucketForLogging", "The target bucket for logging has Object Lock, which log delivery refuses"
        )
    original(self, bucket_name, logging_config)


def _about(bucket: str, resource: str) -> bool:
    arn = f"arn:aws:s3:::{bucket}"
    return resource == arn or resource.startswith((f"{arn}/", f"{arn}*"))
