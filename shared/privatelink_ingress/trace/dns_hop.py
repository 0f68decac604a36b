"""The first hop: the records of public hosted zones."""

from __future__ import annotations

from collections.abc import Iterator

from privatelink_ingress.trace.hops import RIGHTS, Hop, Path, Stopped, Unseen
from privatelink_ingress.trace.topology import Alias, Topology

HOP = "Route 53"


def resolve(path: Path) -> Iterator[Hop]:
    """Route 53: the host's alias, or else the only internet-facing load balancer."""
    host, hop = path.request.host, HOP
    public = [balancer for balancer in path.topology.load_balancers.values() if balancer.scheme == "internet-facing"]
    record = _alias(path.topology, host, "AAAA" if path.request.over_ipv6 else "A")
    if record is None and path.request.over_ipv6 and (ipv4 := _alias(path.topology, host, "A")):
        raise Stopped(
            hop,
            f"{ipv4.name} has an A record, but no AAAA record",
            f"a client with only an IPv6 address such as {path.request.source} gets no address for {host}",
            "Set loadBalancer.ipv6: published in the file of the central-ingress stack.",
        )
    if record:
        targets = [balancer for balancer in public if balancer.dns_name == record.target]
        if not targets and path.topology.lacks("load balancers"):
            evidence = f"{record.name} {record.type} is an alias of {record.target}"
            raise Unseen(hop, evidence, "load balancers cannot be read")
        if not targets:
            raise Stopped(
                hop,
                f"{record.name} {record.type} is an alias of {record.target}",
                "no internet-facing load balancer has this name",
                "Run `pulumi up` in central-ingress/ to point the record to the current load balancer.",
            )
        path.balancer = targets[0]
        yield Hop(
            name=hop,
            verdict="passes",
            evidence=f"{record.name} {record.type} → {path.balancer.name} (zone {record.zone})",
        )
    elif not public and path.topology.lacks("load balancers"):
        raise Unseen("Load balancer", "load balancers cannot be read", "where the request arrives is not known")
    elif len(public) == 1 and path.topology.lacks("records"):
        path.balancer = public[0]
        reason = f"the records of hosted zones cannot be read: followed as if {host} led to {path.balancer.name}"
        yield Hop(name=hop, verdict="not seen", evidence=f"{host} A", reason=reason, remedy=RIGHTS)
    elif path.topology.lacks("records"):
        reason = f"which of {len(public)} internet-facing load balancers it leads to is not known"
        raise Unseen(hop, "the records of hosted zones cannot be read", reason)
    elif len(public) == 1:
        path.balancer = public[0]
        yield Hop(
            name=hop,
            verdict="warns",
            evidence=f"no alias record answers for {host}",
            reason=f"followed as if a client connected to {path.balancer.name} with this host",
            remedy=f"Add {host} to the hosts of a connection's route to publish it.",
        )
    else:
        raise Stopped(
            hop,
            f"no alias record answers for {host}",
            f"no name leads to any of the {len(public)} internet-facing load balancers",
            f"Add {host} to the hosts of a connection's route in a central-ingress stack file.",
        )


def _alias(topology: Topology, host: str, type_: str) -> Alias | None:
    """The record that answers: the exact name, else the wildcard of its parent, as DNS prefers them."""
    by_name = {alias.name: alias for alias in topology.aliases if alias.type == type_}
    parents = host.split(".")
    candidates = [host, *(".".join(["*", *parents[depth:]]) for depth in range(1, len(parents)))]
    return next((by_name[name] for name in candidates if name in by_name), None)
