"""Routes and requests as the proofs see them: independent of the stack file, and of how many rules a route becomes."""

from __future__ import annotations

import dataclasses
import ipaddress
import urllib.parse
from collections.abc import Iterable

from privatelink_ingress.plan.routing.conflicts import automata, language
from privatelink_ingress.settings.route_protocols import RouteProtocol

Pairs = tuple[tuple[str, str], ...]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Header:
    """A condition on one header."""

    name: str
    """Case does not count."""
    values: tuple[str, ...]
    """Patterns, of which one must match; case does not count (HttpHeaderConditionConfig of the ELBv2 API)."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Parameter:
    """A key and value to find among the parameters of a request."""

    value: str
    """A pattern; case does not count."""
    key: str = "*"
    r"""A pattern; `*` where the rule names no key. In both, `\\*` and `\\?` are the characters."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Match:
    """The requests of one route: those that meet every condition. An empty condition is met by every request.

    Within a condition, one value suffices. Where the letter case counts, and what wildcards mean:
    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-condition-types.html
    """

    hosts: tuple[str, ...] = ()
    """Patterns; case does not count, and `*` also spans dots."""
    paths: tuple[str, ...] = ()
    """Patterns for the path without its query; case counts, and `*` also spans slashes."""
    methods: tuple[str, ...] = ()
    """Exact words; case counts (HttpRequestMethodConditionConfig of the ELBv2 API)."""
    headers: tuple[Header, ...] = ()
    """All of them must be met. A name can appear again: then its one value must meet both conditions.

    A request is taken to have each header once, as RFC 9110 (section 5.3) asks of all headers that are not lists. The
    load balancer itself would search repeated ones, so a client that sends `X-Env: a` and `X-Env: b` can meet two
    routes that are apart here; the rule with the lower priority number then answers.
    """
    query: tuple[Parameter, ...] = ()
    """Met when any parameter of the request matches any of these: a request can have several."""
    sources: tuple[str, ...] = ()
    """CIDR blocks, of IPv4 or IPv6, of the address that connects to the load balancer."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Entry:
    """One route of one connection, or its part that lies in one band."""

    connection: str
    key: str
    """Of the route in its connection, as messages show it: `routes[0]`."""
    owner: str
    band: int
    """Number of the band (`plan/routing/priorities.py`)."""
    priority: int
    """The lower number is tried first; of equal ones, the one that is listed first."""
    match: Match
    protocol: RouteProtocol = "http1"
    """Of the route. No rule is chosen by it, so it separates no two routes."""

    @property
    def where(self) -> str:
        """Key path in the stack file."""
        return f"connections.{self.connection}.{self.key}"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Witness:
    """A request."""

    host: str
    path: str
    method: str = "GET"
    query: Pairs = ()
    """Keys and values."""
    headers: Pairs = ()
    """Names and values."""
    source: str | None = None
    """Address of the client; None where no condition asks for one."""

    def __str__(self) -> str:
        # Only what would end the value is escaped: an example should read like the pattern that it stands for.
        parts = (urllib.parse.quote(key, safe="!$'()*,/:;@") + "=" + _quote(value) for key, value in self.query)
        query = f"?{'&'.join(parts)}" if self.query else ""
        headers = " and ".join(f"{name}: {value}" for name, value in self.headers)
        return (
            f"{self.method} https://{self.host}{self.path}{query}"
            + (f" with {headers}" if headers else "")
            + (f" from {self.source}" if self.source else "")
        )


def _quote(value: str) -> str:
    return urllib.parse.quote(value, safe="!$'()*,/:;@=?")


def matches(match: Match, request: Witness) -> bool:
    """Whether a request meets all conditions of a route. A request without a source meets no condition on it."""
    headers = {name.lower(): value for name, value in request.headers}
    return (
        (not match.methods or request.method in match.methods)
        and _any(language.HOST, match.hosts, request.host)
        and _any(language.PATHS, match.paths, request.path)
        and all(
            condition.name.lower() in headers
            and _any(language.HEADER_VALUE, condition.values, headers[condition.name.lower()])
            for condition in match.headers
        )
        and (not match.query or any(_finds(wanted, pair) for wanted in match.query for pair in request.query))
        and (not match.sources or (request.source is not None and _within(request.source, match.sources)))
    )


def _any(kind: language.Language, patterns: tuple[str, ...], text: str) -> bool:
    return not patterns or any(automata.matches(kind, pattern, text) for pattern in patterns)


def _finds(wanted: Parameter, pair: tuple[str, str]) -> bool:
    key, value = pair
    return automata.matches(language.QUERY_KEY, wanted.key, key) and automata.matches(
        language.QUERY_VALUE, wanted.value, value
    )


def _within(source: str, blocks: Iterable[str]) -> bool:
    address = ipaddress.ip_address(source)
    return any(address in ipaddress.ip_network(block) for block in blocks)
