"""To which name servers a domain is delegated: its parent zone says it, or else a resolver."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from privatelink_ingress.public_dns.delegation import delegation
from privatelink_ingress.public_dns.resolver import Address, Resolver
from privatelink_ingress.trace.public_names import Delegation
from tests.support.dns_server import HOST, NEGATIVE_TTL, TTL, DnsServer, dns_server

DOMAIN = "example.com"
OURS = ("ns-1.awsdns-01.com", "ns-2.awsdns-02.net")


@pytest.fixture
def server() -> Iterator[DnsServer]:
    with dns_server() as running:
        running.names.set("com", "NS", "a.registry.example")
        running.names.set("a.registry.example", "A", HOST)
        yield running


def asked(server: DnsServer, expected: tuple[str, ...] = OURS, *, parent_answers: bool = True) -> Delegation:
    resolver = Resolver(Address.parse(server.address), seconds=0.5)
    port = server.port if parent_answers else 1
    return delegation(resolver, DOMAIN, expected, authority_port=port)


def test_the_parent_says_it_whatever_the_domain_says_of_itself(server: DnsServer):
    server.names.zones.add(DOMAIN)
    server.names.set(DOMAIN, "NS", "ns1.old.example")
    server.names.delegated[DOMAIN] = OURS
    assert asked(server) == Delegation(servers=OURS, source="a.registry.example", parent="com", ttl=TTL)


def test_a_domain_that_the_parent_does_not_know_is_not_delegated(server: DnsServer):
    assert asked(server) == Delegation(servers=(), source="a.registry.example", parent="com", ttl=NEGATIVE_TTL)


def test_a_domain_in_which_the_parent_has_records_is_not_delegated(server: DnsServer):
    server.names.set("www.example.com", "A", "192.0.2.1")
    assert asked(server).servers == ()


def test_a_cname_record_is_no_delegation(server: DnsServer):
    server.names.set(DOMAIN, "CNAME", "parked.example")
    server.names.set("parked.example", "NS", "ns1.parked.example")
    found = asked(server)
    assert (found.servers, found.cname) == ((), "parked.example")


@pytest.mark.parametrize(
    ("domain", "known"), [("delegated", OURS), ("unknown", ()), ("cname", ())], ids=["delegated", "unknown", "cname"]
)
def test_a_resolver_says_it_where_no_name_server_of_the_parent_can_be_reached(
    server: DnsServer, domain: str, known: tuple[str, ...]
):
    if domain == "delegated":
        server.names.set(DOMAIN, "NS", *OURS)
    if domain == "cname":
        server.names.set(DOMAIN, "CNAME", "parked.example")
        server.names.set("parked.example", "NS", "ns1.parked.example")
    found = asked(server, parent_answers=False)
    assert (found.servers, found.source, found.parent) == (known, f"resolver {server.address}", "com")
    assert found.cname == ("parked.example" if domain == "cname" else "")


def test_a_domain_whose_name_servers_do_not_answer_for_it_is_broken(server: DnsServer):
    server.names.failing.add(DOMAIN)
    found = asked(server, parent_answers=False)
    assert (found.servers, found.broken, found.why) == (None, True, "SERVFAIL")


def test_silence_proves_nothing(server: DnsServer):
    server.names.silent |= {DOMAIN, "com"}
    found = asked(server)
    assert (found.servers, found.broken, found.why) == (None, False, "no answer within 0.5 seconds")


def test_a_name_server_with_another_name_and_the_same_address_is_the_same(server: DnsServer):
    server.names.delegated[DOMAIN] = ("ns1.example.com", "ns2.example.com")
    for number, name in enumerate(OURS, 1):
        server.names.set(name, "A", f"192.0.2.{number}")
        server.names.set(f"ns{number}.example.com", "A", f"192.0.2.{number}")
    assert asked(server).servers == OURS
    server.names.set("ns2.example.com", "A", "198.51.100.9")
    assert asked(server).servers == (OURS[0], "ns2.example.com")
