"""Buckets and their settings: `aws:s3/…`."""

from __future__ import annotations

from collections.abc import Callable

from privatelink_ingress import tokens as t
from privatelink_ingress.local.adapters.base import Adapter, Aws, Created, Properties
from privatelink_ingress.local.adapters.calls import call


def _create_bucket(aws: Aws, inputs: Properties) -> Created:
    rest = {key: value for key, value in inputs.items() if key not in ("forceDestroy", "tags")}
    # us-east-1 is the default location, and S3 refuses it as an explicit one.
    place = {} if aws.region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": aws.region}}
    call(
        aws,
        "s3",
        "CreateBucket",
        rest,
        type_=t.BUCKET,
        rename={"objectLockEnabled": "ObjectLockEnabledForBucket"},
        extra=place,
    )
    name = inputs["bucket"]
    if inputs.get("tags"):
        tagging = {"bucket": name, "tagging": {"tagSet": inputs["tags"]}}
        call(aws, "s3", "PutBucketTagging", tagging, type_=t.BUCKET)
    outputs = {
        "arn": f"arn:aws:s3:::{name}",
        "bucketDomainName": f"{name}.s3.amazonaws.com",
        "bucketRegion": aws.region,
        "bucketRegionalDomainName": f"{name}.s3.{aws.region}.amazonaws.com",
    }
    return Created(name, outputs)


def _delete_bucket(aws: Aws, id_: str, outputs: Properties) -> None:
    if outputs.get("forceDestroy"):
        page = call(aws, "s3", "ListObjectVersions", {}, type_=t.BUCKET, extra={"Bucket": id_})
        for item in (*page.get("Versions", ()), *page.get("DeleteMarkers", ())):
            extra = {"Bucket": id_, "Key": item["Key"], "VersionId": item["VersionId"]}
            call(aws, "s3", "DeleteObject", {}, type_=t.BUCKET, extra=extra)
    call(aws, "s3", "DeleteBucket", {}, type_=t.BUCKET, extra={"Bucket": id_})


def _setting(type_: str, put: str, under: str, delete: str) -> Adapter:
    """A bucket setting that is put and deleted as a whole; its inputs except the bucket form the structure `under`."""

    def create(aws: Aws, inputs: Properties) -> Created:
        rest = {key: value for key, value in inputs.items() if key != "bucket"}
        beside = {key: rest.pop(key) for key in ("transitionDefaultMinimumObjectSize",) if key in rest}
        call(aws, "s3", put, {"bucket": inputs["bucket"], under: rest} | beside, type_=type_)
        return Created(inputs["bucket"], {})

    return Adapter(create, _deletes(type_, delete))


def _deletes(type_: str, operation: str) -> Callable[[Aws, str, Properties], None]:
    def delete(aws: Aws, id_: str, outputs: Properties) -> None:
        call(aws, "s3", operation, {}, type_=type_, extra={"Bucket": id_})

    return delete


def _create_policy(aws: Aws, inputs: Properties) -> Created:
    call(aws, "s3", "PutBucketPolicy", inputs, type_=t.BUCKET_POLICY)
    return Created(inputs["bucket"], {})


def _create_versioning(aws: Aws, inputs: Properties) -> Created:
    call(aws, "s3", "PutBucketVersioning", inputs, type_=t.BUCKET_VERSIONING)
    return Created(inputs["bucket"], {})


def _suspend_versioning(aws: Aws, id_: str, outputs: Properties) -> None:
    """A bucket never becomes unversioned again: the provider suspends versioning instead."""
    extra = {"Bucket": id_, "VersioningConfiguration": {"Status": "Suspended"}}
    call(aws, "s3", "PutBucketVersioning", {}, type_=t.BUCKET_VERSIONING, extra=extra)


def _create_logging(aws: Aws, inputs: Properties) -> Created:
    target = {key: value for key, value in inputs.items() if key != "bucket"}
    status = {"bucket": inputs["bucket"], "bucketLoggingStatus": {"loggingEnabled": target}}
    call(aws, "s3", "PutBucketLogging", status, type_=t.BUCKET_LOGGING)
    return Created(inputs["bucket"], {})


def _stop_logging(aws: Aws, id_: str, outputs: Properties) -> None:
    extra = {"Bucket": id_, "BucketLoggingStatus": {}}
    call(aws, "s3", "PutBucketLogging", {}, type_=t.BUCKET_LOGGING, extra=extra)


def _create_lock(aws: Aws, inputs: Properties) -> Created:
    lock = {"objectLockEnabled": "Enabled"} | {key: value for key, value in inputs.items() if key != "bucket"}
    status = {"bucket": inputs["bucket"], "objectLockConfiguration": lock}
    call(aws, "s3", "PutObjectLockConfiguration", status, type_=t.BUCKET_OBJECT_LOCK)
    return Created(inputs["bucket"], {"objectLockEnabled": "Enabled"})


def _unlock(aws: Aws, id_: str, outputs: Properties) -> None:
    """A bucket keeps Object Lock: the provider takes only the retention of new objects away."""
    extra = {"Bucket": id_, "ObjectLockConfiguration": {"ObjectLockEnabled": "Enabled"}}
    call(aws, "s3", "PutObjectLockConfiguration", {}, type_=t.BUCKET_OBJECT_LOCK, extra=extra)


ADAPTERS: dict[str, Adapter] = {
    t.BUCKET_OBJECT_LOCK: Adapter(_create_lock, _unlock),
    t.BUCKET_LOGGING: Adapter(_create_logging, _stop_logging),
    t.BUCKET: Adapter(_create_bucket, _delete_bucket),
    t.BUCKET_POLICY: Adapter(_create_policy, _deletes(t.BUCKET_POLICY, "DeleteBucketPolicy")),
    t.BUCKET_PUBLIC_ACCESS: _setting(
        t.BUCKET_PUBLIC_ACCESS, "PutPublicAccessBlock", "publicAccessBlockConfiguration", "DeletePublicAccessBlock"
    ),
    t.BUCKET_VERSIONING: Adapter(_create_versioning, _suspend_versioning),
    t.BUCKET_ENCRYPTION: _setting(
        t.BUCKET_ENCRYPTION, "PutBucketEncryption", "serverSideEncryptionConfiguration", "DeleteBucketEncryption"
    ),
    t.BUCKET_LIFECYCLE: _setting(
        t.BUCKET_LIFECYCLE, "PutBucketLifecycleConfiguration", "lifecycleConfiguration", "DeleteBucketLifecycle"
    ),
    t.BUCKET_OWNERSHIP: _setting(
        t.BUCKET_OWNERSHIP, "PutBucketOwnershipControls", "ownershipControls", "DeleteBucketOwnershipControls"
    ),
}
