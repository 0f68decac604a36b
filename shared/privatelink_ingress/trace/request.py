"""A request as the load balancer sees it, and whether a rule's conditions match it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

from privatelink_ingress.plan.routing import conflicts
from privatelink_ingress.plan.routing.conflicts import Header, Match, Parameter, Witness
from privatelink_ingress.problems import UsageError
from privatelink_ingress.settings.route_protocols import RouteProtocol
from privatelink_ingress.trace.listeners import Condition, Listener, Rule
from privatelink_ingress.trace.request_checks import check
from privatelink_ingress.trace.url import WEBSOCKET, Url

_BY_REGEX = ("host-header", "path-pattern", "http-header")
"""Conditions that can have regular expressions instead of values (RegexValues of the ELBv2 API)."""

GRPC = "application/grpc"
"""Content type of a gRPC call: https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md#requests"""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Request:
    """A request by one client."""

    scheme: str
    host: str
    port: int
    path: str
    query: tuple[tuple[str, str], ...] = ()
    method: str = "GET"
    headers: tuple[tuple[str, str], ...] = ()
    """Names and values, except the host header."""
    source: str | None = None
    """Address that connects to the load balancer; None matches no rule's source condition."""
    body_size: int = 0
    """Bytes of the body."""
    query_text: str = ""
    """The query as it is sent, without the question mark."""
    signed_in: bool = False
    """Whether it is followed as that of a client that has signed in."""
    client_certificate: bool = False
    """Whether the client shows a certificate when the load balancer asks for one."""
    speaks: RouteProtocol = "http1"
    """What the client speaks with the load balancer: HTTP/1.1, HTTP/2, or gRPC over it."""

    @property
    def query_size(self) -> int:
        """Bytes of the query, without the question mark."""
        return len(self.query_text)

    @property
    def over_ipv6(self) -> bool:
        """Whether the client connects by IPv6."""
        return self.source is not None and ":" in self.source

    @property
    def address_type(self) -> str:
        """Type of the record that the client asks DNS for."""
        return "AAAA" if self.over_ipv6 else "A"

    @classmethod
    def parse(
        cls,
        url: str,
        *,
        method: str = "GET",
        headers: Iterable[str] = (),
        source: str | None = None,
        body_size: int = 0,
        speaks: RouteProtocol | None = None,
    ) -> Request:
        """The request that a client sends for `url`.

        Args:
            url: Absolute, as `Url.parse` takes it; of scheme wss or ws for a WebSocket.
            method: In capital letters. A gRPC call is a POST.
            headers: Each as `NAME=VALUE`.
            source: Address of the client.
            body_size: Bytes of the body.
            speaks: By default HTTP/2 over TLS, as clients and the load balancer prefer, and HTTP/1.1 for the rest: the
                load balancer takes WebSockets over HTTP/1.1 alone.

        Raises:
            UsageError: when one of them is invalid.
        """
        parts = Url.parse(url)
        headers = tuple(headers)
        added = ("Connection=Upgrade", "Upgrade=websocket") if parts.scheme in WEBSOCKET else ()
        if speaks == "grpc":
            method = "POST" if method == "GET" else method
            named = {header.partition("=")[0].lower() for header in headers}
            added = () if "content-type" in named else (f"Content-Type={GRPC}",)
        if problems := list(
            check(method, scheme=parts.scheme, speaks=speaks, headers=headers, source=source, body_size=body_size)
        ):
            raise UsageError("The request cannot be traced", problems)
        given = (header.partition("=") for header in (*headers, *added))
        return cls(
            **dataclasses.asdict(parts),
            method=method,
            headers=tuple((name, value) for name, _, value in given),
            source=source,
            body_size=body_size,
            speaks=speaks or ("http2" if parts.scheme == "https" else "http1"),
        )

    @property
    def websocket(self) -> bool:
        """Whether it opens a WebSocket."""
        return self.scheme in WEBSOCKET

    @property
    def protocol(self) -> str:
        """Of the listener that takes it: HTTP or HTTPS."""
        return "HTTPS" if self.scheme in ("https", "wss") else "HTTP"

    def scheme_for(self, protocol: str) -> str:
        """The scheme for a listener of this protocol."""
        secure = "s" if protocol == "HTTPS" else ""
        return f"{'ws' if self.websocket else 'http'}{secure}"

    def may_match(self, condition: Condition) -> bool:
        """Whether the condition matches, or is one by a regular expression, whose outcome is not known here."""
        return self.matches(condition) or (condition.field in _BY_REGEX and not condition.values)

    def matches(self, condition: Condition) -> bool:
        """Whether any value of the condition matches. One by a regular expression has none.

        One value of a repeated header suffices (HttpHeaderConditionConfig of the ELBv2 API).
        """
        wanted = condition.values
        match condition.field:
            case "host-header":
                matched = Match(hosts=wanted)
            case "path-pattern":
                matched = Match(paths=wanted)
            case "http-request-method":
                matched = Match(methods=wanted)
            case "http-header":
                matched = Match(headers=(Header(name=condition.header or "", values=wanted),))
            case "query-string":
                matched = Match(query=tuple(map(_parameter, wanted)))
            case "source-ip":
                matched = Match(sources=wanted)
            case _:
                return False
        return bool(wanted) and any(conflicts.matches(matched, witness) for witness in self._witnesses())

    def _witnesses(self) -> Iterable[Witness]:
        """The request with one of its headers at a time: a condition is about one."""
        for header in self.headers or (None,):
            yield Witness(
                host=self.host,
                path=self.path,
                method=self.method,
                query=self.query,
                headers=(header,) if header else (),
                source=self.source,
            )


def first_rule(listener: Listener, request: Request) -> Rule:
    """The matching rule: the first one by priority whose conditions all match, else the default."""
    return next(rule for rule in listener.rules if all(map(request.matches, rule.conditions)))


def _parameter(pattern: str) -> Parameter:
    key, _, value = pattern.partition("=")
    return Parameter(key=key, value=value)
