"""Certificates and their validation records."""

from __future__ import annotations

from collections.abc import Set
from typing import Any

from privatelink_ingress.plan import certificates
from privatelink_ingress.plan.certificates import ValidationPlan
from privatelink_ingress.settings.edge import Certificate

ARN = "arn:aws:acm:eu-west-1:222222222222:certificate/11111111-2222-3333-4444-555555555555"
ZONE, OTHER_ZONE = "Z0123456789EXAMPLE", "Z9876543210EXAMPLE"


def entries(*given: dict[str, Any]) -> tuple[Certificate, ...]:
    return tuple(Certificate.model_validate(one) for one in given)


def check(*given: dict[str, Any], hosts: Set[tuple[str, str]] = frozenset()) -> list[str]:
    problems = certificates.check(entries(*given), hosts, account_id="222222222222", region="eu-west-1")
    return [f"{problem.where}: {problem.reason}" for problem in problems]


def test_a_name_and_its_wildcard_share_one_validation_record() -> None:
    planned = certificates.plan_certificates(entries({"domains": ("example.com", "*.example.com")}), zone_id=ZONE)
    assert planned.validations == (
        ValidationPlan(key=f"example.com-{ZONE}", certificate="example.com", domain="example.com", zone_id=ZONE),
    )
    assert planned.default.validations == (f"example.com-{ZONE}",)


def test_two_certificates_of_one_name_share_its_record() -> None:
    planned = certificates.plan_certificates(
        entries({"domains": ("*.example.com",)}, {"domains": ("shop.example.com", "example.com")}), zone_id=ZONE
    )
    assert [(one.key, one.certificate, one.domain) for one in planned.validations] == [
        (f"example.com-{ZONE}", "_wildcard.example.com", "*.example.com"),
        (f"shop.example.com-{ZONE}", "shop.example.com", "shop.example.com"),
    ]
    assert planned.more[0].validations == (f"example.com-{ZONE}", f"shop.example.com-{ZONE}")


def test_a_certificate_may_name_its_own_zone() -> None:
    planned = certificates.plan_certificates(
        entries({"domains": ("shop.example.com",), "zoneId": OTHER_ZONE}), zone_id=ZONE
    )
    assert planned.validations[0].zone_id == OTHER_ZONE


def test_an_existing_certificate_is_adopted_without_records() -> None:
    planned = certificates.plan_certificates(entries({"arn": ARN}), zone_id=ZONE)
    assert (planned.default.arn, planned.default.key) == (ARN, "11111111-2222-3333-4444-555555555555")
    assert planned.validations == ()


def test_a_host_that_no_certificate_covers_is_refused() -> None:
    hosts = {("shop", "shop.example.com"), ("shop", "a.shop.example.com"), ("blog", "example.com")}
    assert check({"domains": ("*.example.com",)}, hosts=hosts) == [
        "connections.blog: example.com is covered by no certificate",
        "connections.shop: a.shop.example.com is covered by no certificate",
    ]


def test_a_wildcard_host_needs_the_wildcard_itself() -> None:
    hosts = {("shop", "*.example.com")}
    assert check({"domains": ("*.example.com",)}, hosts=hosts) == []
    assert len(check({"domains": ("shop.example.com",)}, hosts=hosts)) == 1


def test_what_an_existing_certificate_covers_is_not_guessed() -> None:
    assert check({"arn": ARN}, hosts={("shop", "shop.example.org")}) == []


def test_a_certificate_of_another_region_or_account_is_refused() -> None:
    assert check({"arn": ARN.replace("eu-west-1", "us-east-1")}) == [
        "certificates.0.arn: is a certificate of account 222222222222 in us-east-1"
    ]
    assert check({"arn": ARN.replace("222222222222", "111111111111")}) == [
        "certificates.0.arn: is a certificate of account 111111111111 in eu-west-1"
    ]


def test_the_same_certificate_twice_is_refused() -> None:
    assert check({"arn": ARN}, {"arn": ARN}) == [f"certificates.1: {ARN} is already in certificates.0"]
    assert check({"domains": ("a.example.com",)}, {"domains": ("A.example.com", "b.example.com")}) == [
        "certificates.1: a.example.com is already in certificates.0"
    ]
