"""Every URL gets the request that a client sends for it, or what to write instead."""

from __future__ import annotations

import contextlib
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from privatelink_ingress.problems import UsageError
from privatelink_ingress.trace.request import Request
from privatelink_ingress.trace.url import Url
from tests.support.examples import examples

SHOP = "shop.example.com"
EXAMPLE = "https://shop.example.com/cart"


@pytest.mark.parametrize(
    ("url", "scheme", "host", "port", "path"),
    [
        ("https://shop.example.com", "https", SHOP, 443, "/"),
        ("HTTPS://SHOP.Example.COM/Cart", "https", SHOP, 443, "/Cart"),
        ("https://shop.example.com:8443/cart", "https", SHOP, 8443, "/cart"),
        ("https://shop.example.com:/cart", "https", SHOP, 443, "/cart"),
        ("http://shop.example.com/", "http", SHOP, 80, "/"),
        ("wss://shop.example.com/socket", "wss", SHOP, 443, "/socket"),
        ("ws://shop.example.com/socket", "ws", SHOP, 80, "/socket"),
        ("https://münchen.example.com/", "https", "xn--mnchen-3ya.example.com", 443, "/"),
        ("https://xn--mnchen-3ya.example.com/", "https", "xn--mnchen-3ya.example.com", 443, "/"),
        ("https://shop。example。com/", "https", SHOP, 443, "/"),
        ("https://shop_1.example.com/", "https", "shop_1.example.com", 443, "/"),
        ("https://localhost/", "https", "localhost", 443, "/"),
        ("https://shop.example.com/cart#top?x=1", "https", SHOP, 443, "/cart"),
        ("https://shop.example.com?x=1", "https", SHOP, 443, "/"),
        ("https://shop.example.com/@team", "https", SHOP, 443, "/@team"),
        ("https://shop.example.com/café", "https", SHOP, 443, "/caf%C3%A9"),
        ("https://shop.example.com/caf%C3%A9%20x", "https", SHOP, 443, "/caf%C3%A9%20x"),
        ("https://shop.example.com/%zz", "https", SHOP, 443, "/%zz"),
        ("https://shop.example.com/a//b", "https", SHOP, 443, "/a//b"),
        ("https://shop.example.com/a/./b/../c/..", "https", SHOP, 443, "/a/"),
        ("https://shop.example.com/%2E%2e/x", "https", SHOP, 443, "/x"),
    ],
)
def test_a_url_becomes_the_request_that_clients_send(url: str, scheme: str, host: str, port: int, path: str):
    request = Request.parse(url)
    assert (request.scheme, request.host, request.port, request.path) == (scheme, host, port, path)


def test_the_query_is_decoded_and_keeps_what_is_repeated_and_empty():
    request = Request.parse("https://shop.example.com/?a=1&a=%C3%A9&b&c+d=é")
    assert request.query == (("a", "1"), ("a", "é"), ("b", ""), ("c d", "é"))


def test_a_websocket_is_a_get_with_its_headers():
    request = Request.parse("wss://shop.example.com/", headers=["X-Tenant=acme"])
    assert (request.method, request.protocol) == ("GET", "HTTPS")
    assert request.headers == (("X-Tenant", "acme"), ("Connection", "Upgrade"), ("Upgrade", "websocket"))
    with pytest.raises(UsageError, match="is 'POST', and a WebSocket begins with GET"):
        Request.parse("wss://shop.example.com/", method="POST")


