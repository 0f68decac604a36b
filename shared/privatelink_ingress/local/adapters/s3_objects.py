"""Objects of buckets: `aws:s3/bucketObjectv2:…`."""

from __future__ import annotations

from urllib.parse import urlencode

from privatelink_ingress import tokens as t
from privatelink_ingress.local.adapters.base import Adapter, Aws, Created, Properties
from privatelink_ingress.local.adapters.calls import call


def _put(aws: Aws, inputs: Properties) -> Created:
    rest = {name: value for name, value in inputs.items() if name not in ("content", "forceDestroy", "tags")}
    extra = {"Body": inputs.get("content", "").encode()}
    if tags := inputs.get("tags"):
        extra["Tagging"] = urlencode(tags)
    answer = call(aws, "s3", "PutObject", rest, type_=t.BUCKET_OBJECT, extra=extra)
    bucket, key = inputs["bucket"], inputs["key"]
    outputs = {"arn": f"arn:aws:s3:::{bucket}/{key}", "etag": answer["ETag"].strip('"')}
    return Created(f"{bucket}/{key}", outputs | {"versionId": answer.get("VersionId", "")})


def place(id_: str) -> dict[str, str]:
    """The bucket and the key of an object's id."""
    bucket, _, key = id_.partition("/")
    return {"Bucket": bucket, "Key": key}


def _delete(aws: Aws, id_: str, outputs: Properties) -> None:
    """Every version of it, as the provider deletes an object of a bucket with versions."""
    at = place(id_)
    extra = {"Bucket": at["Bucket"], "Prefix": at["Key"]}
    page = call(aws, "s3", "ListObjectVersions", {}, type_=t.BUCKET_OBJECT, extra=extra)
    for item in (*page.get("Versions", ()), *page.get("DeleteMarkers", ())):
        if item["Key"] == at["Key"]:
            call(aws, "s3", "DeleteObject", {}, type_=t.BUCKET_OBJECT, extra=at | {"VersionId": item["VersionId"]})


ADAPTERS: dict[str, Adapter] = {t.BUCKET_OBJECT: Adapter(_put, _delete)}
