"""Certificates and their validation records."""

from __future__ import annotations

import json
from typing import Any

from privatelink_ingress.plan.edge import certificates
from privatelink_ingress.plan.edge.certificates import CertificatesPlan, ValidationPlan
from privatelink_ingress.plan.routing.routes import plan_all
from privatelink_ingress.problems import Problems
from privatelink_ingress.settings.certificates import Certificate
from privatelink_ingress.settings.edge import Connection

ARN = "arn:aws:acm:eu-west-1:222222222222:certificate/11111111-2222-3333-4444-555555555555"
EDGE: dict[str, Any] = {"account_id": "222222222222", "region": "eu-west-1"}
ZONE, OTHER_ZONE = "Z0123456789EXAMPLE", "Z9876543210EXAMPLE"


def entries(*given: dict[str, Any]) -> tuple[Certificate, ...]:
    return tuple(Certificate.model_validate(one) for one in given)


def plan(written: tuple[Certificate, ...]) -> CertificatesPlan:
    return certificates.plan_certificates(written, hosted_zone_id=ZONE, **EDGE)


def check(*given: dict[str, Any], **connections: dict[str, Any]) -> list[str]:
    problems = Problems()
    with problems.collect():
        certificates.plan_certificates(entries(*given), hosted_zone_id=ZONE, **EDGE)
    published = {
        name: Connection.model_validate_json(
            json.dumps({"slot": 0, "owner": "team", "backends": [{"stack": name}], **connection})
        )
        for name, connection in connections.items()
    }
    problems += certificates.check_connections(plan_all(published), certificates.coverage(entries(*given)), **EDGE)
    return [f"{problem.where}: {problem.reason}" for problem in problems]


def hosts(*names: str, **own: Any) -> dict[str, Any]:
    """A connection with these hosts, and perhaps a certificate of its own."""
    return {"routes": [{"hosts": names}], **({"certificate": own} if own else {})}


def test_a_name_and_its_wildcard_share_one_validation_record() -> None:
    planned = plan(entries({"domains": ("example.com", "*.example.com")}))
    assert planned.validations == (
        ValidationPlan(key=f"example.com-{ZONE}", certificate="example.com", domain="example.com", zone_id=ZONE),
    )
    assert planned.certificates[0].validations == (f"example.com-{ZONE}",)


def test_two_certificates_of_one_name_share_its_record() -> None:
    planned = plan(entries({"domains": ("*.example.com",)}, {"domains": ("shop.example.com", "example.com")}))
    assert [(one.key, one.certificate, one.domain) for one in planned.validations] == [
        (f"example.com-{ZONE}", "_wildcard.example.com", "*.example.com"),
        (f"shop.example.com-{ZONE}", "shop.example.com", "shop.example.com"),
    ]
    assert planned.certificates[1].validations == (f"example.com-{ZONE}", f"shop.example.com-{ZONE}")


def test_a_certificate_may_name_its_own_zone() -> None:
    planned = plan(entries({"domains": ("shop.example.com",), "zoneId": OTHER_ZONE}))
    assert planned.validations[0].zone_id == OTHER_ZONE


def test_an_existing_certificate_is_adopted_without_records() -> None:
    planned = plan(entries({"arn": ARN}))
    assert (planned.certificates[0].arn, planned.certificates[0].key) == (ARN, "11111111-2222-3333-4444-555555555555")
    assert planned.validations == ()


def test_a_host_that_no_certificate_covers_is_refused() -> None:
    shop, blog = hosts("shop.example.com", "A.shop.example.com"), hosts("example.com")
    assert check({"domains": ("*.example.com",)}, shop=shop, blog=blog) == [
        "connections.blog.routes[0].hosts[0]: no certificate covers example.com",
        "connections.shop.routes[0].hosts[1]: no certificate covers a.shop.example.com",
    ]


def test_a_wildcard_host_needs_the_wildcard_itself() -> None:
    shop = hosts("*.example.com")
    assert check({"domains": ("*.example.com",)}, shop=shop) == []
    assert len(check({"domains": ("shop.example.com",)}, shop=shop)) == 1


def test_an_existing_certificate_is_assumed_to_cover_every_host() -> None:
    assert check({"arn": ARN}, shop=hosts("shop.example.org")) == []


def test_a_connections_own_certificate_covers_its_hosts_and_no_other_connections() -> None:
    own = hosts("shop.example.org", domains=("shop.example.org",))
    assert check({"domains": ("*.example.com",)}, shop=own) == []
    assert check({"domains": ("*.example.com",)}, shop=own, blog=hosts("shop.example.org")) == [
        "connections.blog.routes[0].hosts[0]: no certificate covers shop.example.org"
    ]
    assert check({"domains": ("*.example.com",)}, shop=hosts("shop.example.org", arn=ARN)) == []


def test_a_validation_record_has_one_owner() -> None:
    listener = {"domains": ("example.com", "shop.example.org")}
    assert check(listener, shop=hosts("a.shop.example.org", domains=("*.shop.example.org",))) == [
        "connections.shop.certificate: is for shop.example.org, which is already in the load balancer's certificates"
    ]
    one, other = hosts("a.org", domains=("a.org",)), hosts("b.a.org", domains=("*.a.org",))
    assert check(listener, blog=one, shop=other) == [
        "connections.shop.certificate: is for a.org, which is already in connections.blog.certificate"
    ]


def test_an_existing_certificate_is_attached_once() -> None:
    assert check({"arn": ARN}, shop=hosts("a.org", arn=ARN)) == [
        f"connections.shop.certificate: is for {ARN}, which is already in the load balancer's certificates"
    ]


def test_a_connections_certificate_of_another_region_is_refused() -> None:
    arn = ARN.replace("eu-west-1", "us-east-1")
    assert check({"domains": ("a.org",)}, shop=hosts("b.org", arn=arn)) == [
        "connections.shop.certificate.arn: is a certificate of account 222222222222 in us-east-1"
    ]


def test_a_certificate_of_another_region_or_account_is_refused() -> None:
    assert check({"arn": ARN.replace("eu-west-1", "us-east-1")}) == [
        "certificates[0].arn: is a certificate of account 222222222222 in us-east-1"
    ]
    assert check({"arn": ARN.replace("222222222222", "111111111111")}) == [
        "certificates[0].arn: is a certificate of account 111111111111 in eu-west-1"
    ]


def test_the_same_certificate_twice_is_refused() -> None:
    assert check({"arn": ARN}, {"arn": ARN}) == [f"certificates[1]: {ARN} is already in certificates[0]"]
    assert check({"domains": ("a.example.com",)}, {"domains": ("A.example.com", "b.example.com")}) == [
        "certificates[1]: a.example.com is already in certificates[0]"
    ]
