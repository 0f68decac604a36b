"""Trust stores of the emulated AWS: what they take, who uses them, and what keeps them from being deleted."""

from __future__ import annotations

from typing import Any

import pytest

from privatelink_ingress.local.cloud.session import Session
from tests.support.authorities import NOW, YEAR, certificate, revocation_list, rsa_key
from tests.support.edge_world import balancer, listener, network, refused
from tests.support.edge_world import certificate as issued

BUCKET = "trust"


@pytest.fixture
def files(edge: Session) -> Any:
    """Puts a text into the bucket under a key, and returns the version."""
    s3 = edge.client("s3")
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": edge.region})
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    return lambda key, text: s3.put_object(Bucket=BUCKET, Key=key, Body=text.encode())["VersionId"]


def store(session: Session, key: str = "ca.pem", *, name: str = "edge", **over: str) -> str:
    wanted = {"CaCertificatesBundleS3Bucket": BUCKET, "CaCertificatesBundleS3Key": key, **over}
    return session.client("elbv2").create_trust_store(Name=name, **wanted)["TrustStores"][0]["TrustStoreArn"]


def https(session: Session, port: int = 443, *, on: str = "", **mutual: Any) -> str:
    on = on or balancer(session, network(session))["LoadBalancerArn"]
    held = [{"CertificateArn": issued(session, f"{port}.example.com")}]
    extra = {"MutualAuthentication": mutual} if mutual else {}
    return listener(session, on, port, Protocol="HTTPS", Certificates=held, **extra)


def mode(session: Session, arn: str) -> dict[str, Any]:
    (found,) = session.client("elbv2").describe_listeners(ListenerArns=[arn])["Listeners"]
    return found["MutualAuthentication"]


def test_a_trust_store_keeps_the_bundle_that_it_has_read(edge: Session, files: Any) -> None:
    files("ca.pem", certificate("a") + certificate("b"))
    arn = store(edge)
    edge.client("s3").delete_object(Bucket=BUCKET, Key="ca.pem")
    (found,) = edge.client("elbv2").describe_trust_stores(Names=["edge"])["TrustStores"]
    assert found == {
        "Name": "edge",
        "TrustStoreArn": arn,
        "Status": "ACTIVE",
        "NumberOfCaCertificates": 2,
        "TotalRevokedEntries": 0,
    }


def test_a_version_of_the_bundle_can_be_chosen_and_must_exist(edge: Session, files: Any) -> None:
    first = files("ca.pem", certificate("a"))
    files("ca.pem", certificate("a") + certificate("b"))
    elb = edge.client("elbv2")
    arn = store(edge, CaCertificatesBundleS3ObjectVersion=first)
    assert elb.describe_trust_stores(TrustStoreArns=[arn])["TrustStores"][0]["NumberOfCaCertificates"] == 1
    with refused("CaCertificatesBundleNotFound"):
        store(edge, name="other", CaCertificatesBundleS3ObjectVersion="missing")
    changed = elb.modify_trust_store(
        TrustStoreArn=arn, CaCertificatesBundleS3Bucket=BUCKET, CaCertificatesBundleS3Key="ca.pem"
    )
    assert changed["TrustStores"][0]["NumberOfCaCertificates"] == 2


@pytest.mark.parametrize(
    "text",
    ["-", certificate(authority=False), certificate(authority=None), certificate(of=rsa_key(1024)), certificate() * 26],
    ids=["none", "leaf", "silent", "short key", "many"],
)
def test_a_bundle_is_pem_of_up_to_25_authorities_with_keys_of_2048_bits(edge: Session, files: Any, text: str) -> None:
    files("ca.pem", text)
    with refused("InvalidCaCertificatesBundle"):
        store(edge)
    assert edge.client("elbv2").describe_trust_stores()["TrustStores"] == []


def test_an_expired_authority_is_taken_as_elastic_load_balancing_documents_no_refusal(
    edge: Session, files: Any
) -> None:
    files("ca.pem", certificate(until=NOW - YEAR))
    assert store(edge)


def test_a_name_is_free_again_after_the_deletion(edge: Session, files: Any) -> None:
    files("ca.pem", certificate())
    arn = store(edge)
    with refused("DuplicateTrustStoreName"):
        store(edge)
    edge.client("elbv2").delete_trust_store(TrustStoreArn=arn)
    with refused("TrustStoreNotFound"):
        edge.client("elbv2").describe_trust_stores(TrustStoreArns=[arn])
    assert store(edge) != arn


