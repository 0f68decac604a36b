"""One backend of a connection: its endpoint, addresses and target group, and whether its contract fits the edge."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Iterator, Mapping

from privatelink_ingress import regions
from privatelink_ingress.arns import Arn
from privatelink_ingress.contracts import service as contracts
from privatelink_ingress.contracts.service import Contract
from privatelink_ingress.plan import zones
from privatelink_ingress.plan.edge import timeouts
from privatelink_ingress.plan.edge.accepters import plan_accepter
from privatelink_ingress.plan.edge.addresses import endpoint_address
from privatelink_ingress.plan.edge.site import EdgeSite
from privatelink_ingress.plan.edge.target_groups import TargetGroupPlan, plan_target_groups, unoffered
from privatelink_ingress.plan.foreign_role import ForeignRole
from privatelink_ingress.problems import Problem, Problems, UserError
from privatelink_ingress.settings.backends import Backend, Service, weights
from privatelink_ingress.settings.edge import Connection

PORTS = (80, 443)
"""Ports from the load balancer to the endpoints: all that the endpoints' security group opens."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class TargetPlan:
    """The endpoint's network interface in one zone."""

    zone_id: str
    address: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class BackendPlan:
    """One cluster behind a connection.

    A new generation is a new endpoint with new targets in the *same* target group. Their names differ by the
    generation, so the engine creates the new ones before it deletes the old ones: listener rules stay as they are, the
    group is never without targets, the load balancer sends requests to a new target after its first passed health
    check, and neither the quota of 100 target groups nor alarms on the group are affected. With a group for each
    generation, rules would point at targets before their first health check. Hooks of the
    program wait for health before the old targets leave (`plan.edge.draining`).
    """

    position: int
    generation: int
    endpoint_service_name: str
    endpoint_service_id: str
    accepter: ForeignRole | None
    """Accepts the endpoint; None when it needs no acceptance, or a person accepts it."""
    service_region: str | None
    """Region of the service; None when it is the edge's."""
    groups: tuple[TargetGroupPlan, ...]
    """By protocol of the routes."""
    weight: int
    targets: tuple[TargetPlan, ...]
    """By zone id: within a Region, the zones that edge and service have in common."""


def plan_backend(
    name: str,
    connection: Connection,
    index: int,
    contract: Contract,
    site: EdgeSite,
    *,
    stack: str,
    siblings: Collection[str] = (),
) -> BackendPlan:
    """The plan of one backend of connection `name`.

    Args:
        name: The connection's key.
        connection: Its entry.
        index: Of the backend in the entry.
        contract: What the backend publishes.
        site: The edge.
        stack: Name of the stack that holds the connection.
        siblings: Names of all connections of that stack: a backend must not publish another one's name.

    Raises:
        UserError: with everything that does not fit between the contract and the edge.
    """
    backend = connection.backends[index]
    subnets = {subnet.zone_id: subnet for subnet in site.endpoint_subnets}
    problems = Problems(_misfits(name, connection, index, contract, site, siblings))
    with problems.collect():
        zone_ids = _zones(name, contract, region=site.region, zone_ids=subnets)
    problems.raise_all(f"Connection {name} cannot use {backend.label}")
    return BackendPlan(
        position=backend.position,
        generation=backend.generation,
        endpoint_service_name=contract.endpoint_service_name,
        endpoint_service_id=contract.endpoint_service_id,
        accepter=plan_accepter(backend, contract),
        service_region=None if contract.region == site.region else contract.region,
        groups=plan_target_groups(
            contract,
            stack=stack,
            name=name,
            position=backend.position,
            protocols=[route.protocol for route in connection.routes],
        ),
        weight=weights(connection.backends)[backend.position],
        targets=tuple(
            TargetPlan(
                zone_id=zone_id,
                address=endpoint_address(
                    subnets[zone_id].cidr, connection.slot, backend=backend.position, generation=backend.generation
                ),
            )
            for zone_id in zone_ids
        ),
    )


def literal_contract(name: str, connection: Connection, backend: Backend, service: Service) -> Contract:
    """The contract that a stack file writes as `service`, with the name and owner of its connection."""
    return Contract(
        contract_version=contracts.VERSION,
        connection_name=backend.connection_name or name,
        owner=connection.owner,
        account_id=service.account_id,
        region=service.endpoint_service_name.split(".")[3],
        endpoint_service_name=service.endpoint_service_name,
        endpoint_service_id=service.endpoint_service_name.rpartition(".")[2],
        zone_ids=service.zone_ids,
        port=service.port,
        protocol=service.protocol,
        health_path=service.health_path,
        supported_regions=service.supported_regions,
        acceptance_required=service.acceptance_required,
        protocol_versions=("HTTP1", "HTTP2", "GRPC") if service.http2 else ("HTTP1",),
        grpc_health_path=service.grpc_health_path,
        grpc_health_codes=service.grpc_health_codes,
    )


