"""The emulated AWS as a server of this process."""

from __future__ import annotations

from privatelink_ingress.local.cloud import Cloud

EDGE, REGION = "222222222222", "eu-west-1"


def test_a_cloud_starts_empty_whatever_an_earlier_one_of_the_process_left():
    with Cloud() as left:
        left.session(EDGE, REGION).client("s3").create_bucket(
            Bucket="left-behind", CreateBucketConfiguration={"LocationConstraint": REGION}
        )
        with Cloud() as fresh:
            assert fresh.session(EDGE, REGION).client("s3").list_buckets()["Buckets"] == []
