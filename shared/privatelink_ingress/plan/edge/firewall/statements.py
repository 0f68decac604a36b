"""Statements of web ACL rules, and the capacity units that each takes."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Literal

from privatelink_ingress.settings.ipv6 import is_ipv6
from privatelink_ingress.settings.managed_rules import GROUPS, ManagedGroup

Action = Literal["allow", "block", "count", "challenge", "captcha"]


@dataclasses.dataclass(frozen=True, kw_only=True)
class AddressList:
    """Matches client addresses in `cidrs`, of one address family, kept in an IP set."""

    cidrs: tuple[str, ...]

    @property
    def version(self) -> Literal["IPV4", "IPV6"]:
        """The family. IPAddressVersion of the WAFv2 API: an IP set has one."""
        return "IPV6" if any(map(is_ipv6, self.cidrs)) else "IPV4"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Pattern:
    """Matches a host in lower case, or a decoded path, normalized or not, by a regular expression."""

    field: Literal["host", "path", "raw path"]
    regex: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class HasHeader:
    """Matches a request with a header of this name that is not empty."""

    name: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class Label:
    """Matches a request with a label from an earlier rule."""

    label: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class Not:
    """Matches what `statement` does not match."""

    statement: Statement


@dataclasses.dataclass(frozen=True, kw_only=True)
class AllOf:
    """Matches what each of at least two statements matches."""

    statements: tuple[Statement, ...]


@dataclasses.dataclass(frozen=True, kw_only=True)
class AnyOf:
    """Matches what one of at least two statements matches."""

    statements: tuple[Statement, ...]


@dataclasses.dataclass(frozen=True, kw_only=True)
class ManagedRules:
    """An AWS managed rule group."""

    group: ManagedGroup
    version: str | None = None
    overrides: Mapping[str, Action] = dataclasses.field(default_factory=dict)
    """Other actions of rules of the group. A rule that counts still adds its label."""
    scope: Statement | None = None
    """The requests that the group sees; every one without it."""
    configuration: Mapping[str, object] | None = None
    """What the group needs to know, with keys as the provider has them."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class RateLimit:
    """Matches a client address that sent more than `limit` requests in `window` seconds."""

    limit: int
    window: int
    scope: Statement | None = None
    """The requests that it counts; every one without it."""
    by_host: bool = False
    """Whether it counts the requests to each host apart."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Countries:
    """Matches client addresses of countries, by their codes of ISO 3166."""

    codes: tuple[str, ...]


Statement = AddressList | Countries | HasHeader | Pattern | Label | Not | AllOf | AnyOf | ManagedRules | RateLimit

# Units of single statements: https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-statements-list.html
_ADDRESS_LIST, _COUNTRIES, _LABEL, _REGEX, _TRANSFORMATION, _RATE_LIMIT, _RATE_KEY = 1, 1, 1, 3, 10, 2, 30
_SIZE = 1

TRANSFORMATIONS: Mapping[str, tuple[str, ...]] = {
    "host": ("LOWERCASE",),
    "path": ("URL_DECODE", "NORMALIZE_PATH"),
    "raw path": ("URL_DECODE",),
}
"""How the web ACL prepares a field before it compares: what the client may write in several ways is one."""


def units(statement: Statement | None) -> int:
    """Web ACL capacity units of a statement with all that is in it."""
    match statement:
        case None:
            return 0
        case AddressList():
            return _ADDRESS_LIST
        case Countries():
            return _COUNTRIES
        case HasHeader():
            return _SIZE
        case Label():
            return _LABEL
        case Pattern(field=field):
            return _REGEX + _TRANSFORMATION * len(TRANSFORMATIONS[field])
        case Not(statement=inner):
            return units(inner)
        case AllOf(statements=inner) | AnyOf(statements=inner):
            return sum(map(units, inner))
        case ManagedRules(group=group, scope=scope):
            return GROUPS[group].capacity + units(scope)
        case RateLimit(scope=scope, by_host=by_host):
            return _RATE_LIMIT + units(scope) + (2 * _RATE_KEY if by_host else 0)  # address and host
