"""A bucket without accidental access: private, encrypted, TLS only."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping, Sequence

import pulumi_aws as aws
from pulumi import Input, Output, Resource, ResourceOptions

from privatelink_ingress.components.base import Component

_ABORT_AFTER_DAYS = 7
"""Days after which the parts of an unfinished upload are deleted: they are billed but not listed."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class PrivateBucketArgs:
    """What differs between buckets."""

    bucket: str
    policy: str
    """The whole policy as JSON."""
    old_versions_days: int
    """Days that a replaced or deleted version is kept."""
    tags: Mapping[str, str]
    objects_days: int | None = None
    """Days that an object is kept; for ever when not set."""
    object_lock: str | None = None
    """Mode in which Object Lock keeps each object for `objects_days`; none when not set."""
    kms_key_arn: Input[str] | None = None
    """Key for encryption; S3's own (SSE-S3) when not set."""
    force_destroy: bool = False
    """True deletes a bucket that is not empty, with all that is in it."""
    protect: bool = False
    """If true, the engine refuses to delete it."""
    retain_on_delete: bool = False
    """True leaves it in AWS, with its settings, when it leaves the stack."""
    import_id: str | None = None
    """Its name, when an earlier deployment left it."""


class PrivateBucket(Component):
    """Versioned, encrypted, no public access, no ACLs, a policy, and a life-cycle."""

    bucket: Output[str]
    """The bucket's name."""
    secured: Sequence[Resource]
    """What writes to the bucket waits for these: all settings but the life-cycle, which S3 takes half a minute for."""

    def __init__(self, name: str, args: PrivateBucketArgs, opts: ResourceOptions | None = None) -> None:
        """The bucket first, its settings side by side."""
        super().__init__(name, opts)
        # Its settings stay with it: without them it would be open to plain HTTP, and keep everything for ever.
        kept = functools.partial(self.child, retain_on_delete=args.retain_on_delete)
        bucket = aws.s3.Bucket(
            name,
            bucket=args.bucket,
            force_destroy=args.force_destroy,
            tags=self.named("", args.tags),
            opts=kept(protect=args.protect, import_=args.import_id),
        )
        block = aws.s3.BucketPublicAccessBlock(
            name,
            bucket=bucket.bucket,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
            opts=kept(),
        )
        ownership = aws.s3.BucketOwnershipControls(
            name, bucket=bucket.bucket, rule={"object_ownership": "BucketOwnerEnforced"}, opts=kept()
        )
        encryption = aws.s3.BucketServerSideEncryptionConfiguration(
            name,
            bucket=bucket.bucket,
            rules=[
                {
                    "apply_server_side_encryption_by_default": {
                        "sse_algorithm": "aws:kms",
                        "kms_master_key_id": args.kms_key_arn,
                    }
                    if args.kms_key_arn is not None
                    else {"sse_algorithm": "AES256"},
                    "bucket_key_enabled": args.kms_key_arn is not None,
                }
            ],
            opts=kept(),
        )
        versioning = aws.s3.BucketVersioning(
            name, bucket=bucket.bucket, versioning_configuration={"status": "Enabled"}, opts=kept()
        )
        expiration = {"expiration": {"days": args.objects_days}} if args.objects_days else {}
        aws.s3.BucketLifecycleConfiguration(
            name,
            bucket=bucket.bucket,
            rules=[
                {
                    "id": "expire",
                    "status": "Enabled",
                    "filter": {"prefix": ""},
                    "noncurrent_version_expiration": {"noncurrent_days": args.old_versions_days},
                    "abort_incomplete_multipart_upload": {"days_after_initiation": _ABORT_AFTER_DAYS},
                    **expiration,
                }
            ],
            # A rule on old versions is refused while versioning is still off.
            opts=kept(depends_on=[versioning]),
        )
        # S3 refuses concurrent changes of one bucket's access settings, so the policy waits for the block.
        policy = aws.s3.BucketPolicy(
            name, bucket=bucket.bucket, policy=args.policy, opts=kept(depends_on=[block, ownership])
        )
        self.bucket = bucket.bucket
        self.secured = [policy, encryption, versioning]
        if args.object_lock:
            lock = aws.s3.BucketObjectLockConfiguration(
                name,
                bucket=bucket.bucket,
                rule={"default_retention": {"mode": args.object_lock, "days": args.objects_days}},
                # On a bucket that exists, as on a new one; both need versions.
                opts=kept(depends_on=[versioning]),
            )
            self.secured = [*self.secured, lock]
        self.publish()
