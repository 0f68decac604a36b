"""A resolver is asked for addresses, and each of its answers has a word."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from privatelink_ingress.problems import UsageError
from privatelink_ingress.public_dns import questions
from privatelink_ingress.public_dns.resolver import Address, Resolver, Unreachable
from privatelink_ingress.trace.public_names import Answer
from tests.support.dns_server import NEGATIVE_TTL, TTL, DnsServer, dns_server

HOST = "shop.example.com"


@pytest.fixture
def server() -> Iterator[DnsServer]:
    with dns_server() as running:
        running.names.zones |= {"example.com"}
        yield running


def resolver(server: DnsServer, seconds: float = 2) -> Resolver:
    return Resolver(Address.parse(server.address), seconds=seconds)


def test_addresses_come_with_the_names_that_led_to_them(server: DnsServer):
    server.names.set(HOST, "CNAME", "Edge.Example.com")
    server.names.set("edge.example.com", "A", "192.0.2.1", "192.0.2.2")
    found = resolver(server).ask(HOST, "A")
    assert found == Answer(
        outcome="addresses", chain=("edge.example.com",), addresses=frozenset({"192.0.2.1", "192.0.2.2"}), ttl=TTL
    )


def test_an_ipv6_address_is_compared_in_its_short_form(server: DnsServer):
    server.names.set(HOST, "AAAA", "2001:db8:0:0:0:0:0:1")
    assert resolver(server).ask(HOST, "AAAA").addresses == {"2001:db8::1"}


def test_a_name_that_does_not_exist_says_how_long_that_is_kept(server: DnsServer):
    assert resolver(server).ask(HOST, "A") == Answer(outcome="no such name", ttl=NEGATIVE_TTL)


def test_a_cname_record_that_leads_nowhere_is_in_the_answer(server: DnsServer):
    server.names.set(HOST, "CNAME", "gone.example.com")
    found = resolver(server).ask(HOST, "A")
    assert (found.outcome, found.chain) == ("no such name", ("gone.example.com",))


def test_a_name_with_no_address_of_the_type_exists(server: DnsServer):
    server.names.set(HOST, "A", "192.0.2.1")
    assert resolver(server).ask(HOST, "AAAA") == Answer(outcome="no address", ttl=NEGATIVE_TTL)


@pytest.mark.parametrize(("kind", "code"), [("failing", "SERVFAIL"), ("refused", "REFUSED")])
def test_an_error_of_the_resolver_has_its_code(server: DnsServer, kind: str, code: str):
    getattr(server.names, kind).add(HOST)
    assert resolver(server).ask(HOST, "A") == Answer(outcome="failure", detail=code)


def test_silence_ends(server: DnsServer):
    server.names.silent.add(HOST)
    assert resolver(server, 0.2).ask(HOST, "A") == Answer(outcome="silence", detail="no answer within 0.2 seconds")


def test_an_answer_that_is_cut_off_is_asked_for_over_tcp(server: DnsServer):
    server.names.set(HOST, "A", "192.0.2.1")
    server.names.truncated.add(HOST)
    assert resolver(server).ask(HOST, "A").addresses == {"192.0.2.1"}


def test_a_name_that_dns_cannot_carry_is_a_failure_and_no_traceback(server: DnsServer):
    assert resolver(server).ask(f"{'x' * 64}.example.com", "A").outcome == "failure"


def test_when_no_load_balancer_gets_an_answer_nothing_more_is_asked(server: DnsServer):
    server.names.silent |= {"alb.example.com", HOST}
    with pytest.raises(Unreachable, match=rf"^resolver {server.address} gave no answer within 0\.2 seconds$"):
        questions.ask(resolver(server, 0.2), [("alb.example.com", "A")], [(HOST, "A")], {"example.com": ()})
    assert {name for name, _ in server.names.asked} == {"alb.example.com"}


def test_one_name_that_gets_no_answer_keeps_no_other_from_one(server: DnsServer):
    server.names.set("alb.example.com", "A", "192.0.2.1")
    server.names.silent.add(HOST)
    hosts = [(HOST, "A"), ("blog.example.com", "A")]
    names = questions.ask(resolver(server, 0.2), [("alb.example.com", "A")], hosts, {})
    assert {name: one.outcome for (name, _), one in names.answers.items()} == {
        "alb.example.com": "addresses",
        HOST: "silence",
        "blog.example.com": "no such name",
    }
    assert names.resolver == server.address


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("10.0.0.2", Address("10.0.0.2")),
        ("10.0.0.2:5353", Address("10.0.0.2", 5353)),
        ("2001:db8::2", Address("2001:db8::2")),
        ("[2001:db8::2]", Address("2001:db8::2")),
        ("[2001:db8::2]:5353", Address("2001:db8::2", 5353)),
    ],
)
def test_an_address_may_have_a_port(text: str, address: Address):
    assert Address.parse(text) == address


@pytest.mark.parametrize("text", ["", "dns.example.com", "10.0.0", "10.0.0.2:", "10.0.0.2:dns", "[10.0.0.2", "٣.0.0.2"])
def test_what_is_no_address_is_refused_with_the_forms(text: str):
    with pytest.raises(UsageError, match=r"10\.0\.0\.2:5353 or \[2001:db8::2\]:5353") as caught:
        Address.parse(text)
    assert f"--resolver: is {text}, which is not the IP address of a resolver" in str(caught.value)


@pytest.mark.parametrize("port", ["0", "65536"])
def test_a_port_that_cannot_be_is_refused(port: str):
    with pytest.raises(UsageError, match="but a port is a number from 1 to 65535"):
        Address.parse(f"10.0.0.2:{port}")
