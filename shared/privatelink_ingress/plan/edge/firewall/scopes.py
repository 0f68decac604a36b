"""Which requests a setting is about: hosts and paths, as statements of a web ACL.

The provider takes three levels of `and`, `or` and `not`, so a scope is a list of conjunctions, and its complement is
written out: https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-statements-logical.html
"""

from __future__ import annotations

import dataclasses
import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal

from privatelink_ingress.plan.edge.firewall.statements import AllOf, AnyOf, Not, Pattern, Statement
from privatelink_ingress.settings.firewall import ANY_PATH
from privatelink_ingress.settings.routes import Route

LONGEST_REGEX = 200
"""Characters of a regular expression: https://docs.aws.amazon.com/waf/latest/developerguide/limits.html"""


@dataclasses.dataclass(frozen=True)
class Scope:
    """Requests to some hosts and paths: the hosts, by the paths that are meant of them; patterns as in a route."""

    hosts: Mapping[tuple[str, ...], tuple[str, ...]] = dataclasses.field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.hosts)

    def __or__(self, other: Scope) -> Scope:
        """The requests of both."""
        keys = dict.fromkeys((*self.hosts, *other.hosts))
        together = {key: (*self.hosts.get(key, ()), *other.hosts.get(key, ())) for key in keys}
        return Scope({key: tuple(dict.fromkeys(hosts)) for key, hosts in together.items()})

    def inside(self) -> Statement:
        """Matches its requests. Only of a scope that has any."""
        return _one(AnyOf, [_one(AllOf, patterns) for patterns in self._alternatives()])

    def outside(self) -> tuple[Statement, ...]:
        """Statements that together match every other request."""
        return tuple(_one(AnyOf, [Not(statement=pattern) for pattern in patterns]) for patterns in self._alternatives())

    def _alternatives(self) -> list[tuple[Pattern, ...]]:
        """Of each alternative, the patterns that a request matches all."""
        found: list[tuple[Pattern, ...]] = []
        for paths, hosts in self.hosts.items():
            parts = [_patterns("host", hosts), *([] if paths == ANY_PATH else [_patterns("path", paths)])]
            found += itertools.product(*parts)
        return found


def of_hosts(hosts: Iterable[str], paths: Sequence[str] = ANY_PATH) -> Scope:
    """Requests to the hosts, and to the paths where not every path is meant; patterns as in a route."""
    return Scope({tuple(paths): tuple(host.lower() for host in hosts)})


def of_routes(routes: Iterable[Route], paths: Sequence[str] = ANY_PATH) -> Scope:
    """Requests to the hosts of the routes, with `paths`, or with the route's own where every path is meant."""
    scope = Scope()
    for route in routes:
        scope |= of_hosts(route.hosts, route.paths if tuple(paths) == ANY_PATH else paths)
    return scope


def together(statements: Sequence[Statement]) -> Statement:
    """Matches what each of the statements matches."""
    return _one(AllOf, statements)


def _patterns(field: Literal["host", "path"], values: Iterable[str]) -> list[Pattern]:
    return [Pattern(field=field, regex=regex) for regex in _packed(dict.fromkeys(map(_regex, values)), field)]


def _packed(expressions: Iterable[str], field: str) -> Iterator[str]:
    """As few regular expressions as their length allows, each for several values."""
    # A client may send the port with the host.
    end = "(?::[0-9]+)?$" if field == "host" else "$"
    held: list[str] = []
    for expression in expressions:
        if held and len(f"^(?:{'|'.join([*held, expression])}){end}") > LONGEST_REGEX:
            yield f"^(?:{'|'.join(held)}){end}"
            held = []
        held.append(expression)
    if held:
        yield f"^(?:{'|'.join(held)}){end}"


def _regex(pattern: str) -> str:
    return re.sub(r"[.^$+()\[\]{}|\\*?]", _sign, pattern)


def _sign(match: re.Match[str]) -> str:
    return {"*": ".*", "?": "."}.get(match[0], f"\\{match[0]}")


def _one(kind: type[AllOf] | type[AnyOf], statements: Sequence[Statement]) -> Statement:
    """Logical statements hold at least two (AndStatement and OrStatement of the WAFv2 API)."""
    return statements[0] if len(statements) == 1 else kind(statements=tuple(statements))
