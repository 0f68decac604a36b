"""The second hop: what public DNS answers a client, compared with the load balancer that Route 53 names."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from privatelink_ingress.trace import delegations
from privatelink_ingress.trace.hops import Hop, Path, Stopped
from privatelink_ingress.trace.public_names import Answer, PublicNames
from privatelink_ingress.trace.topology import HostedZone, LoadBalancer, Topology

HOP = "Public DNS"

MOST = 8
"""Addresses in one answer. Of more, resolvers are given different ones:
https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/routing-policy-multivalue.html"""


def compare(path: Path) -> Iterator[Hop]:
    """Public DNS: the addresses of the host are those of the load balancer, asked of the same resolver."""
    names, host, type_ = path.topology.public_names, path.request.host, path.request.address_type
    answer = names.answer(host, type_) if names else None
    if names is None or answer is None:
        return
    asked = f"{host} {type_}, asked of {names.resolver}"
    if answer.outcome == "addresses":
        yield _of_addresses(path, names, answer)
    elif answer.outcome == "silence" or (answer.outcome == "failure" and "SERVFAIL" not in answer.detail):
        remedy = f"`dig +trace {host}` shows which name server answers; --resolver asks another resolver."
        yield Hop(name=HOP, verdict="not seen", evidence=asked, reason=f"{answer.detail}: not compared", remedy=remedy)
    else:
        reason, remedy = _missing(path.topology, host, type_, answer)
        if path.record:
            raise Stopped(HOP, asked, reason, remedy)
        yield Hop(name=HOP, verdict="warns", evidence=asked, reason=reason, remedy=remedy)


def led_to(topology: Topology, host: str, type_: str) -> LoadBalancer | None:
    """The internet-facing load balancer to which public DNS leads clients of a host; None when it is no known one."""
    names = topology.public_names
    answer = names.answer(host, type_) if names else None
    if names is None or answer is None:
        return None
    public = (one for one in topology.load_balancers.values() if one.scheme == "internet-facing")
    return next((one for one in public if _leads(names, answer, one, type_)), None)


def _leads(names: PublicNames, answer: Answer, balancer: LoadBalancer, type_: str) -> bool:
    if {balancer.dns_name, f"dualstack.{balancer.dns_name}"} & {*answer.chain}:
        return True
    own = names.answer(balancer.dns_name, type_)
    return bool(own and own.addresses & answer.addresses)


def _of_addresses(path: Path, names: PublicNames, answer: Answer) -> Hop:
    host, type_, balancer = path.request.host, path.request.address_type, path.balancer
    addresses = sorted(answer.addresses, key=ipaddress.ip_address)
    evidence = f"{' → '.join((f'{host} {type_}', *answer.chain, ', '.join(addresses)))}, asked of {names.resolver}"
    if _leads(names, answer, balancer, type_):
        return Hop(name=HOP, verdict="passes", evidence=f"{evidence}: {balancer.name}")
    own = names.answer(balancer.dns_name, type_)
    if own is None or not own.addresses:
        reason = f"{names.resolver} knows no address of {balancer.dns_name}, so nothing can be compared"
        remedy = "Ask another resolver with --resolver."
        return Hop(name=HOP, verdict="not seen", evidence=evidence, reason=reason, remedy=remedy)
    other = led_to(path.topology, host, type_)
    if other is None and len(answer.addresses) >= MOST and len(own.addresses) >= MOST:
        reason = f"an answer has at most {MOST} addresses, so {balancer.name} may have these too"
        return Hop(name=HOP, verdict="not seen", evidence=evidence, reason=reason, remedy="Repeat it after a minute.")
    if path.record and path.record.target != balancer.dns_name:  # a CDN that Route 53 names
        return Hop(name=HOP, verdict="passes", evidence=evidence)
    reason, remedy = _elsewhere(path, answer, other)
    return Hop(name=HOP, verdict="warns", evidence=evidence, reason=reason, remedy=remedy)


def _elsewhere(path: Path, answer: Answer, other: LoadBalancer | None) -> tuple[str, str]:
    """Why the addresses are not the load balancer's, and what to do."""
    host, balancer = path.request.host, path.balancer
    kept = f" Resolvers keep the old answer for up to {answer.ttl} seconds after a change." if answer.ttl else ""
    wrong = _delegation(path.topology, host)
    in_front = next(filter(None, map(cdn, answer.chain)), None)
    if other:
        reason = f"clients are led to {other.name}, not to {balancer.name}"
    elif all(_is_private(one) for one in answer.addresses):
        reason = "clients of this resolver are led to private addresses: it answers for a network of its own"
        return reason, f"Ask a public resolver too, with --resolver.{kept}"
    elif in_front:
        reason = f"clients are led to {in_front}, followed as if it forwarded to {balancer.name}"
        return reason, f"See that its origin is {balancer.dns_name}, and that it sends the host {host}.{kept}"
    else:
        reason = f"clients are led elsewhere: none of these addresses is one of {balancer.name}"
    if wrong:
        return f"{reason}; {wrong.reason}", wrong.remedy
    proxy = "" if other else f" If a CDN or proxy is there, see that its origin is {balancer.dns_name}."
    return reason, f"Correct the record of {host} where its domain is served: `dig +trace {host}`.{proxy}{kept}"


