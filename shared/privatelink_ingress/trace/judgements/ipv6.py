"""IPv6 of a shard against its stack file: the load balancer's addresses, and the AAAA records that lead to it."""

from __future__ import annotations

from collections.abc import Iterator

from privatelink_ingress.settings.ipv6 import has_addresses
from privatelink_ingress.trace import dns_hop
from privatelink_ingress.trace.expected import Shard
from privatelink_ingress.trace.judgements import balancers
from privatelink_ingress.trace.judgements.findings import SYSTEM, UP_EDGE, Diagnosis, found
from privatelink_ingress.trace.topology import LoadBalancer, Topology


def judge(shard: Shard, balancer: LoadBalancer, topology: Topology) -> Iterator[Diagnosis]:
    """Addresses without names, and names without addresses. Records that were not read are not missed."""
    wanted = "dualstack" if has_addresses(shard.plan.load_balancer.ipv6) else "ipv4"
    if balancer.ip_address_type != wanted:
        reason = f"its address type is {balancer.ip_address_type}, not {wanted}"
        yield found(SYSTEM, "warning", balancers.HOP, reason, UP_EDGE, balancer.name)
    owners = {host: one.name for one in shard.connections.values() for host in one.records}
    records = [one for one in topology.aliases if one.type == "AAAA" and one.target == balancer.dns_name]
    if balancer.ip_address_type == "ipv4":
        remedy = UP_EDGE if wanted == "dualstack" else "Delete the record, or write loadBalancer.ipv6: published."
        for record in records:
            reason = f"{record.name} has an AAAA record, but the load balancer has only IPv4 addresses"
            yield found(owners.get(record.name, SYSTEM), "warning", dns_hop.HOP, reason, remedy, balancer.name)
    if topology.lacks("records"):
        return
    named = {one.name for one in topology.aliases if one.type == "AAAA"}
    for connection in shard.connections.values():
        for host in connection.records:
            if "AAAA" in connection.record_types and host not in named:
                reason = f"{host} has no AAAA record, so IPv6 clients get no address"
                yield found(connection.name, "warning", dns_hop.HOP, reason, UP_EDGE, balancer.name)