def test_a_trust_store_in_use_stays_until_its_listener_lets_go(edge: Session, files: Any) -> None:
    files("ca.pem", certificate())
    arn, elb = store(edge), edge.client("elbv2")
    made = https(edge, Mode="verify", TrustStoreArn=arn)
    assert mode(edge, made) == {
        "Mode": "verify",
        "TrustStoreArn": arn,
        "IgnoreClientCertificateExpiry": False,
        "AdvertiseTrustStoreCaNames": "off",
    }
    assert elb.describe_trust_store_associations(TrustStoreArn=arn)["TrustStoreAssociations"] == [{"ResourceArn": made}]
    with refused("TrustStoreInUse"):
        elb.delete_trust_store(TrustStoreArn=arn)
    elb.modify_listener(ListenerArn=made, MutualAuthentication={"Mode": "off"})
    assert mode(edge, made) == {"Mode": "off"}
    elb.delete_trust_store(TrustStoreArn=arn)


def test_only_verify_takes_a_trust_store_and_needs_one_that_exists(edge: Session, files: Any) -> None:
    files("ca.pem", certificate())
    arn, made, elb = store(edge), https(edge), edge.client("elbv2")
    assert mode(edge, made) == {"Mode": "off"}
    for wanted, code in (
        ({"Mode": "verify"}, "ValidationError"),
        ({"Mode": "verify", "TrustStoreArn": f"{arn}0"}, "TrustStoreNotFound"),
        ({"Mode": "passthrough", "TrustStoreArn": arn}, "ValidationError"),
        ({"Mode": "off", "IgnoreClientCertificateExpiry": True}, "ValidationError"),
        ({"Mode": "strict"}, "ValidationError"),
    ):
        with refused(code):
            elb.modify_listener(ListenerArn=made, MutualAuthentication=wanted)
    assert mode(edge, made) == {"Mode": "off"}
    elb.modify_listener(ListenerArn=made, MutualAuthentication={"Mode": "passthrough"})
    elb.modify_listener(ListenerArn=made, Port=444)
    assert mode(edge, made) == {"Mode": "passthrough"}


def test_a_load_balancer_has_two_listeners_that_verify(edge: Session, files: Any) -> None:
    files("ca.pem", certificate())
    arn, on = store(edge), balancer(edge, network(edge))["LoadBalancerArn"]
    for port in (443, 444):
        https(edge, port, on=on, Mode="verify", TrustStoreArn=arn)
    with refused("ValidationError", "at most 2 listeners"):
        https(edge, 445, on=on, Mode="verify", TrustStoreArn=arn)


def test_revocation_lists_are_added_counted_and_removed(edge: Session, files: Any) -> None:
    files("ca.pem", certificate())
    files("a.pem", revocation_list(serials=(7, 8)))
    files("b.pem", revocation_list(serials=(9,)))
    files("wrong.pem", certificate())
    arn, elb = store(edge), edge.client("elbv2")

    def add(key: str) -> int:
        contents = [{"S3Bucket": BUCKET, "S3Key": key, "RevocationType": "CRL"}]
        added = elb.add_trust_store_revocations(TrustStoreArn=arn, RevocationContents=contents)
        return added["TrustStoreRevocations"][0]["RevocationId"]

    numbers = [add("a.pem"), add("b.pem")]
    assert elb.describe_trust_stores()["TrustStores"][0]["TotalRevokedEntries"] == 3
    for key, code in (("missing.pem", "RevocationContentNotFound"), ("wrong.pem", "InvalidRevocationContent")):
        with refused(code):
            add(key)
    elb.remove_trust_store_revocations(TrustStoreArn=arn, RevocationIds=numbers[:1])
    with refused("RevocationIdNotFound"):
        elb.remove_trust_store_revocations(TrustStoreArn=arn, RevocationIds=numbers)
    (left,) = elb.describe_trust_store_revocations(TrustStoreArn=arn)["TrustStoreRevocations"]
    assert left == {
        "TrustStoreArn": arn,
        "RevocationId": numbers[1],
        "RevocationType": "CRL",
        "NumberOfRevokedEntries": 1,
    }


def test_a_trust_store_has_tags(edge: Session, files: Any) -> None:
    files("ca.pem", certificate())
    arn, elb = store(edge), edge.client("elbv2")
    elb.add_tags(ResourceArns=[arn], Tags=[{"Key": "Owner", "Value": "team"}])
    assert elb.describe_tags(ResourceArns=[arn])["TagDescriptions"][0]["Tags"] == [{"Key": "Owner", "Value": "team"}]
    found = edge.client("resourcegroupstaggingapi").get_resources(
        ResourceTypeFilters=["elasticloadbalancing:truststore"]
    )
    assert [one["ResourceARN"] for one in found["ResourceTagMappingList"]] == [arn]