@pytest.mark.parametrize(
    ("url", "reason", "written"),
    [
        ("shop.example.com", "does not begin with https://", "https://shop.example.com"),
        ("shop.example.com:443/cart", "does not begin with https://", "https://shop.example.com:443/cart"),
        ("localhost:8080", "does not begin with https://", "https://localhost:8080"),
        ("//shop.example.com/cart", "does not begin with https://", EXAMPLE),
        ("https:/shop.example.com/cart", "does not begin with https://", EXAMPLE),
        ("https:shop.example.com/cart", "does not begin with https://", EXAMPLE),
        ("https//shop.example.com/cart", "does not begin with https://", EXAMPLE),
        ('"https://shop.example.com/cart"', "does not begin with https://", EXAMPLE),
        ("<https://shop.example.com/cart>", "does not begin with https://", EXAMPLE),
        ("/cart", "does not begin with https://", EXAMPLE),
        ("", "does not begin with https://", EXAMPLE),
        ("ftp://shop.example.com/cart", "has the scheme ftp", EXAMPLE),
        ("grpcs://shop.example.com/cart", "has the scheme grpcs", EXAMPLE),
        ("https://", "has no host", EXAMPLE),
        ("https:///cart", "has no host", EXAMPLE),
        ("https://:443/cart", "has no host", EXAMPLE),
        ("https://?x=1", "has no host", EXAMPLE),
        ("https://shop.example.com:0/cart", "has the port 0", EXAMPLE),
        ("https://shop.example.com:65536/cart", "has the port 65536", EXAMPLE),
        ("https://shop.example.com:https/cart", "has the port https", EXAMPLE),
        ("https://shop.example.com:٤٤٣/cart", "has the port ٤٤٣", EXAMPLE),
        ("https://shop.example.com./cart", "has a dot at the end of its host", EXAMPLE),
        ("https://192.0.2.7/cart", "names an address", EXAMPLE),
        ("https://192.0.2.7:8443/cart", "names an address", EXAMPLE),
        ("https://3221225991/cart", "names an address", EXAMPLE),
        ("https://0xC0000207/cart", "names an address", EXAMPLE),
        ("https://[2001:db8::1]/cart", "names an address", EXAMPLE),
        ("https://[2001:db8::1]:8443/cart", "names an address", EXAMPLE),
        ("https://2001:db8::1/cart", "names an address", EXAMPLE),
        ("wss://192.0.2.7/cart", "names an address", "wss://shop.example.com/cart"),
        ("https://*.example.com/cart", "names a wildcard", "https://www.example.com/cart"),
        ("https://sh%6Fp.example.com/cart", "has a percent sign in its host", EXAMPLE),
        ("https://shop.example.com\\cart", "has a backslash", EXAMPLE),
        ("https://shop.example.com/a b", "has blanks, control characters", "https://shop.example.com/a%20b"),
        (" https://shop.example.com/cart\n", "has blanks, control characters", EXAMPLE),
        ("https://shop.example.com/cart\0", "has blanks, control characters", EXAMPLE),
    ],
)
def test_a_url_that_makes_no_request_is_answered_with_one_that_does(url: str, reason: str, written: str):
    with pytest.raises(UsageError) as raised:
        Url.parse(url)
    [problem] = raised.value.problems
    assert problem.reason.startswith(reason)
    [found] = re.findall(r"(?:https|wss)://[^ ;]*?(?=\.?(?:$|[ ;]|, ))", problem.remedy)
    assert found == written
    assert Url.parse(written).host


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("https://shop..example.com/", "has a host that DNS does not take"),
        ("https://.example.com/", "has a host that DNS does not take"),
        (f"https://{'a' * 64}.example.com/", "has a host that DNS does not take"),
        (f"https://{'.'.join(['a' * 60] * 5)}/", "has a host that DNS does not take"),
        ("https://straße.example.com/", "has a host outside ASCII that clients write in different ways"),
        (f"https://shop.example.com/{'a' * 16_384}", "makes a request line of 16400 bytes"),
        (f"https://shop.example.com/?{'é' * 3_000}", "makes a request line of 18017 bytes"),
    ],
)
def test_a_url_that_no_other_can_stand_for_is_refused_with_the_limit(url: str, reason: str):
    with pytest.raises(UsageError) as raised:
        Url.parse(url)
    [problem] = raised.value.problems
    assert problem.reason.startswith(reason)
    assert len(problem.where) <= 82


def test_a_password_in_a_url_is_not_shown():
    with pytest.raises(UsageError) as raised:
        Url.parse("https://ann:s3cret@shop.example.com/cart")
    [problem] = raised.value.problems
    assert problem.where == '"https://…@shop.example.com/cart"'
    assert problem.reason == "names a user, which clients send in the header Authorization"
    assert problem.remedy == f"Write {EXAMPLE}; where a rule asks for the header, --header Authorization=… ."


@examples(quick=60, whole=400)
@given(
    st.one_of(
        st.text(),
        st.text(alphabet="htps:/wx.@[]%?#\\ -_*0123é。\n").map(lambda text: f"https://{text}"),
        st.text().map(lambda text: f"https://shop.example.com/{text}"),
    )
)
@example("https://[::1")
@example("https://xn--.example.com/")
@example("https://\ud800.example.com/")
@example("https://shop.example.com/\ud800")
def test_any_text_is_a_request_or_is_refused(text: str):
    url = None
    with contextlib.suppress(UsageError):
        url = Url.parse(text)
    if url is not None:
        assert re.fullmatch(r"[a-z0-9_.-]+", url.host)
        assert url.path.isascii()
        assert url.path.startswith("/")
