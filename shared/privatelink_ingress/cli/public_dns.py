"""Whom to ask in public DNS, and what it answers for the hosts of requests."""

from __future__ import annotations

from collections.abc import Iterable

from privatelink_ingress.problems import Problem, UsageError
from privatelink_ingress.public_dns import questions
from privatelink_ingress.public_dns.resolver import Address, Resolver, Unreachable
from privatelink_ingress.trace import public_dns_hop
from privatelink_ingress.trace.public_names import PublicNames
from privatelink_ingress.trace.request import Request
from privatelink_ingress.trace.topology import Topology

REMEDY = "Run this where the resolver can be reached, or name another one with --resolver."


def resolver(address: str | None, *, emulated: bool, live: bool = True) -> Resolver | None:
    """Whom to ask; None when nobody is to be asked: an emulated AWS and an exported state are in no public DNS.

    Args:
        address: Of `--resolver`, which is asked in any case.
        emulated: Whether AWS is emulated.
        live: Whether AWS is read at all.

    Raises:
        UsageError: the address is none, or nothing is compared with the answers.
    """
    if address is not None:
        if not live:
            problem = Problem("--resolver", "has no effect without --live", "Add --live, or leave it out.")
            raise UsageError("DNS cannot be asked", [problem])
        return Resolver(Address.parse(address))
    return Resolver() if live and not emulated else None


def answers(
    topology: Topology, requests: Iterable[Request], resolver: Resolver | None
) -> tuple[PublicNames | None, tuple[Problem, ...]]:
    """What a resolver answers for load balancers and for the hosts of requests, or that it gives no answer."""
    if resolver is None:
        return None, ()
    try:
        return questions.ask(resolver, *_questions(topology, tuple(requests))), ()
    except Unreachable as error:
        return None, (Problem("public DNS", f"was not asked: {error}", REMEDY),)


def _questions(
    topology: Topology, requests: tuple[Request, ...]
) -> tuple[set[tuple[str, str]], set[tuple[str, str]], dict[str, tuple[str, ...]]]:
    hosts = {(one.host, one.address_type) for one in requests}
    types = {type_ for _, type_ in hosts}
    public = (one for one in topology.load_balancers.values() if one.scheme == "internet-facing")
    zones = (public_dns_hop.zone_of(topology, host) for host, _ in hosts)
    return (
        {(one.dns_name, type_) for one in public for type_ in types},
        hosts,
        {zone.name: zone.servers for zone in zones if zone and zone.servers},
    )
