"""The target groups of a backend: one for each protocol of its connection's routes, at the same endpoint addresses."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator

from privatelink_ingress.contracts.service import Contract
from privatelink_ingress.plan import names
from privatelink_ingress.problems import Problem
from privatelink_ingress.settings.edge import Connection
from privatelink_ingress.settings.route_protocols import VERSIONS, ProtocolVersion, RouteProtocol

_OK = "200"
"""HTTP status of a health check that passes."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class TargetGroupPlan:
    """One target group."""

    route_protocol: RouteProtocol
    """Of the routes that forward to it."""
    name: str
    key: str
    """Distinguishes the group from those of other ports and protocols: in the names of group and targets."""
    port: int
    protocol: str
    version: ProtocolVersion | None
    """None for HTTP/1.1, AWS's own default: groups of earlier releases keep their inputs."""
    health_path: str
    health_codes: str
    """Of HTTP, or of gRPC for a group of that version."""


def plan_target_groups(
    contract: Contract, *, stack: str, name: str, position: int, protocols: Iterable[RouteProtocol]
) -> tuple[TargetGroupPlan, ...]:
    """The groups of the backend at `position` of connection `name`.

    AWS cannot change a group's port, protocol or protocol version. Another one is another group beside the old, so that
    the old serves until the new is healthy, and still does when the change is taken back.
    """
    return tuple(
        _group(contract, protocol, stack=stack, name=f"{name}-{position}") for protocol in sorted(set(protocols))
    )


def _group(contract: Contract, protocol: RouteProtocol, *, stack: str, name: str) -> TargetGroupPlan:
    key = f"{contract.protocol.lower()}-{contract.port}" + ("" if protocol == "http1" else f"-{protocol}")
    grpc = protocol == "grpc"
    return TargetGroupPlan(
        route_protocol=protocol,
        name=names.fit(f"{stack}-{name}-{key}", names.LOAD_BALANCER),
        key=key,
        port=contract.port,
        protocol=contract.protocol,
        version=None if protocol == "http1" else VERSIONS[protocol],
        health_path=contract.grpc_health_path if grpc else contract.health_path,
        health_codes=contract.grpc_health_codes if grpc else _OK,
    )


def unoffered(name: str, connection: Connection, index: int, contract: Contract) -> Iterator[Problem]:
    """Routes in a protocol that the backend at `index` of connection `name` does not offer."""
    backend = connection.backends[index]
    for position, route in enumerate(connection.routes):
        if VERSIONS[route.protocol] in contract.protocol_versions:
            continue
        if contract.protocol == "HTTP":
            why = f"{backend.label} publishes HTTP, and HTTP/2 and gRPC need TLS to the controller"
        elif contract.contract_version == 1:
            why = f"the contract of {backend.label} is of version 1, which knows HTTP/1.1 alone"
        else:
            why = f"{backend.label} offers {', '.join(contract.protocol_versions)} alone"
        offer = "publication.protocol: https and publication.http2: true there, and deploy it with this release"
        if backend.service is not None:
            offer = "protocol: HTTPS, port: 443 and http2: true under service"
        yield Problem(
            f"connections.{name}.routes[{position}].protocol",
            f"is {route.protocol}, but {why}",
            f"Write {offer}; or remove protocol from the route.",
        )
