"""The emulated AWS as a server of this process, reached over HTTP and without it."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from privatelink_ingress.local.cloud import Cloud
from privatelink_ingress.local.cloud.session import Session

EDGE, REGION = "222222222222", "eu-west-1"


def test_a_cloud_starts_empty_after_an_earlier_one_in_the_same_process():
    with Cloud() as earlier:
        earlier.session(EDGE, REGION).client("s3").create_bucket(
            Bucket="left-behind", CreateBucketConfiguration={"LocationConstraint": REGION}
        )
        with Cloud() as fresh:
            assert fresh.session(EDGE, REGION).client("s3").list_buckets()["Buckets"] == []


@pytest.fixture
def over_http(cloud: Cloud, edge: Session) -> Session:
    """The edge account, as another process reaches it."""
    return Session(cloud.endpoint_url, EDGE, REGION)


def _answer(call: Any, **parameters: Any) -> Any:
    """What a call returns, without the id and date of its response, or how it fails."""
    try:
        answer = call(**parameters)
    except ClientError as error:
        answer = error.response
    headers = answer["ResponseMetadata"]["HTTPHeaders"]
    kept = {"content-type": headers.get("content-type"), "content-length": headers.get("content-length")}
    metadata = {"HTTPStatusCode": answer["ResponseMetadata"]["HTTPStatusCode"], "HTTPHeaders": kept}
    return answer | {"ResponseMetadata": metadata}


@pytest.mark.parametrize(
    ("service", "operation", "parameters"),
    [
        ("ec2", "describe_vpcs", {}),
        ("ec2", "describe_vpcs", {"VpcIds": ["vpc-0123456789abcdef0"]}),
        ("s3", "head_bucket", {"Bucket": "logs"}),
        ("s3", "head_bucket", {"Bucket": "absent"}),
        ("s3", "head_object", {"Bucket": "logs", "Key": "a key/ü+%2F"}),
        ("route53", "list_hosted_zones", {}),
        ("eks", "describe_cluster", {"name": "absent"}),
        ("wafv2", "list_web_acls", {"Scope": "REGIONAL"}),
        ("iam", "list_policies", {"Scope": "AWS", "MaxItems": 2}),
    ],
)
def test_a_client_of_this_process_gets_the_answer_that_http_carries(over_http, edge, service, operation, parameters):
    s3 = edge.client("s3")
    s3.create_bucket(Bucket="logs", CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_object(Bucket="logs", Key="a key/ü+%2F", Body=b"text", Metadata={"made_by": "hand", "made-for": "test"})

    in_process = _answer(getattr(edge.client(service), operation), **parameters)

    assert in_process == _answer(getattr(over_http.client(service), operation), **parameters)


def test_an_object_put_over_one_way_is_read_over_the_other(over_http, edge):
    edge.client("s3").create_bucket(Bucket="logs", CreateBucketConfiguration={"LocationConstraint": REGION})
    edge.client("s3").put_object(Bucket="logs", Key="in-process", Body=b"in \x00 process")
    over_http.client("s3").put_object(Bucket="logs", Key="http", Body=b"over \x00 http")

    assert over_http.client("s3").get_object(Bucket="logs", Key="in-process")["Body"].read() == b"in \x00 process"
    assert edge.client("s3").get_object(Bucket="logs", Key="http")["Body"].read() == b"over \x00 http"


def test_an_operation_that_fails_inside_the_emulator_answers_with_500(over_http, edge, monkeypatch):
    from moto.eks.models import EKSBackend

    monkeypatch.setattr(EKSBackend, "list_clusters", lambda *_, **__: 1 / 0)

    for session in (edge, over_http):
        with pytest.raises(ClientError) as caught:
            session.client("eks").list_clusters()
        assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 500
