"""Loads the topology from exported states."""

from __future__ import annotations

from collections.abc import Iterable

from privatelink_ingress import tokens as t
from privatelink_ingress.problems import Problem, UsageError
from privatelink_ingress.stackfiles.exports import Export
from privatelink_ingress.trace.states import balancers, network
from privatelink_ingress.trace.states.resources import UNREADABLE, Resources, place, reading
from privatelink_ingress.trace.topology import Alias, Topology


def load(exports: Iterable[Export]) -> Topology:
    """What the states know of the system.

    A state has what AWS had when its stack was deployed or refreshed last. Health of targets, instances of node
    groups, names of existing certificates and objects in clusters are in no state: they are `UNSEEN` or absent.

    Raises:
        UsageError: no state is of an edge stack, or a resource lacks what the provider writes, or hides it.
    """
    given = tuple(exports)
    with reading(given):
        topology = _load(Resources(given))
    if not any(one.scheme == "internet-facing" for one in topology.load_balancers.values()):
        reason = "no state contains an internet-facing load balancer, where every request starts"
        remedy = "Give the export of the central-ingress stack that owns the load balancer, too."
        raise UsageError(UNREADABLE, [Problem(", ".join(one.stack for one in given), reason, remedy)])
    return topology


def _load(resources: Resources) -> Topology:
    connected = network.endpoints(resources)
    nodes, members = network.nodes(resources)
    return Topology(
        aliases=tuple(_aliases(resources)),
        load_balancers=balancers.load_balancers(resources),
        target_groups=balancers.target_groups(resources, members),
        endpoints=connected,
        services=network.services(resources, connected),
        nodes=nodes,
        security_groups=network.security_groups(resources),
        cnames=frozenset(_cnames(resources)),
        owners=frozenset(place(one)[0] for one in resources.of(t.ENDPOINT_SERVICE)),
    )


def _aliases(resources: Resources) -> Iterable[Alias]:
    for record in resources.of(t.DNS_RECORD):
        for target in record.get("aliases") or ():
            yield Alias(
                name=record["name"].rstrip(".").replace("\\052", "*").lower(),
                type=record["type"],
                target=target["name"].rstrip(".").lower().removeprefix("dualstack."),
                zone=record["zoneId"],
            )


def _cnames(resources: Resources) -> Iterable[tuple[str, str]]:
    """Those of the stacks, which have the validation records of each certificate that a stack requests."""
    for record in resources.of(t.DNS_RECORD):
        if record["type"] == "CNAME":
            for value in record.get("records") or ():
                yield record["fqdn"].rstrip(".").lower(), value.rstrip(".").lower()
