"""A request as the load balancer sees it, and whether a rule's conditions match it."""

from __future__ import annotations

import dataclasses
import ipaddress
import re
import urllib.parse
from collections.abc import Iterable

from privatelink_ingress.plan.routing import conflicts
from privatelink_ingress.plan.routing.conflicts import Header, Match, Parameter, Witness
from privatelink_ingress.problems import Problem, UsageError
from privatelink_ingress.trace.topology import Condition, Listener, Rule

_PORTS = {"http": 80, "https": 443}


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

    @classmethod
    def parse(cls, url: str, *, method: str = "GET", headers: Iterable[str] = (), source: str | None = None) -> Request:
        """The request that a client sends for `url`.

        Args:
            url: Absolute, http or https.
            method: In capital letters.
            headers: Each as `NAME=VALUE`.
            source: Address of the client.

        Raises:
            UsageError: when one of them is invalid.
        """
        try:
            parts = urllib.parse.urlsplit(url)
            port = parts.port
        except ValueError as error:
            raise _no_url(url, str(error)) from None
        if parts.scheme not in _PORTS or not parts.hostname:
            raise _no_url(url, "has no http or https scheme with a host")
        headers = tuple(headers)
        if problems := [*_check_method(method), *_check_headers(headers), *_check_source(source)]:
            raise UsageError("The request cannot be traced", problems)
        query = urllib.parse.parse_qsl(parts.query, keep_blank_values=True)
        return cls(
            scheme=parts.scheme,
            host=parts.hostname.lower(),
            port=port or _PORTS[parts.scheme],
            path=parts.path or "/",
            query=tuple(query),
            method=method,
            headers=tuple((name, value) for name, _, value in (header.partition("=") for header in headers)),
            source=source,
        )

    def matches(self, condition: Condition) -> bool:
        """Whether any value of the condition matches. One by regular expressions never does: its values are not known.

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


def _no_url(url: str, reason: str) -> UsageError:
    problem = Problem(repr(url), reason, "Write an absolute URL, such as https://shop.example.com/cart.")
    return UsageError("The URL cannot be traced", [problem])


def _parameter(pattern: str) -> Parameter:
    key, _, value = pattern.partition("=")
    return Parameter(key=key, value=value)


def _check_method(method: str) -> list[Problem]:
    if re.fullmatch(r"[A-Z_-]{1,40}", method):
        return []
    return [Problem("--method", f"is {method!r}", "Write it in capital letters, such as POST.")]


def _check_headers(headers: Iterable[str]) -> list[Problem]:
    return [
        Problem("--header", f"is {header!r}", "Write NAME=VALUE, such as X-Tenant=acme.")
        for header in headers
        if not re.fullmatch(r"[^=\s]+=.*", header)
    ]


def _check_source(source: str | None) -> list[Problem]:
    try:
        _ = source is None or ipaddress.ip_address(source)
    except ValueError:
        return [Problem("--source", f"is {source!r}", "Write one address, such as 198.51.100.7.")]
    return []
