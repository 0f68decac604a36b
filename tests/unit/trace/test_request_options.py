"""Options of a trace make the request of a client, or are refused with what to write; a secret is not repeated."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privatelink_ingress.cli import sizes
from privatelink_ingress.problems import Problem, UsageError
from privatelink_ingress.trace.request import Request
from privatelink_ingress.trace.trace import trace
from tests.support.examples import examples
from tests.support.topologies import whole

URL = "https://shop.example.com/"


def refused(**options) -> Problem:
    with pytest.raises(UsageError, match="The request cannot be traced") as raised:
        Request.parse(URL, **options)
    [problem] = raised.value.problems
    return problem


@pytest.mark.parametrize(
    ("header", "reason", "remedy"),
    [
        ("X-Tenant", 'is "X-Tenant"', "Write NAME=VALUE, such as X-Tenant=acme."),
        ("=acme", 'is ""', "Write NAME=VALUE, such as X-Tenant=acme."),
        ("X Tenant=acme", 'is "X Tenant"', "Write NAME=VALUE, such as X-Tenant=acme."),
        ("X-Tenant: acme", '"X-Tenant" has a colon after its name', "Write X-Tenant=VALUE."),
        ("Cookie:a=b", '"Cookie:a" has a colon after its name', "Write Cookie=VALUE."),
        ("Host=blog.example.com", "names the host, which is that of the URL", "Write that host in the URL."),
        ("hOST=blog.example.com", "names the host, which is that of the URL", "Write that host in the URL."),
        ("X-A=a\r\nX-B: b", '"X-A" has control characters', "Write X-A=VALUE without them."),
        (
            f"X-A={'a' * 16_384}",
            '"X-A" has 16,391 bytes: the load balancer refuses more than 16,384',
            "Send long values in the body of the request.",
        ),
    ],
)
def test_a_header_that_no_client_sends_is_refused(header: str, reason: str, remedy: str):
    assert refused(headers=[header]) == Problem("--header", reason, remedy)


def test_all_headers_together_have_a_limit():
    problem = refused(headers=[f"X-{number}={'a' * 16_000}" for number in range(5)])
    assert problem.reason == "all of them have 80,035 bytes: the load balancer refuses more than 65,536"


def test_a_secret_in_a_header_is_not_repeated():
    with pytest.raises(UsageError) as raised:
        Request.parse(URL, headers=["Authorization: Bearer s3cret", "Cookie=a=s3cret\n"])
    assert "s3cret" not in str(raised.value)


@pytest.mark.parametrize(
    ("source", "reason", "write"),
    [
        ("198.51.100.0/24", 'is "198.51.100.0/24"', "one address, such as 198.51.100.1"),
        ("198.51.100.9/24", 'is "198.51.100.9/24"', "one address, such as 198.51.100.1"),
        ("2001:db8::/32", 'is "2001:db8::/32"', "one address, such as 2001:db8::1"),
        ("198.51.100.7:443", 'is "198.51.100.7:443"', "one address, such as 198.51.100.7"),
        ("client.example.com", 'is "client.example.com"', "one address, such as 198.51.100.7"),
        ("198.51.100.256", 'is "198.51.100.256"', "one address, such as 198.51.100.7"),
        ("", 'is ""', "one address, such as 198.51.100.7"),
        ("::ffff:198.51.100.7", 'is "::ffff:198.51.100.7", which stands for an IPv4 address', "198.51.100.7"),
        ("fe80::1%eth0", 'is "fe80::1%eth0", with a scope, which only the client\'s own host knows', "fe80::1"),
    ],
)
def test_a_source_that_is_not_one_address_is_refused(source: str, reason: str, write: str):
    assert refused(source=source) == Problem("--source", reason, f"Write {write}.")


@pytest.mark.parametrize(
    ("method", "write"),
    [("get", "GET"), ("M-Search", "M-SEARCH"), ("GET ", "a method in capital letters, such as POST")],
)
def test_a_method_in_small_letters_is_answered_with_the_one_that_is_meant(method: str, write: str):
    assert refused(method=method).remedy == f"Write {write}."


@pytest.mark.parametrize(
    ("text", "size"),
    [("0", 0), ("8193", 8_193), ("20kB", 20_000), ("8KiB", 8_192), ("1MB", 1_000_000), ("1 mib", 1_048_576), (0, 0)],
)
def test_a_body_size_has_a_unit_or_is_in_bytes(text: str | int, size: int):
    assert sizes.parse(text) == size


@pytest.mark.parametrize("text", ["-1", "8k8", "1.5MB", "big", "", "1TB", "9" * 40])
def test_a_body_size_that_is_none_is_refused(text: str):
    with pytest.raises(UsageError, match="The request cannot be traced") as raised:
        sizes.parse(text)
    [problem] = raised.value.problems
    assert (problem.where, problem.reason) == ("--body-size", f"is {text!r}")


@examples(quick=50, whole=300)
@given(
    source=st.one_of(st.ip_addresses().map(str), st.text(max_size=20), st.just("fe80::1%1")),
    header=st.text(max_size=30),
    method=st.text(max_size=5),
)
def test_every_option_is_followed_or_refused(source: str, header: str, method: str):
    every: list[dict[str, Any]] = [{"source": source}, {"headers": [header]}, {"method": method}]
    for options in every:
        with contextlib.suppress(UsageError):
            assert trace(URL, whole(), **options).hops
