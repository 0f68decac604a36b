"""One connection of the edge: its backends, and the rules that lead requests to them."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any

from privatelink_ingress.contracts.service import Contract
from privatelink_ingress.plan.edge import accepters as accepter_plans
from privatelink_ingress.plan.edge import backends, certificates, dns
from privatelink_ingress.plan.edge.accepters import AccepterPlan
from privatelink_ingress.plan.edge.backends import BackendPlan
from privatelink_ingress.plan.routing import routes
from privatelink_ingress.plan.subnets import SubnetPlan
from privatelink_ingress.problems import Problem
from privatelink_ingress.settings.edge import Connection


@dataclasses.dataclass(frozen=True, kw_only=True)
class ConnectionPlan:
    """One published service."""

    name: str
    owner: str
    backends: tuple[BackendPlan, ...]
    """By position, one or two."""
    stickiness_seconds: int | None
    """For which a client stays with one of two backends."""
    maintenance: bool
    """True when rules answer 503 themselves. Endpoints and targets stay."""
    hosts: tuple[str, ...]
    records: tuple[str, ...]
    """The hosts whose DNS records it holds."""
    zone_id: str
    """Hosted zone of the records."""
    rules: tuple[routes.Rule, ...]
    certificate: certificates.CertificatesPlan | None
    """Of its own, beside the load balancer's."""


def plan_connection(
    name: str,
    connection: Connection,
    contracts: Mapping[str, Contract],
    *,
    stack: str,
    region: str,
    subnets: Mapping[str, SubnetPlan],
    zone_id: str,
) -> ConnectionPlan:
    """The plan of one connection; `check` and `routes.check` must have found nothing.

    Args:
        name: The connection's key.
        connection: Its entry.
        contracts: What the backends publish, by `Backend.source`.
        stack: Name of the stack that holds the connection.
        region: Region of the edge.
        subnets: The edge's endpoint subnets by zone id.
        zone_id: The edge's hosted zone.

    Raises:
        UserError: when edge and service have fewer than two zones in common.
    """
    return ConnectionPlan(
        name=name,
        owner=connection.owner,
        backends=tuple(
            backends.plan_backend(
                name, connection, backend, contracts[backend.source], stack=stack, region=region, subnets=subnets
            )
            for backend in sorted(connection.backends, key=lambda backend: backend.position)
        ),
        stickiness_seconds=connection.stickiness_seconds,
        maintenance=connection.state == "maintenance",
        hosts=routes.hosts(connection),
        records=dns.records(connection),
        zone_id=zone_id,
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
            "priorities": [rule.priority for rule in connection.rules],
            "state": "maintenance" if connection.maintenance else "active",
            "backends": [
                {
                    "position": backend.position,
                    "generation": backend.generation,
                    "weight": backend.weight,
                    "endpoint_service_name": backend.endpoint_service_name,
                    "addresses": {target.zone_id: target.address for target in backend.targets},
                }
                for backend in connection.backends
            ],
        }
        for connection in connections
    }


def check(
    connections: Mapping[str, Connection], contracts: Mapping[str, Contract], *, region: str, zone_ids: tuple[str, ...]
) -> list[Problem]:
    """What is wrong between connections and their contracts, by `Backend.source`."""
    return [
        *accepter_plans.check(connections, contracts),
        *(
            problem
            for name, connection in sorted(connections.items())
            for place, backend in enumerate(connection.backends)
            for problem in backends.check_backend(
                name, place, contracts[backend.source], connections, region=region, zone_ids=zone_ids
            )
        ),
    ]


def accepters(connections: Iterable[ConnectionPlan]) -> dict[str, AccepterPlan]:
    """The providers that accept the connections' endpoints, by name."""
    plans = (backend.accepter for connection in connections for backend in connection.backends)
    return {plan.provider: plan for plan in plans if plan is not None}
