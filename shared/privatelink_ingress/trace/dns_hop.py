"""The first hop: the records of public hosted zones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from privatelink_ingress.trace import public_dns_hop
from privatelink_ingress.trace.hops import RIGHTS, Hop, Path, Stopped, Unseen
from privatelink_ingress.trace.topology import Alias, LoadBalancer, Topology

HOP = "Route 53"


def resolve(path: Path) -> Iterator[Hop]:
    """Route 53: the host's alias, or else where public DNS leads, or else the only internet-facing load balancer."""
    host, topology = path.request.host, path.topology
    public = [balancer for balancer in topology.load_balancers.values() if balancer.scheme == "internet-facing"]
    path.record = _alias(topology, host, path.request.address_type)
    if path.record:
        yield _follow(path, path.record, public)
        return
    if path.request.over_ipv6 and (ipv4 := _alias(topology, host, "A")):
        raise Stopped(
            HOP,
            f"{ipv4.name} has an A record, but no AAAA record",
            f"a client with only an IPv6 address such as {path.request.source} gets no address for {host}",
            "Set loadBalancer.ipv6: published in the file of the central-ingress stack.",
        )
    led = public_dns_hop.led_to(topology, host, path.request.address_type)
    if led and (topology.lacks("records") or public_dns_hop.zone_of(topology, host) is None):
        path.balancer = led
        why = "cannot be read" if topology.lacks("records") else "are in no hosted zone of these accounts"
        yield Hop(name=HOP, verdict="passes", evidence=f"the records of {host} {why}: public DNS leads to {led.name}")
    elif not public and topology.lacks("load balancers"):
        raise Unseen("Load balancer", "load balancers cannot be read", "where the request arrives is not known")
    elif len(public) == 1 and topology.lacks("records"):
        path.balancer = public[0]
        reason = f"the records of hosted zones cannot be read: followed as if {host} led to {path.balancer.name}"
        yield Hop(name=HOP, verdict="not seen", evidence=f"{host} A", reason=reason, remedy=RIGHTS)
    elif topology.lacks("records"):
        reason = f"which of {len(public)} internet-facing load balancers it leads to is not known"
        raise Unseen(HOP, "the records of hosted zones cannot be read", reason)
    elif led or len(public) == 1:
        path.balancer = led or public[0]
        yield Hop(
            name=HOP,
            verdict="warns",
            evidence=f"no alias record answers for {host}",
            reason=f"followed as if a client connected to {path.balancer.name} with this host",
            remedy=f"Add {host} to the hosts of a connection's route to publish it.",
        )
    else:
        raise Stopped(
            HOP,
            f"no alias record answers for {host}",
            f"no name leads to any of the {len(public)} internet-facing load balancers",
            f"Add {host} to the hosts of a connection's route in a central-ingress stack file.",
        )


def _follow(path: Path, record: Alias, public: Sequence[LoadBalancer]) -> Hop:
    """To the load balancer that the record names, or behind the CDN that it names."""
    evidence = f"{record.name} {record.type} is an alias of {record.target}"
    targets = [balancer for balancer in public if balancer.dns_name == record.target]
    if targets:
        path.balancer = targets[0]
        evidence = f"{record.name} {record.type} → {path.balancer.name} (zone {record.zone})"
        return Hop(name=HOP, verdict="passes", evidence=evidence)
    cdn = public_dns_hop.cdn(record.target)
    if cdn and len(public) == 1:
        path.balancer = public[0]
        reason = f"clients are led to {cdn}, followed as if it forwarded to {path.balancer.name}"
        remedy = f"See that its origin is {path.balancer.dns_name}, and that it sends the host {path.request.host}."
        return Hop(name=cdn, verdict="warns", evidence=evidence, reason=reason, remedy=remedy)
    if path.topology.lacks("load balancers"):
        raise Unseen(HOP, evidence, "load balancers cannot be read")
    raise Stopped(
        HOP,
        evidence,
        "no internet-facing load balancer has this name",
        "Run `pulumi up` in central-ingress/ to point the record to the current load balancer.",
    )


def _alias(topology: Topology, host: str, type_: str) -> Alias | None:
    """The record that answers: that of the name itself if the name exists, else the wildcard of its closest encloser.

    A wildcard answers for no name that exists, nor below one: RFC 4592, section 3.3.1. With *.example.com and
    shop.example.com, new.shop.example.com gets no answer.
    """
    by_name = {alias.name: alias for alias in topology.aliases if alias.type == type_}
    existing = _existing(topology)
    enclosers = _upwards(host)
    closest = next((name for name in enclosers if name in existing), "")
    return by_name.get(host if closest == host else f"*.{closest}")


def _existing(topology: Topology) -> set[str]:
    """Every name that DNS has, as far as the topology tells: owners of records, apexes, and all names above them."""
    owners = {alias.name for alias in topology.aliases} | {name for name, _ in topology.cnames or ()}
    return {name for owner in owners | {zone.name for zone in topology.hosted_zones} for name in _upwards(owner)}


def _upwards(name: str) -> list[str]:
    """The name, then each name above it."""
    labels = name.split(".")
    return [".".join(labels[depth:]) for depth in range(len(labels))]
