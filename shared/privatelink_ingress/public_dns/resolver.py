"""Asks one resolver, and says in a word what came of it."""

from __future__ import annotations

import dataclasses
import ipaddress
import re
from typing import Any

import dns.exception
import dns.name
import dns.rcode
import dns.resolver
import dns.ttl

from privatelink_ingress.problems import Problem, UsageError
from privatelink_ingress.trace.public_names import Answer

SECONDS = 5.0
"""For one query with its repetitions. Resolvers give up on name servers that do not answer within a few seconds."""
PORT = 53
"""https://www.iana.org/assignments/service-names-port-numbers/"""


@dataclasses.dataclass(frozen=True)
class Address:
    """Where a resolver listens."""

    host: str
    """An IP address."""
    port: int = PORT

    @classmethod
    def parse(cls, text: str) -> Address:
        """From `10.0.0.2`, `10.0.0.2:5353`, `2001:db8::2` or `[2001:db8::2]:5353`.

        Raises:
            UsageError: it is none of these.
        """
        match = re.fullmatch(
            r"\[(?P<v6>[^\]]+)\](?::(?P<p6>[0-9]+))?|(?P<v4>[^:]+)(?::(?P<p4>[0-9]+))?|(?P<bare>.+)", text
        )
        groups = match.groupdict() if match else {}
        host = groups.get("v6") or groups.get("v4") or groups.get("bare") or ""
        port = groups.get("p6") or groups.get("p4")
        try:
            ipaddress.ip_address(host)
        except ValueError:
            reason = f"is {text}, which is not the IP address of a resolver"
            raise UsageError(_REFUSED, [Problem("--resolver", reason, _FORMS)]) from None
        if port is not None and not 0 < int(port) < 65_536:
            reason = f"is {text}, but a port is a number from 1 to 65535"
            raise UsageError(_REFUSED, [Problem("--resolver", reason, _FORMS)])
        return cls(host, int(port or PORT))

    def __str__(self) -> str:
        if self.port == PORT:
            return self.host
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


_REFUSED = "DNS cannot be asked"
_FORMS = "Write an address, or an address and a port: 10.0.0.2, 10.0.0.2:5353 or [2001:db8::2]:5353."


class Unreachable(Exception):
    """No resolver answers; the text says which, and why."""


class Resolver:
    """The named resolver, or those of this computer."""

    def __init__(self, address: Address | None = None, *, seconds: float = SECONDS) -> None:
        """Nothing is asked yet."""
        try:
            self._resolver = dns.resolver.Resolver(configure=address is None)
        except dns.resolver.NoResolverConfiguration:  # asked, it answers nothing
            self._resolver = dns.resolver.Resolver(configure=False)
        if address:
            self._resolver.nameservers, self._resolver.port = [address.host], address.port
        self._resolver.timeout, self._resolver.lifetime = seconds / 2, seconds
        self._label = str(address) if address else ", ".join(map(str, self._resolver.nameservers)) or "of this computer"
        self.seconds = seconds

    def __str__(self) -> str:
        return self._label

    def ask(self, name: str, type_: str) -> Answer:
        """The answer for the addresses of a name; never raises."""
        try:
            found = self.resolve(name, type_)
        except dns.resolver.NXDOMAIN as none:
            chain, ttl = _chain(next(iter(none.responses().values())))
            return Answer(outcome="no such name", chain=chain, ttl=ttl)
        except (dns.exception.DNSException, OSError) as error:
            return self.failed(error)
        chain, ttl = _chain(found.response)
        if found.rrset is None:
            return Answer(outcome="no address", chain=chain, ttl=ttl)
        addresses = frozenset(str(ipaddress.ip_address(record.address)) for record in found.rrset)
        return Answer(outcome="addresses", chain=chain, addresses=addresses, ttl=ttl)

    def resolve(self, name: str | dns.name.Name, type_: str) -> dns.resolver.Answer:
        """The resolver's answer, which may have no record.

        Raises:
            DNSException: NXDOMAIN, an error of the resolver, or no answer in time.
        """
        return self._resolver.resolve(_absolute(name), type_, search=False, raise_on_no_answer=False)

    def zone_of(self, name: dns.name.Name) -> dns.name.Name:
        """The zone that a name is in.

        Raises:
            DNSException: as for `resolve`.
        """
        return dns.resolver.zone_for_name(name, resolver=self._resolver, lifetime=self.seconds)

    def failed(self, error: Exception) -> Answer:
        """What an error that is not NXDOMAIN means."""
        if isinstance(error, dns.resolver.NoNameservers):
            codes = sorted({code for one in error.kwargs.get("errors", ()) if (code := _code(one))})
            if codes:
                return Answer(outcome="failure", detail=", ".join(codes))
        if isinstance(error, dns.exception.Timeout | dns.resolver.NoNameservers | OSError):
            return Answer(outcome="silence", detail=f"no answer within {self.seconds:g} seconds")
        return Answer(outcome="failure", detail=str(error))


def _absolute(name: str | dns.name.Name) -> dns.name.Name:
    return dns.name.from_text(name) if isinstance(name, str) else name


def _code(error: Any) -> str:
    """The response code of one of dnspython's errors; empty where a name server did not answer."""
    response = getattr(error, "response", None) or (error[4] if isinstance(error, tuple) and len(error) > 4 else None)
    return dns.rcode.to_text(response.rcode()) if response is not None else ""


def _chain(response: Any) -> tuple[tuple[str, ...], int]:
    """The CNAME targets of a response, and the seconds for which it may be kept."""
    try:
        result = response.resolve_chaining()
    except dns.exception.DNSException:
        return (), 0
    targets = (str(rrset[0].target).rstrip(".").lower() for rrset in result.cnames)
    # Without a start of authority, a negative answer is not kept: RFC 2308, section 5.
    return tuple(targets), 0 if result.minimum_ttl == dns.ttl.MAX_TTL else result.minimum_ttl