def assumed_contract(
    name: str, connection: Connection, backend: Backend, *, region: str, zone_ids: Iterable[str]
) -> Contract:
    """The contract of a backend without a stack, known offline: a parameter's contract is assumed to fit."""
    role = backend.accepter_role_arn
    if backend.service is not None:
        return literal_contract(name, connection, backend, backend.service)
    service = {
        "endpointServiceName": f"com.amazonaws.vpce.{region}.vpce-svc-0",
        "accountId": Arn.parse(role).account_id if role else "0" * 12,
        "zoneIds": tuple(zone_ids),
    }
    return literal_contract(name, connection, backend, Service.model_validate(service))


def reader_roles(connections: Mapping[str, Connection]) -> dict[str, str]:
    """Roles that read parameters of other accounts, each with the name of its provider."""
    arns = {backend.reader_role_arn for connection in connections.values() for backend in connection.backends}
    roles = {text: Arn.parse(text) for text in sorted(filter(None, arns))}
    return {text: f"reader-{role.account_id}-{role.name}" for text, role in roles.items()}


def _misfits(
    name: str, connection: Connection, index: int, contract: Contract, site: EdgeSite, siblings: Collection[str]
) -> Iterator[Problem]:
    backend = connection.backends[index]
    key = next(key for key in ("stack", "parameter", "service") if getattr(backend, key) is not None)
    where, label = f"connections.{name}.backends[{index}].{key}", backend.label
    yield from _check_name(where, name, backend, contract, siblings)
    if contract.owner != connection.owner:
        yield Problem(
            f"connections.{name}.owner",
            f"is {connection.owner}, but {label} says that its owner is {contract.owner}",
            "Settle who owns the service, and write the same owner on both sides.",
        )
    if site.region not in (contract.region, *contract.supported_regions):
        own = f"ive {contract.region} its own edge."
        # PrivateLink connects Regions of one partition only.
        same = regions.partition(site.region) == regions.partition(contract.region)
        yield Problem(
            where,
            f"{label} is in {contract.region} and supports no connections from {site.region}, where this edge is",
            f"Add {site.region} to publication.supportedRegions of that stack and deploy it, or g{own}"
            if same
            else f"G{own}",
        )
    if contract.port not in PORTS:
        yield Problem(
            where,
            f"{label} publishes port {contract.port}, which the endpoints' security group does not open",
            f"Publish port {' or '.join(map(str, PORTS))}.",
        )
    yield from unoffered(name, connection, index, contract)
    yield from timeouts.misfits(where, label, contract, idle_timeout=site.idle_timeout)


def _check_name(
    where: str, name: str, backend: Backend, contract: Contract, siblings: Collection[str]
) -> Iterator[Problem]:
    """No service may receive another's requests: a backend serves the connection that its contract names."""
    published = contract.connection_name
    if published != name and published in siblings:
        yield Problem(
            where,
            f"{backend.label} publishes {published}, which is another connection of this edge",
            f"Name the stack that publishes {name}, or remove this entry.",
        )
    elif published != (backend.connection_name or name):
        if backend.connection_name:
            reason = f"{backend.label} publishes {published}, not {backend.connection_name} as connectionName says"
            yield Problem(where, reason, f"Write connectionName: {published}, or name another stack.")
        else:
            yield Problem(
                where,
                f"{backend.label} publishes {published}, but this edge has no connection of that name",
                f"Rename this entry to {published}, or set connectionName of that stack to {name}. If it is the second "
                f"cluster of {name}, write connectionName: {published} beside it.",
            )


def _zones(name: str, contract: Contract, *, region: str, zone_ids: Iterable[str]) -> tuple[str, ...]:
    """The zones of the endpoint. Between Regions those of edge and service need not match."""
    if contract.region == region:
        return zones.common(zone_ids, contract.zone_ids, connection=name)
    usable = tuple(zone_id for zone_id in sorted(zone_ids) if zone_id not in zones.NOT_ACROSS_REGIONS)
    if len(usable) < zones.MINIMUM:
        excluded = ", ".join(sorted(set(zone_ids) & zones.NOT_ACROSS_REGIONS))
        problem = Problem(
            f"connections.{name}",
            f"the service is in {contract.region}, and PrivateLink supports no connections between Regions in "
            f"{excluded}: {len(usable)} zones of the edge are left, {zones.MINIMUM} needed",
            "Set network.zoneIds of the edge to more zones.",
        )
        raise UserError("The edge's zones do not fit a service of another Region", [problem])
    return usable
