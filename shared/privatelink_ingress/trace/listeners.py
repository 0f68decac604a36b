"""Listeners of load balancers: certificates, rules with their conditions, and actions."""

from __future__ import annotations

import dataclasses
import datetime


@dataclasses.dataclass(frozen=True, kw_only=True)
class Certificate:
    """A certificate on a listener."""

    arn: str
    domains: tuple[str, ...]
    status: str
    default: bool
    not_after: datetime.datetime | None = None
    """When it expires, where the reader knows."""
    validations: tuple[tuple[str, str], ...] = ()
    """Name and value of the CNAME records by which ACM validates its names, sorted, without trailing dots."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Condition:
    """One condition of a rule; any of its values satisfies it."""

    field: str
    """`host-header`, `path-pattern`, `http-request-method`, `query-string`, `http-header` or `source-ip`."""
    values: tuple[str, ...]
    """Patterns; a query string's are `key=value`."""
    header: str | None = None


@dataclasses.dataclass(frozen=True, kw_only=True)
class SignIn:
    """What a rule asks of a client before its action."""

    type: str
    """`authenticate-oidc`, `authenticate-cognito` or `jwt-validation`."""
    provider: str
    """The issuer, or the ARN of the user pool."""
    unauthenticated: str = "deny"
    """What a client without a session or token gets: `authenticate`, `deny` or `allow`."""
    cookie: str = ""
    """Of the session; empty where a token is asked for."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Action:
    """A rule's action: forward, fixed response, or redirect."""

    type: str
    target_groups: tuple[tuple[str, int], ...] = ()
    """ARN and weight of each target group of a `forward`."""
    status: int | None = None
    """Of a `fixed-response` or `redirect`."""
    location: str | None = None
    sign_in: SignIn | None = None
    """Comes before it."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Rewrite:
    """A rule's change to a request before it forwards it."""

    type: str
    """`host-header-rewrite`, or `url-rewrite` of path and query."""
    regex: str
    replace: str
    """May name groups of the expression: `$1`."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Rule:
    """A listener rule."""

    priority: int | None
    """None for the default rule, which comes last."""
    conditions: tuple[Condition, ...]
    action: Action
    rewrites: tuple[Rewrite, ...] = ()


@dataclasses.dataclass(frozen=True, kw_only=True)
class Listener:
    """A listener with its rules in the order of evaluation."""

    port: int
    protocol: str
    tls_policy: str | None
    certificates: tuple[Certificate, ...]
    rules: tuple[Rule, ...]
    client_certificates: str = "off"
    """Mode of mutual TLS: `off`, `verify` or `passthrough`."""
