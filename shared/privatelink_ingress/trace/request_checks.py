"""What no client can send, or the load balancer refuses: the options of a request, each with its remedy."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator, Sequence

from privatelink_ingress.ingresses.model import shown
from privatelink_ingress.problems import Problem
from privatelink_ingress.settings.route_protocols import RouteProtocol
from privatelink_ingress.trace.url import WEBSOCKET

LARGEST_HEADER, LARGEST_HEADERS = 16 * 1024, 64 * 1024
"""Bytes of one header, and of all of a request, that an Application Load Balancer reads, fixed quotas:
https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html."""

_TOKEN = r"[A-Za-z0-9!#$%&'*+.^_`|~-]+"
"""A header's name: https://www.rfc-editor.org/rfc/rfc9110#name-tokens."""


def check(
    method: str,
    *,
    scheme: str,
    speaks: RouteProtocol | None,
    headers: Sequence[str],
    source: str | None,
    body_size: int,
) -> Iterator[Problem]:
    """Everything wrong with a request's parts, by the option that gives each; they are those of `Request.parse`."""
    yield from _check_protocol(speaks, method, scheme)
    yield from _check_method(method, scheme)
    yield from _check_headers(headers)
    yield from _check_source(source)
    yield from _check_size(body_size)


def _check_method(method: str, scheme: str) -> list[Problem]:
    if scheme in WEBSOCKET and method != "GET":
        return [Problem("--method", f"is {method!r}, and a WebSocket begins with GET", "Leave --method out.")]
    if re.fullmatch(r"[A-Z_-]{1,40}", method):
        return []
    meant = method.upper() if re.fullmatch(r"[A-Za-z_-]{1,40}", method) else "a method in capital letters, such as POST"
    return [Problem("--method", f"is {shown(method)}", f"Write {meant}.")]


def _check_protocol(speaks: RouteProtocol | None, method: str, scheme: str) -> list[Problem]:
    if speaks in ("http2", "grpc") and scheme != "https":
        reason = f"is {speaks}, which the load balancer takes over TLS alone, and the URL begins with {scheme}://"
        return [Problem("--protocol", reason, "Write https://, or leave --protocol out.")]
    if speaks == "grpc" and method != "POST":
        return [Problem("--method", f"is {method!r}, and a gRPC call is a POST", "Leave --method out.")]
    return []


def _check_headers(headers: Sequence[str]) -> Iterator[Problem]:
    for header in headers:
        name, separator, value = header.partition("=")
        where = shown(name if separator else header.partition(":")[0])  # a value may be a secret
        if curl := re.match(rf"({_TOKEN}):", header):
            yield Problem("--header", f"{where} has a colon after its name", f"Write {curl[1]}=VALUE.")
        elif not separator or not re.fullmatch(_TOKEN, name):
            yield Problem("--header", f"is {where}", "Write NAME=VALUE, such as X-Tenant=acme.")
        elif name.lower() == "host":
            yield Problem("--header", "names the host, which is that of the URL", "Write that host in the URL.")
        elif not value.isprintable():
            yield Problem("--header", f"{where} has control characters", f"Write {name}=VALUE without them.")
        elif (size := _size(header)) > LARGEST_HEADER:
            reason = f"{where} has {size:,} bytes: the load balancer refuses more than {LARGEST_HEADER:,}"
            yield Problem("--header", reason, "Send long values in the body of the request.")
    if (size := sum(map(_size, headers))) > LARGEST_HEADERS:
        reason = f"all of them have {size:,} bytes: the load balancer refuses more than {LARGEST_HEADERS:,}"
        yield Problem("--header", reason, "Send long values in the body of the request.")


def _size(header: str) -> int:
    """Bytes of a header's line."""
    return len(header.encode(errors="replace")) + len(": ") + len("\r\n") - len("=")


def _check_size(size: int) -> list[Problem]:
    return [Problem("--body-size", f"is {size}", "Write the bytes of the body, such as 20000.")] if size < 0 else []


def _check_source(source: str | None) -> list[Problem]:
    if source is None:
        return []
    try:
        address = ipaddress.ip_address(source)
    except ValueError:
        return [Problem("--source", f"is {shown(source)}", f"Write one address, such as {_first(source)}.")]
    if isinstance(address, ipaddress.IPv6Address) and address.scope_id:
        reason = f"is {shown(source)}, with a scope, which only the client's own host knows"
        return [Problem("--source", reason, f"Write {source.partition('%')[0]}.")]
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        reason = f"is {shown(source)}, which stands for an IPv4 address"
        return [Problem("--source", reason, f"Write {address.ipv4_mapped}.")]
    return []


def _first(source: str) -> str:
    """The first host of a network, or an example."""
    try:
        network = ipaddress.ip_network(source, strict=False)
    except ValueError:
        return "198.51.100.7"
    return str(network.network_address + (network.num_addresses > 1))
