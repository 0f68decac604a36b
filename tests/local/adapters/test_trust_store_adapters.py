"""The adapters of trust stores, revocation lists and the objects that they are read from."""

from __future__ import annotations

import pytest

from privatelink_ingress import tokens as t
from privatelink_ingress.local.adapters.base import AdapterError, Properties
from privatelink_ingress.local.adapters.readings import read
from privatelink_ingress.local.adapters.table import adapter_for
from privatelink_ingress.local.adapters.updates import update
from privatelink_ingress.local.cloud.session import Session
from tests.support.authorities import certificate, revocation_list

BUCKET = "edge-trust"


def created(session: Session, type_: str, **inputs: object) -> tuple[str, Properties]:
    """The id, and the state as the engine has it."""
    made = adapter_for(type_).create(session, dict(inputs))
    return made.id, {**inputs, **made.outputs}


@pytest.fixture
def bucket(edge: Session) -> str:
    created(edge, t.BUCKET, bucket=BUCKET)
    created(edge, t.BUCKET_VERSIONING, bucket=BUCKET, versioningConfiguration={"status": "Enabled"})
    return BUCKET


def put(session: Session, key: str, content: str, **more: object) -> tuple[str, Properties]:
    return created(session, t.BUCKET_OBJECT, bucket=BUCKET, key=key, content=content, **more)


def test_an_object_is_put_changed_and_deleted_with_all_its_versions(edge: Session, bucket: str) -> None:
    s3 = edge.client("s3")
    id_, state = put(edge, "ca/1.pem", "first", contentType="application/x-pem-file", tags={"Name": "ca"})
    assert id_ == f"{bucket}/ca/1.pem"
    new = {key: state[key] for key in ("bucket", "key", "contentType")} | {"content": "other", "tags": {"Name": "x"}}
    changed = update(edge, t.BUCKET_OBJECT, id_, state, new)
    assert changed["versionId"] != state["versionId"]
    assert s3.get_object(Bucket=bucket, Key="ca/1.pem")["Body"].read() == b"other"
    found = read(edge, t.BUCKET_OBJECT, id_, state | {"tagsAll": {}})
    assert found
    assert (found["contentType"], found["etag"], found["tagsAll"]) == (
        "application/x-pem-file",
        changed["etag"],
        {"Name": "x"},
    )
    adapter_for(t.BUCKET_OBJECT).delete(edge, id_, {})
    assert s3.list_object_versions(Bucket=bucket).get("Versions", []) == []
    assert read(edge, t.BUCKET_OBJECT, id_, state) is None


def test_a_trust_store_takes_another_bundle_in_place(edge: Session, bucket: str) -> None:
    put(edge, "1.pem", certificate())
    put(edge, "2.pem", certificate() + certificate("b"))
    place = {"caCertificatesBundleS3Bucket": bucket, "caCertificatesBundleS3Key": "1.pem"}
    id_, state = created(edge, t.TRUST_STORE, name="edge", tags={"Name": "edge"}, **place)
    assert state["arnSuffix"] == id_.rpartition(":")[2]
    new = {"name": "edge", "tags": {"Name": "other"}, **place, "caCertificatesBundleS3Key": "2.pem"}
    update(edge, t.TRUST_STORE, id_, state, new)
    (found,) = edge.client("elbv2").describe_trust_stores()["TrustStores"]
    assert (found["TrustStoreArn"], found["NumberOfCaCertificates"]) == (id_, 2)
    assert read(edge, t.TRUST_STORE, id_, state | {"tagsAll": {}}) == {"name": "edge", "tagsAll": {"Name": "other"}}


def test_a_revocation_list_is_added_under_a_number_and_removed(edge: Session, bucket: str) -> None:
    put(edge, "ca.pem", certificate())
    put(edge, "crl.pem", revocation_list())
    store, _ = created(
        edge, t.TRUST_STORE, name="edge", caCertificatesBundleS3Bucket=bucket, caCertificatesBundleS3Key="ca.pem"
    )
    id_, state = created(
        edge,
        t.TRUST_STORE_REVOCATION,
        trustStoreArn=store,
        revocationsS3Bucket=bucket,
        revocationsS3Key="crl.pem",
    )
    assert (id_, state["revocationId"]) == (f"{store},1", 1)
    assert read(edge, t.TRUST_STORE_REVOCATION, id_, state) == {"trustStoreArn": store}
    adapter_for(t.TRUST_STORE_REVOCATION).delete(edge, id_, {})
    assert read(edge, t.TRUST_STORE_REVOCATION, id_, state) is None
    adapter_for(t.TRUST_STORE).delete(edge, store, {})
    assert read(edge, t.TRUST_STORE, store, {}) is None
    with pytest.raises(AdapterError, match="TrustStoreNotFound"):
        created(
            edge, t.TRUST_STORE_REVOCATION, trustStoreArn=store, revocationsS3Bucket=bucket, revocationsS3Key="crl.pem"
        )
