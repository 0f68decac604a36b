"""Every network of a stack file is an address and a prefix, in a range that AWS takes."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from privatelink_ingress.settings.networks import NOT_IN_A_VPC, Cidr, ClientCidr, FirewallCidr, Source, VpcCidr

TYPES = {"VpcCidr": VpcCidr, "Cidr": Cidr, "FirewallCidr": FirewallCidr, "Source": Source, "ClientCidr": ClientCidr}
CLIENTS = ("ClientCidr", "FirewallCidr", "Source")


def refusal(kind: str, text: str) -> tuple[str, str]:
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(TYPES[kind]).validate_python(text)
    (error,) = caught.value.errors()
    setting = error["ctx"]["error"]
    return setting.reason, setting.remedy


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize(
    ("text", "reason", "remedy"),
    [
        ("10.12.0.0/255.255.0.0", "with a mask in place of a prefix", "Write 10.12.0.0/16."),
        ("10.12.0.0/0.0.255.255", "with a mask in place of a prefix", "Write 10.12.0.0/16."),
        ("10.12.0.7", "which has no prefix", "Write {address}."),
        ("10.12.0.1/16", "which is not a network: 10.12.0.1/16 has host bits set", "Write 10.12.0.0/16."),
    ],
)
def test_only_an_address_and_a_prefix_are_taken(kind: str, text: str, reason: str, remedy: str):
    in_a_vpc = kind == "VpcCidr"
    address = "10.12.0.0/16" if in_a_vpc else "10.12.0.7/32"
    assert refusal(kind, text) == (f"is {text!r}, {reason}", remedy.format(address=address))


@pytest.mark.parametrize(("kind", "example"), [("VpcCidr", "10.12.0.0/16"), ("Cidr", "198.51.100.0/24")])
def test_ipv6_is_for_networks_of_clients(kind: str, example: str):
    assert refusal(kind, "2001:db8::/32") == (
        "is '2001:db8::/32', an IPv6 network, but only IPv4 is possible here",
        f"Write an address and a prefix, such as {example}.",
    )


@pytest.mark.parametrize("kind", CLIENTS)
@pytest.mark.parametrize(
    ("text", "reason", "remedy"),
    [
        ("2001:db8::1/32", "which is not a network: 2001:db8::1/32 has host bits set", "Write 2001:db8::/32."),
        ("2001:db8::7", "which has no prefix", "Write 2001:db8::7/128."),
        ("2001:DB8::/32", "which AWS writes differently", "Write 2001:db8::/32."),
        ("2001:0db8:0::/32", "which AWS writes differently", "Write 2001:db8::/32."),
        ("2001:db8::/032", "which AWS writes differently", "Write 2001:db8::/32."),
        (
            "::ffff:198.51.100.0/120",
            "IPv4 addresses in the form of IPv6, which no client has",
            "Write 198.51.100.0/24.",
        ),
        (
            "::ffff:c633:6407/120",
            "which is not a network: ::ffff:c633:6407/120 has host bits set",
            "Write 198.51.100.0/24.",
        ),
        ("fe80::1%eth0/128", "with a scope, which only the client's own host knows", "Write fe80::1/128."),
    ],
)
def test_ipv6_is_taken_in_one_form(kind: str, text: str, reason: str, remedy: str):
    assert refusal(kind, text) == (f"is {text!r}, {reason}", remedy)


@pytest.mark.parametrize("kind", CLIENTS)
@given(st.integers(0, 2**128 - 1), st.integers(1, 128))
def test_every_other_ipv6_network_is_taken_as_it_is_written(kind: str, address: int, prefix: int):
    network = ipaddress.IPv6Network((address, prefix), strict=False)
    if network.subnet_of(ipaddress.IPv6Network("::ffff:0:0/96")):
        refusal(kind, str(network))
    else:
        assert TypeAdapter(TYPES[kind]).validate_python(str(network)) == str(network)


@pytest.mark.parametrize(
    ("everyone", "prefix", "halves"),
    [("0.0.0.0/0", 32, "0.0.0.0/1, 128.0.0.0/1"), ("::/0", 128, "::/1, 8000::/1")],
)
def test_an_ip_set_takes_everyone_in_two_halves(everyone: str, prefix: int, halves: str):
    assert refusal("FirewallCidr", everyone) == (
        f"is {everyone!r}, whose prefix is not from /1 to /{prefix}",
        f"Write {halves}.",
    )


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize(
    "text", ["010.12.0.0/16", "१०.12.0.0/16", "10.12.0.0/१६", "10.12.0.0/016", "10.12/16", "/16", "x"]
)
def test_no_other_way_to_write_a_network_is_taken(kind: str, text: str):
    assert refusal(kind, text)[0].startswith(f"is {text!r}, ")


@pytest.mark.parametrize(
    ("text", "block"),
    [
        ("0.0.0.0/16", "0.0.0.0/8"),
        ("127.0.0.0/16", "127.0.0.0/8"),
        ("169.254.0.0/16", "169.254.0.0/16"),
        ("224.1.0.0/16", "224.0.0.0/3"),
        ("240.0.0.0/16", "224.0.0.0/3"),
    ],
)
def test_a_range_that_no_vpc_may_have_is_refused(text: str, block: str):
    assert refusal("VpcCidr", text) == (
        f"is {text!r}, but AWS allows no VPC in {block}",
        "Write a private range, such as 10.11.0.0/16, 172.20.0.0/16 or 192.168.0.0/16.",
    )


@given(st.integers(0, 2**32 - 1), st.integers(16, 28))
def test_every_other_network_from_16_to_28_is_a_range_of_a_vpc(address: int, prefix: int):
    network = ipaddress.IPv4Network((address, prefix), strict=False)
    if any(block.overlaps(network) for block in NOT_IN_A_VPC):
        refusal("VpcCidr", str(network))
    else:
        assert TypeAdapter(VpcCidr).validate_python(str(network)) == str(network)
