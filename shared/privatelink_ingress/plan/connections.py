"""One connection of the edge: endpoint, addresses, target group, rules."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any

from privatelink_ingress.contract import Contract
from privatelink_ingress.plan import certificates, names, routes, zones
from privatelink_ingress.plan.addresses import endpoint_address
from privatelink_ingress.plan.subnets import SubnetPlan
from privatelink_ingress.problems import Problem, UserError
from privatelink_ingress.settings.edge import Connection

PORTS = (80, 443)
"""Ports from the load balancer to the endpoints: all that the endpoints' security group opens."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class TargetPlan:
    """The endpoint's network interface in one zone."""

    zone_id: str
    address: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class ConnectionPlan:
    """One published service."""

    name: str
    owner: str
    stack: str
    """The workload stack that serves it, as the settings name it."""
    endpoint_service_name: str
    target_group_name: str
    port: int
    protocol: str
    health_path: str
    targets: tuple[TargetPlan, ...]
    """By zone id: the zones that edge and service have in common."""
    hosts: tuple[str, ...]
    rules: tuple[routes.Rule, ...]
    certificate: certificates.CertificatesPlan | None
    """Of its own, beside the load balancer's."""


def plan_connection(
    name: str,
    connection: Connection,
    contract: Contract,
    *,
    stack: str,
    subnets: Mapping[str, SubnetPlan],
    zone_id: str,
) -> ConnectionPlan:
    """The plan of one connection; `check` and `routes.check` must have found nothing.

    Args:
        name: The connection's key.
        connection: Its entry.
        contract: What its backend publishes.
        stack: Name of the edge's stack.
        subnets: The edge's endpoint subnets by zone id.
        zone_id: The edge's hosted zone.

    Raises:
        UserError: when edge and service have fewer than two zones in common.
    """
    shared = zones.common(subnets, contract.zone_ids, connection=name)
    protocol = contract.protocol.lower()
    return ConnectionPlan(
        name=name,
        owner=connection.owner,
        stack=connection.backends[0].stack,
        endpoint_service_name=contract.endpoint_service_name,
        # Port and protocol replace a target group, and the new one must live beside the old: so they are in its name.
        target_group_name=names.fit(f"{stack}-{name}-{protocol}-{contract.port}", names.LOAD_BALANCER),
        port=contract.port,
        protocol=contract.protocol,
        health_path=contract.health_path,
        targets=tuple(
            TargetPlan(zone_id=zone_id, address=endpoint_address(subnets[zone_id].cidr, connection.slot))
            for zone_id in shared
        ),
        hosts=routes.hosts(connection),
        rules=routes.rules(connection),
        certificate=certificates.plan_certificates((connection.certificate,), zone_id=zone_id)
        if connection.certificate
        else None,
    )


def exports(connections: Iterable[ConnectionPlan]) -> dict[str, Any]:
    """What an edge's stack tells about its connections, by name."""
    return {
        connection.name: {
            "hosts": list(connection.hosts),
            "addresses": {target.zone_id: target.address for target in connection.targets},
            "priorities": [rule.priority for rule in connection.rules],
            "endpoint_service_name": connection.endpoint_service_name,
        }
        for connection in connections
    }


def check(
    connections: Mapping[str, Connection], contracts: Mapping[str, Contract], *, region: str, zone_ids: tuple[str, ...]
) -> list[Problem]:
    """What is wrong between connections and their contracts (by stack, as the settings name it)."""
    problems = []
    for name, connection in sorted(connections.items()):
        stack = connection.backends[0].stack
        problems += _check_contract(name, connection, stack, contracts[stack], connections, region)
        try:
            zones.common(zone_ids, contracts[stack].zone_ids, connection=name)
        except UserError as error:
            problems += error.problems
    return problems


def _check_contract(
    name: str,
    connection: Connection,
    stack: str,
    contract: Contract,
    connections: Mapping[str, Connection],
    region: str,
) -> list[Problem]:
    problems = []
    where = f"connections.{name}.backends.0.stack"
    if contract.connection_name != name:
        published = contract.connection_name
        if published in connections:
            reason = f"stack {stack} publishes {published}, which is another connection of this edge"
            remedy = f"Name the stack that publishes {name}, or remove this entry."
        else:
            reason = f"stack {stack} publishes {published}, and this edge knows no connection of that name"
            remedy = f"Rename this entry to {published}, or set connectionName of that stack to {name}."
        problems.append(Problem(where, reason, remedy))
    if contract.owner != connection.owner:
        problems.append(
            Problem(
                f"connections.{name}.owner",
                f"is {connection.owner}, but stack {stack} says that its owner is {contract.owner}",
                "Settle who owns the service, and write the same owner on both sides.",
            )
        )
    if contract.region != region:
        problems.append(
            Problem(
                where,
                f"stack {stack} is in {contract.region}, and this edge in {region}",
                f"Publish the service in {region}, or give {contract.region} an edge of its own.",
            )
        )
    if contract.port not in PORTS:
        problems.append(
            Problem(
                where,
                f"stack {stack} publishes port {contract.port}, which the endpoints' security group does not open",
                f"Publish port {' or '.join(map(str, PORTS))}.",
            )
        )
    return problems
