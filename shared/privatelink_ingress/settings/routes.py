"""Routes: which requests a connection answers to, and how they are rewritten on the way.

Limits of conditions: HostHeaderConditionConfig, PathPatternConditionConfig, HttpRequestMethodConditionConfig,
HttpHeaderConditionConfig, QueryStringConditionConfig and SourceIpConditionConfig of the ELBv2 API.
"""

from __future__ import annotations

import re
from typing import Annotated, Self

import re2
from pydantic import AfterValidator, Field, model_validator

from privatelink_ingress.settings.fields import (
    UNIQUE,
    UNIQUE_NAMES,
    Host,
    InvalidSetting,
    PathPattern,
    Settings,
    matching,
)
from privatelink_ingress.settings.networks import Source
from privatelink_ingress.settings.route_protocols import RouteProtocol

Method = Annotated[str, matching(r"[A-Z_-]{1,40}", "a method in capital letters, such as GET; at most 40 of A-Z - _")]


def _header_name(name: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,40}", name):
        raise InvalidSetting("is not a header name", "Write at most 40 letters, digits and hyphens, such as X-Tenant.")
    if "*" in name:  # a character of a token (RFC 7230), and no wildcard: HttpHeaderConditionConfig of the ELBv2 API
        raise InvalidSetting("has a wildcard, which only the values of a header may have", "Write the whole name.")
    if name.lower() == "host":
        raise InvalidSetting("cannot be a condition on a header", "Write the names under hosts.")
    return name


HeaderName = Annotated[str, AfterValidator(_header_name)]

HeaderValue = Annotated[
    str, matching(r"[ -~]{1,128}", "1-128 visible ASCII characters; * and ? are wildcards, and case does not count")
]

QueryText = Annotated[
    str,
    # The characters of a query by RFC 3986, without the & and # that end it, and with \ for a literal * or ?.
    matching(
        r"[A-Za-z0-9\-._~!$'()*+,;:@/?%\\=]{1,128}",
        r"1-128 characters that a query can hold; * and ? are wildcards, \* and \? the characters",
    ),
]

QueryKey = Annotated[QueryText, matching(r"[^=]*", "the key alone, without =")]


# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-rules.html, section Rule basics
_UNSUPPORTED = {
    r"\(\?[=!]": "a lookahead",
    r"\(\?<[=!]": "a lookbehind",
    r"\\[1-9]|\\g|\(\?P=": "a back reference",
    r"\(\?>": "an atomic group",
    r"[*+?}]\+": "a possessive quantifier",
    r"\\[pP]\{": "a Unicode character class",
}


_SILENT = re2.Options()
_SILENT.log_errors = False


class RewriteRule(Settings):
    """A replacement by regular expression; text that it does not match stays as it is."""

    regex: Annotated[str, Field(min_length=1, max_length=1024)]
    replace: Annotated[str, Field(max_length=1024)]
    """`$1` to `$9` stand for what the groups of `regex` matched."""

    @model_validator(mode="after")
    def _load_balancer_takes_it(self) -> Self:
        # Signs that are escaped, or in a class, stand for themselves.
        plain = re.sub(r"\[\^?\]?[^\]]*\]", "x", re.sub(r"\\[^1-9gpP]", "x", self.regex))
        for sign, feature in _UNSUPPORTED.items():
            if re.search(sign, plain):
                reason = f"has {feature}, which load balancers do not support"
                raise InvalidSetting(reason, "Write it with groups and plain quantifiers.", at=("regex",))
        try:
            groups = re2.compile(self.regex, _SILENT).groups
        except re2.error as error:
            reason = f"is not a regular expression that RE2 takes: {error.args[0].decode()}"
            raise InvalidSetting(
                reason, "Correct it; https://github.com/google/re2/wiki/Syntax.", at=("regex",)
            ) from None
        for reference in re.findall(r"\$(\{?\w+)", self.replace):
            if not re.fullmatch("[1-9]", reference):
                reason = f"names ${reference}, but only $1 to $9 stand for groups"
                raise InvalidSetting(reason, "Write $1 to $9.", at=("replace",))
            if int(reference) > groups:
                reason = f"names ${reference}, but regex has {groups} groups"
                raise InvalidSetting(reason, "Put parentheses around what to keep.", at=("replace",))
        return self


class Rewrite(Settings):
    """What changes in a request before it goes to the connection; routing sees the request as it came."""

    host: RewriteRule | None = None
    """On the host header."""
    path: RewriteRule | None = None
    """On the path and the query after it."""

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        if self.host is None and self.path is None:
            raise InvalidSetting("rewrites nothing", "Write host or path under it, or remove it.")
        return self


class QueryParameter(Settings):
    """A parameter to find in the query of a request."""

    key: QueryKey | None = None
    """A pattern; any key when not set."""
    value: QueryText


def _once_whatever_case(headers: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    seen: dict[str, str] = {}
    for name in headers:
        if other := seen.get(name.lower()):
            raise InvalidSetting(f"is the same header as {other}", "Write its patterns in one list.", at=(name,))
        seen[name.lower()] = name
    return headers


class Route(Settings):
    """What a connection answers to: a request that meets every condition, each by one of its values.

    A rule of the load balancer holds at most 5 values of all conditions together (`plan/routing`), so a long list
    takes several rules.
    """

    hosts: Annotated[tuple[Host, ...], Field(min_length=1), UNIQUE_NAMES]
    paths: Annotated[tuple[PathPattern, ...], Field(min_length=1), UNIQUE] = ("/*",)
    methods: Annotated[tuple[Method, ...], UNIQUE] = ()
    """Any method when empty."""
    headers: Annotated[
        dict[HeaderName, Annotated[tuple[HeaderValue, ...], Field(min_length=1), UNIQUE]],
        AfterValidator(_once_whatever_case),
        Field(default_factory=dict),
    ]
    """Patterns by header name: one of each header's must match."""
    query: Annotated[tuple[QueryParameter, ...], UNIQUE] = ()
    """One of them must be in the query."""
    sources: Annotated[tuple[Source, ...], UNIQUE] = ()
    """Networks of clients. Where clients come through a proxy, its address counts."""
    protocol: RouteProtocol = "http1"
    """How the load balancer forwards to the service: over HTTP/1.1, HTTP/2 or gRPC. The last two need a service that
    offers them over TLS, and clients that speak HTTP/2: others are answered with 464."""
    rewrite: Rewrite | None = None

    @model_validator(mode="after")
    def _grpc_calls_are_posts(self) -> Self:
        if self.protocol == "grpc" and self.methods and "POST" not in self.methods:
            raise InvalidSetting(
                f"are {', '.join(self.methods)}, but a gRPC call is a POST, so the route would never match",
                "Write POST, or remove methods.",
                at=("methods",),
            )
        return self
