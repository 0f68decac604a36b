"""A request as the load balancer sees it, and whether a rule's conditions match it."""

from __future__ import annotations

import dataclasses
import urllib.parse

from privatelink_ingress.plan import patterns
from privatelink_ingress.problems import Problem, UsageError
from privatelink_ingress.topology.model import Condition, Listener, Rule

_PORTS = {"http": 80, "https": 443}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Request:
    """A GET request without special headers, from an address that no rule asks for."""

    scheme: str
    host: str
    port: int
    path: str
    query: tuple[tuple[str, str], ...] = ()

    @classmethod
    def parse(cls, url: str) -> Request:
        """The request that a client makes for `url`.

        Raises:
            UsageError: when it is no absolute http or https URL.
        """
        try:
            parts = urllib.parse.urlsplit(url)
            port = parts.port
        except ValueError as error:
            raise _no_url(url, str(error)) from None
        if parts.scheme not in _PORTS or not parts.hostname:
            raise _no_url(url, "has no http or https scheme with a host")
        query = urllib.parse.parse_qsl(parts.query, keep_blank_values=True)
        return cls(
            scheme=parts.scheme,
            host=parts.hostname.lower(),
            port=port or _PORTS[parts.scheme],
            path=parts.path or "/",
            query=tuple(query),
        )

    def matches(self, condition: Condition) -> bool:
        """Whether any value of the condition matches; a condition on the client's address or headers never does."""
        match condition.field:
            case "host-header":
                return any(patterns.matches_host(value, self.host) for value in condition.values)
            case "path-pattern":
                return any(patterns.matches_path(value, self.path) for value in condition.values)
            case "http-request-method":
                return "GET" in condition.values
            case "query-string":
                return any(self._has_parameter(value) for value in condition.values)
        return False

    def _has_parameter(self, pattern: str) -> bool:
        # Query strings compare like hosts: letter case does not count.
        key, equals, value = pattern.partition("=")
        return any(
            patterns.matches_host(value if equals else key, actual) and (not equals or patterns.matches_host(key, name))
            for name, actual in self.query
        )


def first_rule(listener: Listener, request: Request) -> Rule:
    """The rule that decides: the first one by priority whose conditions all match, else the default."""
    return next(rule for rule in listener.rules if all(map(request.matches, rule.conditions)))


def _no_url(url: str, reason: str) -> UsageError:
    problem = Problem(repr(url), reason, "Write an absolute URL, such as https://shop.example.com/cart.")
    return UsageError("The URL cannot be traced", [problem])
