"""Addresses and targets of endpoints against those that the stack files plan, and where the endpoints lead."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from privatelink_ingress.plan.edge.backends import BackendPlan
from privatelink_ingress.trace.expected import Shard
from privatelink_ingress.trace.judgements.findings import UP_EDGE, Diagnosis, found
from privatelink_ingress.trace.topology import Endpoint, LoadBalancer, TargetGroup, Topology

TARGETS, ENDPOINT = "Target group", "Interface endpoint"


def judge(shard: Shard, balancer: LoadBalancer, topology: Topology, services: Mapping[str, str]) -> Iterator[Diagnosis]:
    """The targets and endpoints of each backend. `services` are names of endpoint services by connection, if known."""
    groups = {one.name: one for one in topology.target_groups.values()}
    by_address = {
        interface.address: one
        for one in topology.endpoints
        if one.vpc_id == balancer.vpc_id
        for interface in one.interfaces
    }
    for connection in shard.connections.values():
        for backend in connection.backends:
            for planned in backend.groups:
                if group := groups.get(planned.name):
                    yield from _targets(shard, connection.name, backend, planned.port, group)
            yield from _endpoints(connection.name, backend, by_address, services)


def _targets(shard: Shard, connection: str, backend: BackendPlan, port: int, group: TargetGroup) -> Iterator[Diagnosis]:
    registered = {one.id for one in group.targets if one.state != "draining"}
    planned = {one.address: one.zone_id for one in backend.targets}
    owners = {address: shard.holders[address] for address in registered - planned.keys() if address in shard.holders}
    foreign = {address: name for address, (name, _) in owners.items() if name != connection}
    if foreign:
        listed = ", ".join(f"{address} of {name}" for address, name in sorted(foreign.items()))
        reason = f"it has targets of another connection: {listed}"
        remedy = (
            f"{UP_EDGE[:-1]}, and take them out: aws elbv2 deregister-targets --target-group-arn {group.arn} "
            f"--targets {' '.join(f'Id={address}' for address in sorted(foreign))}"
        )
        yield found(connection, "error", TARGETS, reason, remedy, group.name)
    old = sorted(address for address, (name, _) in owners.items() if name == connection)
    if old and not planned.keys() & registered:
        reason = f"its targets are of another generation than {backend.generation}: {', '.join(old)}"
        yield found(connection, "warning", TARGETS, reason, UP_EDGE, group.name)
    elif (lacking := sorted(planned.keys() - registered)) and shard.zones_known and registered:
        listed = ", ".join(f"{address} in {planned[address]}" for address in lacking)
        yield found(connection, "warning", TARGETS, f"it lacks the target {listed}", UP_EDGE, group.name)
    if wrong := sorted(one.id for one in group.targets if one.port != port and one.id in planned):
        reason = f"targets get requests at another port than {port}: {', '.join(wrong)}"
        yield found(connection, "warning", TARGETS, reason, UP_EDGE, group.name)


def _endpoints(
    connection: str, backend: BackendPlan, by_address: Mapping[str, Endpoint], services: Mapping[str, str]
) -> Iterator[Diagnosis]:
    wanted = services.get(connection) if backend.position == 0 else None
    at = {one.address: by_address[one.address] for one in backend.targets if one.address in by_address}
    for endpoint in {one.id: one for one in at.values()}.values():
        if wanted and endpoint.service_name != wanted:
            reason = f"it leads to {endpoint.service_name}, but {connection} is published as {wanted}"
            remedy = "Write the other generation at the backend, which gets it a new endpoint, and run `pulumi up`."
            yield found(connection, "error", ENDPOINT, reason, remedy, endpoint.id)
