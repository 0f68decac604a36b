"""Plans a new connection: its shard, its slot and its entry, from all stack files together."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, Field, ValidationError

from privatelink_ingress.contracts.shard import PROJECT
from privatelink_ingress.fleet import assumed_zones, onboarding_placement, plans
from privatelink_ingress.fleet import shards as fleet_shards
from privatelink_ingress.fleet.shards import ShardStacks
from privatelink_ingress.fleet.stacks import Attached, Edge, Workload, workload_named
from privatelink_ingress.plan.edge import backends, network_zones
from privatelink_ingress.plan.edge.backends import BackendPlan
from privatelink_ingress.plan.edge.network import NetworkPlan, plan_network
from privatelink_ingress.plan.edge.shard import edge_tags
from privatelink_ingress.plan.edge.site import EdgeSite
from privatelink_ingress.plan.routing import routes
from privatelink_ingress.plan.routing.parts import ANY_PATH
from privatelink_ingress.plan.routing.routes import Rule
from privatelink_ingress.plan.workload import declared_zones
from privatelink_ingress.problems import Problem, UsageError, UserError
from privatelink_ingress.settings.edge import SLOTS, Connection
from privatelink_ingress.settings.explain import explain
from privatelink_ingress.settings.fields import ConnectionName

INVALID = "The connection is not valid"


@dataclasses.dataclass(frozen=True, kw_only=True)
class OnboardRequest:
    """A requested connection. The plan decides what is None."""

    name: str
    stack: str
    hosts: tuple[str, ...]
    paths: tuple[str, ...] = (ANY_PATH,)
    owner: str | None = None
    shard: str | None = None
    slot: int | None = None
    attached: bool = False
    """A stack of its own instead of an entry in the shard's."""
    client_certificates: str | None = None
    """What it relies on of its shard's mutual TLS, `required` or `unwanted`; None when it does not say."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Onboarding:
    """The plan of a new connection: what to write, and what a deployment will create."""

    name: str
    entry: Mapping[str, Any]
    """The value of `connections.<name>` in the file."""
    stack: str
    """The stack that holds it: the shard, or an attached stack of its own."""
    attached_config: Mapping[str, Any] | None
    """The `config` of the attached stack's new file; None for an entry in the shard's file."""
    shard: ShardStacks
    workload: Workload
    connection: Connection
    backend: BackendPlan
    rules: tuple[Rule, ...]
    passed_over: tuple[str, ...]
    """Shards before the chosen one, each with the reason why it was not chosen."""
    consumer: Mapping[str, Any] | None
    """What the workload's `publication.consumers` lack to admit the edge."""


def plan_onboarding(
    request: OnboardRequest, workloads: Sequence[Workload], edges: Sequence[Edge], attached: Sequence[Attached]
) -> Onboarding:
    """Place a connection that no file has yet.

    Raises:
        UsageError: for an unknown stack or shard, or a value that no stack file may have.
        UserError: when no shard has room, the slot is taken, or the stack publishes another name.
    """
    workload = workload_named(request.stack, workloads)
    slot = SLOTS[0] if request.slot is None else request.slot
    draft = connection_of(request.name, entry_of(request, workload, slot=slot))
    _same_name(request, workload)
    shards, _ = fleet_shards.group(edges, attached)
    if not shards:
        problem = Problem(PROJECT, "has no stack file with a load balancer", f"Write {PROJECT}/Pulumi.prod.yaml.")
        raise UserError(f"{request.name} cannot be published", [problem])
    planned = routes.plan_routes(request.name, draft)
    if problems := routes.check([planned]):
        raise UserError(f"{request.name} cannot be published", problems)
    place = onboarding_placement.place(planned, shards, workload, wanted_shard=request.shard, wanted_slot=request.slot)
    shard = place.shard
    entry = entry_of(request, workload, slot=place.slot)
    connection = connection_of(request.name, entry)
    stack = f"{shard.edge.stack}-{request.name}" if request.attached else shard.edge.stack
    return Onboarding(
        name=request.name,
        entry=entry,
        stack=stack,
        attached_config=_attached_config(shard.edge, request.name, entry) if request.attached else None,
        shard=shard,
        workload=workload,
        connection=connection,
        backend=_backend(request.name, connection, workload, shard.edge, stack),
        rules=routes.plan_routes(request.name, connection).rules,
        passed_over=place.passed_over,
        consumer=missing_consumer(workload, shard.edge),
    )


