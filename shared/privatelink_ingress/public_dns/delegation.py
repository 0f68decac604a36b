"""To which name servers the parent zone delegates a domain: resolvers follow that, whatever the domain's own say.

The NS records that a resolver answers are those of the domain's own name servers (RFC 2181, section 5.4.1), which may
differ from the delegation. So the parent's name servers are asked where they can be reached.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.query
import dns.rcode
import dns.rdatatype
import dns.resolver

from privatelink_ingress.public_dns.resolver import PORT, Resolver
from privatelink_ingress.trace.public_names import Delegation

SECONDS = 2.0
"""For a name server of the parent: they are many, and the resolver is asked when none answers."""
TRIED = 3
"""Name servers of the parent: a network that lets no query out keeps all of them away."""


def delegation(
    resolver: Resolver, domain: str, expected: Sequence[str] = (), *, authority_port: int = PORT
) -> Delegation:
    """To which name servers a domain is delegated; never raises.

    Args:
        resolver: Leads to the parent's name servers, and is asked itself when they cannot be reached.
        domain: Without a trailing dot.
        expected: Names of the servers that it should be. Another name with the address of one of them counts as that
            one: https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/white-label-name-servers.html
        authority_port: Of the parent's name servers.
    """
    name = dns.name.from_text(domain)
    try:
        parent = resolver.zone_of(name.parent())
        found = next(_of_parent(resolver, name, parent, authority_port), None)
    except (dns.exception.DNSException, OSError):
        parent, found = None, None
    said = found or _of_resolver(resolver, name, _text(parent) if parent else "")
    return _renamed(resolver, said, expected) if said.servers else said


def _of_parent(resolver: Resolver, name: dns.name.Name, parent: dns.name.Name, port: int) -> Iterator[Delegation]:
    """What each of the parent's name servers says that can be reached."""
    listed = resolver.resolve(parent, "NS")
    for server in sorted(record.target for record in listed.rrset or ())[:TRIED]:
        query = dns.message.make_query(name, dns.rdatatype.NS, flags=dns.flags.from_text(""))
        for address in sorted(resolver.ask(str(server), "A").addresses)[:1]:
            try:
                response, _ = dns.query.udp_with_fallback(query, address, timeout=SECONDS, port=port)
            except (dns.exception.DNSException, OSError, EOFError):
                continue
            if response.rcode() in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN):
                yield _said(response, name, source=_text(server), parent=_text(parent))


def _of_resolver(resolver: Resolver, name: dns.name.Name, parent: str) -> Delegation:
    source = f"resolver {resolver}"
    try:
        return _said(resolver.resolve(name, "NS").response, name, source=source, parent=parent)
    except dns.resolver.NXDOMAIN as none:
        return _said(next(iter(none.responses().values())), name, source=source, parent=parent)
    except (dns.exception.DNSException, OSError) as error:
        failed = resolver.failed(error)
        broken = "SERVFAIL" in failed.detail
        return Delegation(servers=None, source=source, parent=parent, why=failed.detail, broken=broken)


def _said(response: Any, name: dns.name.Name, *, source: str, parent: str) -> Delegation:
    """A referral has the name servers in its authority section, an answer in its answer section."""
    of_name = [rrset for rrset in (*response.answer, *response.authority) if rrset.name == name]
    by_type = {dns.rdatatype.to_text(rrset.rdtype): rrset for rrset in reversed(of_name)}
    if servers := by_type.get("NS"):
        names = tuple(sorted({_text(record.target) for record in servers}))
        return Delegation(servers=names, source=source, parent=parent, ttl=servers.ttl)
    starts = [rrset for rrset in response.authority if rrset.rdtype == dns.rdatatype.SOA]
    ttl = min((min(rrset.ttl, rrset[0].minimum) for rrset in starts), default=0)
    target = _text(by_type["CNAME"][0].target) if "CNAME" in by_type else ""
    return Delegation(servers=(), source=source, parent=parent, cname=target, ttl=ttl)


def _renamed(resolver: Resolver, said: Delegation, expected: Sequence[str]) -> Delegation:
    """With the expected name in place of another one for the same address."""
    others = set(said.servers or ()) - set(expected)
    if not others or not expected:
        return said
    known = {address: one for one in expected for address in resolver.ask(one, "A").addresses}
    names = {other: known.get(next(iter(sorted(resolver.ask(other, "A").addresses)), "")) for other in others}
    servers = tuple(sorted({names.get(one) or one for one in said.servers or ()}))
    return Delegation(servers=servers, source=said.source, parent=said.parent, ttl=said.ttl)


def _text(name: dns.name.Name) -> str:
    return name.to_text(omit_final_dot=True).lower()