def _missing(topology: Topology, host: str, type_: str, answer: Answer) -> tuple[str, str]:
    """Why a client gets no address, and what to do."""
    end = answer.chain[-1] if answer.chain else host
    if answer.outcome == "failure":
        reason = "clients get no address: the resolver answers SERVFAIL, so no name server of the domain answers right"
    elif answer.outcome == "no such name":
        reason = f"clients get no address: {end} does not exist (NXDOMAIN)"
    else:
        reason = f"clients get no address: {end} has no {type_} record"
    if wrong := _delegation(topology, host):
        return f"{reason}; {wrong.reason}", wrong.remedy
    kept = (
        f" Resolvers keep this answer for up to {answer.ttl} seconds after the record is there." if answer.ttl else ""
    )
    if answer.outcome == "failure":
        return reason, f"`dig +trace {host}` shows where it fails: name servers of another provider, or a DS record."
    if answer.chain:
        return reason, f"Correct the CNAME record that leads {host} to {end}.{kept}"
    return reason, f"See which name servers answer: `dig +trace {host}`.{kept}"


def _delegation(topology: Topology, host: str) -> delegations.Fault | None:
    """What is wrong with the delegation of the host's domain, if it was asked for."""
    zone, names = zone_of(topology, host), topology.public_names
    seen = names.delegations.get(zone.name) if zone and names else None
    wrong = delegations.fault(zone, seen, topology.hosted_zones) if zone and seen else None
    return wrong if wrong and wrong.severity == "error" else None


def zone_of(topology: Topology, host: str) -> HostedZone | None:
    """The hosted zone with the longest name that a host is in, one with an alias to a load balancer first."""
    holding = [one for one in topology.hosted_zones if f".{host}".endswith(f".{one.name}")]
    return max(holding, key=lambda one: (len(one.name), bool(one.servers)), default=None)


def _is_private(address: str) -> bool:
    found = ipaddress.ip_address(address)
    return any(found in network for network in PRIVATE)


PRIVATE = tuple(
    ipaddress.ip_network(one)
    for one in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
        *("192.168.0.0/16", "::/127", "fc00::/7", "fe80::/10"),
    )
)
"""Addresses that no client of the internet reaches, of private networks or of resolvers that block names:
https://www.iana.org/assignments/iana-ipv4-special-registry/ and .../iana-ipv6-special-registry/"""


def cdn(name: str) -> str | None:
    """The CDN or proxy that a host name belongs to, if it is a known one."""
    return next((one for suffix, one in CDNS.items() if name.endswith(suffix)), None)


CDNS = {
    ".cloudfront.net": "Amazon CloudFront",
    ".awsglobalaccelerator.com": "AWS Global Accelerator",
    ".cdn.cloudflare.net": "Cloudflare",
    ".fastly.net": "Fastly",
    ".edgekey.net": "Akamai",
    ".edgesuite.net": "Akamai",
    ".akamaiedge.net": "Akamai",
    ".azurefd.net": "Azure Front Door",
    ".azureedge.net": "Azure CDN",
    ".trafficmanager.net": "Azure Traffic Manager",
    ".incapdns.net": "Imperva",
}
"""Names of CDNs and proxies by the end of their host names, as their documentation has them."""
