"""IPv6 of a shard: the stages of `loadBalancer.ipv6`, and settings that do not fit the stage."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from privatelink_ingress.plan import existing_subnets
from privatelink_ingress.plan.edge.existing_network import KEY, PUBLIC, FoundNetwork
from privatelink_ingress.problems import Problem
from privatelink_ingress.settings.edge import Connection, EdgeSettings
from privatelink_ingress.settings.ipv6 import Ipv6Stage, has_addresses, has_ranges, has_records, is_ipv6

SETTING = "loadBalancer.ipv6"

_TOO_EARLY = "Remove it, or write loadBalancer.ipv6: published{where}."


def check(settings: EdgeSettings) -> Iterator[Problem]:
    """Networks of clients that cannot exist: IPv6 before the load balancer has such addresses, or a missing family."""
    balancer, stage = settings.load_balancer, settings.load_balancer.ipv6
    if not has_addresses(stage):
        for key, networks in (
            ("loadBalancer.allowedCidrs", balancer.allowed_cidrs),
            ("firewall.allow", settings.firewall.allow),
            ("firewall.deny", settings.firewall.deny),
        ):
            for index, cidr in enumerate(networks):
                if is_ipv6(cidr):
                    yield Problem(f"{key}[{index}]", _unreachable(cidr, stage), _TOO_EARLY.format(where=""))
    elif has_records(stage):
        families = {is_ipv6(cidr): cidr for cidr in balancer.allowed_cidrs}
        for missing, record, everyone in ((True, "AAAA", "::/0"), (False, "A", "0.0.0.0/0")):
            if missing not in families:
                family = "IPv6" if missing else "IPv4"
                reason = f"has no {family} network, but {record} records lead {family} clients to the load balancer"
                remedy = f"Add {everyone} or {family} networks" + (", or write ipv6: addresses." if missing else ".")
                yield Problem("loadBalancer.allowedCidrs", reason, remedy)
    yield from check_sources(settings.connections, stage)


def check_sources(
    connections: Mapping[str, Connection], stage: Ipv6Stage, *, shard: str | None = None
) -> Iterator[Problem]:
    """IPv6 sources of routes while the load balancer has no IPv6 address.

    Args:
        connections: By name.
        stage: Of the shard.
        shard: The stack whose file has the stage, if it is another one.
    """
    if has_addresses(stage):
        return
    where = f" in the file of {shard}, and deploy it" if shard else ""
    for name, connection in sorted(connections.items()):
        for place, route in enumerate(connection.routes):
            for index, cidr in enumerate(route.sources):
                if is_ipv6(cidr):
                    at = f"connections.{name}.routes[{place}].sources[{index}]"
                    yield Problem(at, _unreachable(cidr, stage), _TOO_EARLY.format(where=where))


def check_existing(stage: Ipv6Stage, vpc: FoundNetwork) -> Iterator[Problem]:
    """What an existing VPC lacks for IPv6, whose ranges and routes are its owner's."""
    if not has_ranges(stage):
        return
    remedy = f"Ask its owner to add one, or write {SETTING}: none."
    if vpc.ipv6_cidr is None:
        yield Problem(SETTING, f"is {stage}, but the VPC of {KEY} has no IPv6 range", remedy)
        return
    for subnet in vpc.public:
        table = existing_subnets.table_of(subnet.id, vpc.route_tables)
        if subnet.ipv6_cidr is None:
            yield Problem(PUBLIC, f"has {subnet.id} ({subnet.cidr}), which has no IPv6 range", remedy)
        elif table is None or table.ipv6_internet != vpc.internet_gateway_id:
            of = f"route table {table.id}" if table else "route table"
            reason = f"has {subnet.id} ({subnet.ipv6_cidr}), whose {of} has no route of ::/0 to the internet gateway"
            yield Problem(PUBLIC, f"{reason} {vpc.internet_gateway_id}", remedy)


def _unreachable(cidr: str, stage: Ipv6Stage) -> str:
    return f"is {cidr}, but no IPv6 client reaches the load balancer while {SETTING} is {stage}"
