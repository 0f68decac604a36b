"""One thing at a time wrong in public DNS, and what `doctor` says about it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from tests.support.dns_server import Names

HOST, DOMAIN = "shop.example.com", "example.com"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Breakage:
    """One thing that clients see otherwise than Route 53 has it."""

    what: str
    do: Callable[[Names], object]
    severity: str
    reason: str
    """The beginning of what `doctor` says."""
    where: str = "Public DNS"
    connection: str = "shop"


def _delegated_elsewhere(names: Names) -> None:
    names.set(DOMAIN, "NS", "ns1.old.example", "ns2.old.example")


BREAKAGES: tuple[Breakage, ...] = (
    Breakage(
        what="the host resolves to other addresses",
        do=lambda names: names.set(HOST, "A", "198.51.100.7"),
        severity="warning",
        reason="clients are led elsewhere: none of these addresses is one of central-ingress-prod",
    ),
    Breakage(
        what="the host is a CNAME of a CDN",
        do=lambda names: (
            names.set(HOST, "CNAME", "d111111abcdef8.cloudfront.net"),
            names.set("d111111abcdef8.cloudfront.net", "A", "198.51.100.7"),
        ),
        severity="warning",
        reason="clients are led to Amazon CloudFront, followed as if it forwarded to central-ingress-prod",
    ),
    Breakage(
        what="the resolver answers with private addresses",
        do=lambda names: names.set(HOST, "A", "10.1.2.3"),
        severity="warning",
        reason="clients of this resolver are led to private addresses",
    ),
    Breakage(
        what="the host does not exist",
        do=lambda names: names.records.pop((HOST, "A")),
        severity="error",
        reason="clients get no address: shop.example.com does not exist (NXDOMAIN)",
    ),
    Breakage(
        what="the host has no address",
        do=lambda names: (names.records.pop((HOST, "A")), names.set(HOST, "TXT", "0")),
        severity="error",
        reason="clients get no address: shop.example.com has no A record",
    ),
    Breakage(
        what="the host is a CNAME of a name that does not exist",
        do=lambda names: names.set(HOST, "CNAME", "gone.example.net"),
        severity="error",
        reason="clients get no address: gone.example.net does not exist (NXDOMAIN)",
    ),
    Breakage(
        what="no name server answers for the host",
        do=lambda names: names.failing.add(HOST),
        severity="error",
        reason="clients get no address: the resolver answers SERVFAIL",
    ),
    Breakage(
        what="the resolver refuses the host",
        do=lambda names: names.refused.add(HOST),
        severity="not seen",
        reason="REFUSED: not compared",
    ),
    Breakage(
        what="the resolver gives no answer for the host",
        do=lambda names: names.silent.add(HOST),
        severity="not seen",
        reason="no answer within 0.5 seconds: not compared",
    ),
    Breakage(
        what="the domain is delegated to another provider",
        do=_delegated_elsewhere,
        severity="error",
        reason="example.com is delegated to other name servers, not to zone Z0123456789EXAMPLE",
        where="Delegation",
        connection="all connections",
    ),
    Breakage(
        what="the domain is not delegated",
        do=lambda names: names.records.pop((DOMAIN, "NS")),
        severity="error",
        reason="example.com is not delegated: clients and ACM do not see the records of zone Z0123456789EXAMPLE",
        where="Delegation",
        connection="all connections",
    ),
)


def table() -> str:
    """What was wrong, and what `doctor` says: a table of a document."""
    rows = ["", "| wrong | found at | as | what `doctor` says |", "|---|---|---|---|"]
    rows += [f"| {one.what} | {one.where} | {one.severity} | {one.reason} … |" for one in BREAKAGES]
    return "\n".join([*rows, ""])
