"""Certificates of the emulated AWS are issued after validation, and described as requested."""

from __future__ import annotations

import pytest

from privatelink_ingress.local.cloud.session import Session
from tests.support.edge_world import change, cname, refused


def request(session: Session, *names: str, **over: str) -> str:
    method = {"ValidationMethod": "DNS"} | over
    acm = session.client("acm")
    return acm.request_certificate(DomainName=names[0], SubjectAlternativeNames=list(names), **method)["CertificateArn"]


def describe(session: Session, arn: str) -> dict:
    return session.client("acm").describe_certificate(CertificateArn=arn)["Certificate"]


def zone(session: Session, name: str = "example.com") -> str:
    return session.client("route53").create_hosted_zone(Name=name, CallerReference=name)["HostedZone"]["Id"]


def test_it_is_issued_when_the_last_record_is_there(edge: Session) -> None:
    arn, zone_id = request(edge, "shop.example.com", "blog.example.com"), zone(edge)
    records = [option["ResourceRecord"] for option in describe(edge, arn)["DomainValidationOptions"]]
    change(edge, zone_id, "CREATE", **cname(records[0]))
    assert describe(edge, arn)["Status"] == "PENDING_VALIDATION"
    change(edge, zone_id, "CREATE", **cname(records[1]))
    assert describe(edge, arn)["Status"] == "ISSUED"


def test_the_record_may_be_in_a_zone_of_another_account(edge: Session, workload: Session) -> None:
    arn = request(edge, "shop.example.com")
    change(
        workload, zone(workload), "CREATE", **cname(describe(edge, arn)["DomainValidationOptions"][0]["ResourceRecord"])
    )
    assert describe(edge, arn)["Status"] == "ISSUED"


def test_a_record_with_another_value_does_not_count(edge: Session) -> None:
    arn = request(edge, "shop.example.com")
    record = describe(edge, arn)["DomainValidationOptions"][0]["ResourceRecord"]
    change(edge, zone(edge), "CREATE", **cname(record | {"Value": "other.acm-validations.aws."}))
    assert describe(edge, arn)["Status"] == "PENDING_VALIDATION"


def test_an_apex_and_its_wildcard_share_one_record(edge: Session) -> None:
    options = describe(edge, request(edge, "example.com", "*.example.com"))["DomainValidationOptions"]
    assert [option["DomainName"] for option in options] == ["example.com", "*.example.com"]
    assert options[0]["ResourceRecord"] == options[1]["ResourceRecord"]


def test_without_a_method_it_waits_for_an_email(edge: Session) -> None:
    arn = edge.client("acm").request_certificate(DomainName="shop.example.com")["CertificateArn"]
    detail = describe(edge, arn)
    assert detail["Status"] == "PENDING_VALIDATION"
    assert "ResourceRecord" not in detail["DomainValidationOptions"][0]


def test_the_key_algorithm_is_the_one_asked_for(edge: Session) -> None:
    assert (
        describe(edge, request(edge, "a.example.com", KeyAlgorithm="EC_prime256v1"))["KeyAlgorithm"] == "EC_prime256v1"
    )
    assert describe(edge, request(edge, "b.example.com"))["KeyAlgorithm"] == "RSA_2048"


@pytest.mark.parametrize("name", ["bad_domain.example.com", "example", "a.*.example.com"])
def test_a_bad_domain_name_is_refused(edge: Session, name: str) -> None:
    with refused("ValidationException", name):
        request(edge, name)
