"""Existing certificates: the hosts that they cover, and what a load balancer refuses."""

from __future__ import annotations

import datetime
import json
from typing import Any

import pytest

from privatelink_ingress.plan.edge import certificates, existing_certificates
from privatelink_ingress.plan.edge.existing_certificates import FoundCertificate, FoundCertificates
from privatelink_ingress.plan.routing.routes import plan_all
from privatelink_ingress.settings.attached import load_edge
from privatelink_ingress.settings.edge import EdgeSettings

ARN = "arn:aws:acm:eu-west-1:222222222222:certificate/0a"
OWN = "arn:aws:acm:eu-west-1:222222222222:certificate/0b"
NOW = datetime.datetime(2026, 11, 1, tzinfo=datetime.UTC)


def found(**certificates: Any) -> FoundCertificates:
    """`shared` and `own`, each with what differs from a right one."""
    arns = {"shared": ARN, "own": OWN}
    right = {"status": "ISSUED", "key_algorithm": "RSA_2048", "not_after": NOW + datetime.timedelta(days=90)}
    return FoundCertificates(
        by_arn={arns[name]: FoundCertificate(**right | given) for name, given in certificates.items()}, seen=NOW
    )


def settings(host: str = "shop.example.com", **entry: Any) -> EdgeSettings:
    shop = {"slot": 0, "owner": "team-shop", "backends": [{"stack": "shop"}], "routes": [{"hosts": [host]}], **entry}
    values = {"certificates": [{"arn": ARN}], "dns": {"zoneId": "Z0123456789EXAMPLE"}, "connections": {"shop": shop}}
    texts = {key: json.dumps(value) for key, value in values.items()} | {"accountId": "222222222222", "owner": "a"}
    loaded = load_edge(texts, project="central-ingress", stack="prod", region="eu-west-1")
    assert isinstance(loaded, EdgeSettings)
    return loaded


def uncovered(given: EdgeSettings, known: FoundCertificates | None) -> list[str]:
    shared = certificates.coverage(given.certificates, known)
    problems = certificates.check_connections(
        plan_all(given.connections), shared, account_id="222222222222", region="eu-west-1", found=known
    )
    return [str(problem) for problem in problems]


@pytest.mark.parametrize("domains", [("shop.example.com",), ("example.com", "*.example.com")])
def test_a_host_is_covered_by_a_name_of_an_existing_certificate(domains: tuple[str, ...]) -> None:
    assert uncovered(settings(), found(shared={"domains": domains})) == []


def test_a_host_that_an_existing_certificate_does_not_cover_is_refused_with_the_names_that_it_has() -> None:
    known = found(shared={"domains": ("blog.example.com", "*.example.org")})
    assert uncovered(settings(), known) == [
        "connections.shop.routes[0].hosts[0]: no certificate covers shop.example.com: the existing ones are for "
        "*.example.org, blog.example.com\n"
        "    Add shop.example.com to the domains of an entry of certificates, or to connections.shop.certificate."
    ]


def test_a_connections_own_existing_certificate_covers_its_hosts_and_no_others() -> None:
    given = settings(certificate={"arn": OWN})
    shared = {"domains": ("example.com",)}
    assert uncovered(given, found(shared=shared, own={"domains": ("shop.example.com",)})) == []
    (problem,) = uncovered(given, found(shared=shared, own={"domains": ("cart.example.com",)}))
    assert "the existing ones are for cart.example.com, example.com\n" in problem


def test_without_a_look_up_an_existing_certificate_may_cover_every_host() -> None:
    assert uncovered(settings(), None) == []


def test_only_certificates_of_the_stacks_account_and_region_are_looked_up() -> None:
    given = settings(certificate={"arn": OWN})
    assert existing_certificates.visible(given, "eu-west-1") == {
        "certificates[0].arn": ARN,
        "connections.shop.certificate.arn": OWN,
    }
    assert existing_certificates.visible(given, "eu-central-1") == {}


def refused(**certificate: Any) -> list[str]:
    known = found(shared={"domains": ("*.example.com",), **certificate})
    return [str(problem) for problem in existing_certificates.check(settings(), known)]


def test_an_issued_certificate_is_taken() -> None:
    assert refused() == []
    assert [refused(key_algorithm=one) for one in existing_certificates.KEY_ALGORITHMS] == [[]] * 6


@pytest.mark.parametrize(
    ("status", "remedy"),
    [
        ("PENDING_VALIDATION", "Create its validation records and wait until ACM has issued it, or write another"),
        ("EXPIRED", "Renew it, or import a valid one under the same ARN, or write another"),
        ("INACTIVE", "Associate it with a service of AWS again, so that ACM renews it, or write another"),
        ("REVOKED", "Write another"),
        ("FAILED", "Write another"),
    ],
)
def test_a_certificate_that_is_not_issued_is_refused(status: str, remedy: str) -> None:
    assert refused(status=status) == [
        f"certificates[0].arn: is {status}: a load balancer takes issued certificates only\n"
        f"    {remedy} certificate, or domains to have one issued. {ARN} is for *.example.com."
    ]


def test_a_certificate_that_has_expired_is_refused_even_if_acm_does_not_say_so_yet() -> None:
    (problem,) = refused(not_after=NOW)
    assert problem.startswith("certificates[0].arn: expired on 2026-11-01: clients refuse the connection\n    Renew ")


def test_a_key_that_no_load_balancer_takes_is_refused_with_those_that_it_takes() -> None:
    assert refused(key_algorithm="RSA_1024") == [
        "certificates[0].arn: has a key of type RSA_1024: a load balancer takes RSA_2048, RSA_3072, RSA_4096, "
        "EC_prime256v1, EC_secp384r1, EC_secp521r1\n"
        "    Import it again with such a key, or write another certificate, or domains to have one issued. "
        f"{ARN} is for *.example.com."
    ]
