"""What public DNS answers: for the names of hosts and load balancers, and about the delegation of their domains."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Literal

Outcome = Literal["addresses", "no such name", "no address", "failure", "silence"]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Answer:
    """A resolver's answer to a query for the addresses of a name."""

    outcome: Outcome
    """`no such name` is NXDOMAIN; `no address` a name without addresses of that type; `failure` SERVFAIL or another
    error of the resolver; `silence` no answer in time."""
    chain: tuple[str, ...] = ()
    """The targets of its CNAME records, in order, in lower case, without trailing dots."""
    addresses: frozenset[str] = frozenset()
    ttl: int = 0
    """Seconds for which a resolver may keep the answer, also one that there is none (RFC 2308)."""
    detail: str = ""
    """Of a failure or silence: the resolver's code, or how long it was waited for."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Delegation:
    """The name servers that resolvers are sent to for the names of a domain."""

    servers: tuple[str, ...] | None
    """In lower case, without dots at their ends, sorted; none without a delegation, None where nothing tells."""
    source: str
    """Who said it: a name server of the parent zone, or a resolver."""
    parent: str = ""
    """Name of the parent zone; empty when unknown."""
    cname: str = ""
    """Target of a CNAME record that is in the place of a delegation."""
    ttl: int = 0
    """Seconds for which resolvers keep it."""
    why: str = ""
    """Why nothing tells."""
    broken: bool = False
    """Whether the resolver found no name server that answers for the domain."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class PublicNames:
    """All that was asked."""

    resolver: str
    """Address of the resolver, with its port unless that is 53."""
    answers: Mapping[tuple[str, str], Answer] = dataclasses.field(default_factory=dict)
    """By name and type, `A` or `AAAA`."""
    delegations: Mapping[str, Delegation] = dataclasses.field(default_factory=dict)
    """By domain."""

    def answer(self, name: str, type_: str) -> Answer | None:
        """The answer for a name; None when it was not asked for."""
        return self.answers.get((name, type_))