class _Argument(BaseModel):
    """The name as the command's argument, so that a mistake in it is explained like one in a stack file."""

    name: ConnectionName = Field(alias="NAME")


def connection_of(name: str, entry: Mapping[str, Any]) -> Connection:
    """An entry as settings.

    Raises:
        UsageError: for a name or value that no stack file may have.
    """
    try:
        _Argument.model_validate({"NAME": name})
    except ValidationError as error:
        raise UsageError(INVALID, explain(_Argument, error)) from None
    try:
        return Connection.model_validate_json(json.dumps(entry))
    except ValidationError as error:
        raise UsageError(INVALID, explain(Connection, error)) from None


def entry_of(request: OnboardRequest, workload: Workload, *, slot: int) -> dict[str, Any]:
    """The requested entry, as the file has it."""
    route: dict[str, Any] = {"hosts": list(request.hosts)}
    if request.paths != (ANY_PATH,):
        route["paths"] = list(request.paths)
    owner = request.owner or workload.settings.owner
    relied_on = {"clientCertificates": request.client_certificates} if request.client_certificates else {}
    return {"slot": slot, "owner": owner, "backends": [{"stack": request.stack}], "routes": [route], **relied_on}


def published_name(workload: Workload) -> str:
    """The connection that a workload stack publishes."""
    return workload.settings.connection_name or workload.stack


def _same_name(request: OnboardRequest, workload: Workload) -> None:
    published = published_name(workload)
    if published != request.name:
        reason = f"is not the name that stack {workload.stack} publishes, which is {published}"
        remedy = f"Name it {published}, or set connectionName of stack {workload.stack} to {request.name}."
        raise UserError(f"{request.name} cannot be published", [Problem(request.name, reason, remedy)])


def _attached_config(edge: Edge, name: str, entry: Mapping[str, Any]) -> dict[str, Any]:
    own = {
        "accountId": edge.settings.account_id,
        "owner": entry["owner"],
        "environment": edge.settings.environment,
        "edgeStack": edge.stack,
        "connections": {name: entry},
    }
    return {"aws:region": edge.region} | {f"{PROJECT}:{key}": value for key, value in own.items()}


def _backend(name: str, connection: Connection, workload: Workload, edge: Edge, stack: str) -> BackendPlan:
    network = _network(edge)
    # Zones can only be compared where both sides state them.
    comparable = network_zones.zone_ids(edge.settings.network) and declared_zones.zone_ids(workload.settings)
    zone_ids = None if comparable else [subnet.zone_id for subnet in network.endpoint]
    published = plans.contract_of(plans.plan_of(workload), zone_ids)
    site = EdgeSite.of_settings(edge.settings, network, stack=edge.stack, region=edge.region)
    return backends.plan_backend(name, connection, 0, published, site, stack=stack)


def _network(edge: Edge) -> NetworkPlan:
    return plan_network(
        edge.settings,
        region=edge.region,
        available_zones=assumed_zones.edge_zones(edge.settings.network, edge.region),
        existing_vpc=plans.assumed_vpc(edge),
        tags=edge_tags(edge.settings, edge.stack),
    )


def missing_consumer(workload: Workload, edge: Edge) -> dict[str, Any] | None:
    """The entry of `publication.consumers` that the workload lacks to admit the edge; None when it admits it."""
    consumers, network = workload.settings.publication.consumers, edge.settings.network
    if edge.settings.account_id in {consumer.account_id for consumer in consumers}:
        return None
    entry: dict[str, Any] = {"accountId": edge.settings.account_id}
    if network_zones.subnets_known(network) and all(consumer.alb_subnet_cidrs for consumer in consumers):
        # Without them, the network load balancer would no longer ask where the others' requests come from.
        entry["albSubnetCidrs"] = [subnet.cidr for subnet in _network(edge).public]
    return entry
