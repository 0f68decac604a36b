"""One more connection: which shard and slot it gets, its entry, and what must be true before it is written."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import TypeAdapter, ValidationError

from privatelink_ingress.contracts.shard import PROJECT
from privatelink_ingress.fleet import assumed_zones, plans
from privatelink_ingress.fleet import shards as shard_files
from privatelink_ingress.fleet.shards import Shard
from privatelink_ingress.fleet.stacks import Attached, Edge, Workload, workload_named
from privatelink_ingress.plan.capacity import placement, usage
from privatelink_ingress.plan.capacity.placement import Capacity
from privatelink_ingress.plan.edge import backends
from privatelink_ingress.plan.edge.backends import BackendPlan
from privatelink_ingress.plan.edge.network import NetworkPlan, plan_network
from privatelink_ingress.plan.edge.site import EdgeSite
from privatelink_ingress.plan.routing import routes
from privatelink_ingress.plan.routing.routes import RoutePlan, Rule
from privatelink_ingress.plan.workload import declared_zones
from privatelink_ingress.problems import Problem, UsageError, UserError, suggest
from privatelink_ingress.settings.edge import SLOTS, Connection
from privatelink_ingress.settings.explain import explain
from privatelink_ingress.settings.fields import ConnectionName, InvalidSetting


@dataclasses.dataclass(frozen=True, kw_only=True)
class Wish:
    """What somebody asks for. What is None is decided here."""

    name: str
    stack: str
    hosts: tuple[str, ...]
    paths: tuple[str, ...] = (routes.ANY_PATH,)
    owner: str | None = None
    shard: str | None = None
    slot: int | None = None
    attached: bool = False
    """A stack of its own instead of an entry in the shard's."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Joining:
    """What to write, and what it will make."""

    name: str
    entry: Mapping[str, Any]
    """Under `connections.<name>`, as the file writes it."""
    stack: str
    """The stack that holds it: the shard, or an attached stack of its own."""
    attached_config: Mapping[str, Any] | None
    """The `config` of the attached stack's new file; None for an entry in the shard's file."""
    shard: Shard
    workload: Workload
    connection: Connection
    backend: BackendPlan
    rules: tuple[Rule, ...]
    consumer: Mapping[str, Any] | None
    """What the workload's `publication.consumers` lack to admit the edge."""


def decide(wish: Wish, workloads: Sequence[Workload], edges: Sequence[Edge], attached: Sequence[Attached]) -> Joining:
    """Place a connection that is in no file yet.

    Raises:
        UsageError: for a stack or shard that there is not, or a value that no stack file may have.
        UserError: when there is no room, the slot is taken, or the stack publishes another name.
    """
    workload = workload_named(wish.stack, workloads)
    draft = connection_of(wish.name, entry_of(wish, workload, slot=SLOTS[0] if wish.slot is None else wish.slot))
    _same_name(wish, workload)
    shards, _ = shard_files.group(edges, attached)
    if not shards:
        problem = Problem(PROJECT, "has no stack file of a shard", f"Write {PROJECT}/Pulumi.prod.yaml.")
        raise UserError(f"{wish.name} cannot be published", [problem])
    planned = routes.plan_routes(wish.name, draft)
    if problems := routes.check([planned]):
        raise UserError(f"{wish.name} cannot be published", problems)
    shard, slot = _place(wish, planned, shards, workload)
    entry = entry_of(wish, workload, slot=slot)
    connection = connection_of(wish.name, entry)
    stack = f"{shard.edge.stack}-{wish.name}" if wish.attached else shard.edge.stack
    return Joining(
        name=wish.name,
        entry=entry,
        stack=stack,
        attached_config=_attached_config(shard.edge, wish.name, entry) if wish.attached else None,
        shard=shard,
        workload=workload,
        connection=connection,
        backend=_backend(wish.name, connection, workload, shard.edge, stack),
        rules=routes.plan_routes(wish.name, connection).rules,
        consumer=_consumer(workload, shard.edge),
    )


def connection_of(name: str, entry: Mapping[str, Any]) -> Connection:
    """An entry as settings.

    Raises:
        UsageError: for a name or value that no stack file may have.
    """
    try:
        TypeAdapter(ConnectionName).validate_python(name)
    except ValidationError as error:
        invalid = error.errors()[0].get("ctx", {}).get("error")
        reason, remedy = (invalid.reason, invalid.remedy) if isinstance(invalid, InvalidSetting) else (str(invalid), "")
        raise UsageError("This is no connection", [Problem("NAME", reason, remedy)]) from None
    try:
        return Connection.model_validate_json(TypeAdapter(Any).dump_json(entry))
    except ValidationError as error:
        raise UsageError("This is no connection", explain(Connection, error)) from None


def entry_of(wish: Wish, workload: Workload, *, slot: int) -> dict[str, Any]:
    """The entry of a wish, as the file writes it."""
    route: dict[str, Any] = {"hosts": list(wish.hosts)}
    if wish.paths != (routes.ANY_PATH,):
        route["paths"] = list(wish.paths)
    owner = wish.owner or workload.settings.owner
    return {"slot": slot, "owner": owner, "backends": [{"stack": wish.stack}], "routes": [route]}


def published_name(workload: Workload) -> str:
    """The connection that a workload stack publishes."""
    return workload.settings.connection_name or workload.stack


def _same_name(wish: Wish, workload: Workload) -> None:
    published = published_name(workload)
    if published != wish.name:
        reason = f"is not what stack {workload.stack} publishes: that is {published}"
        remedy = f"Name it {published}, or set connectionName of stack {workload.stack} to {wish.name}."
        raise UserError(f"{wish.name} cannot be published", [Problem(wish.name, reason, remedy)])


def _place(wish: Wish, draft: RoutePlan, shards: Sequence[Shard], workload: Workload) -> tuple[Shard, int]:
    there = {capacity.name: capacity for capacity in shard_files.capacities(shards)}
    found = {shard.edge.stack: shard for shard in shards}
    if wish.shard and wish.shard not in there:
        problem = Problem("--shard", f"is {wish.shard!r}, which no stack file is", suggest(wish.shard, there))
        raise UsageError("There is no such shard", [problem])
    regions = (workload.region, *workload.settings.publication.supported_regions)
    near_by = [one for region in regions for one in there.values() if one.region == region]
    wanted = [there[wish.shard]] if wish.shard else near_by or list(there.values())
    needs = usage.needs(draft)
    room = next((one for one in wanted if not one.lacks(needs)), None)
    if room is None:
        raise UserError(f"There is no room for {wish.name}", _full(wanted[-1], there.values(), needs))
    free = next(slot for slot in SLOTS if slot not in room.slots)
    if wish.slot in room.slots:
        holder = next(
            f"{name} of {one.owner} ({stack.file})"
            for stack in found[room.name].stacks
            for name, one in stack.settings.connections.items()
            if one.slot == wish.slot
        )
        problem = Problem("--slot", f"is {wish.slot}, which {holder} has", f"Use {free}, or leave --slot out.")
        raise UserError(f"{wish.name} cannot be published", [problem])
    return found[room.name], free if wish.slot is None else wish.slot


def _full(shard: Capacity, all_shards: Iterable[Capacity], needs: usage.Needs) -> list[Problem]:
    others = [one for one in all_shards if one.name != shard.name and one.region == shard.region]
    return placement.check(shard.adding(needs, len(SLOTS)), others)


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
    comparable = edge.settings.network.zone_ids and declared_zones.zone_ids(workload.settings)
    zone_ids = None if comparable else [subnet.zone_id for subnet in network.endpoint]
    published = plans.contract_of(plans.plan_of(workload), zone_ids)
    site = EdgeSite.of_settings(edge.settings, network, region=edge.region)
    return backends.plan_backend(name, connection, 0, published, site, stack=stack)


def _network(edge: Edge) -> NetworkPlan:
    network = edge.settings.network
    zone_ids = assumed_zones.zones_of(network.zone_ids, network.zones, edge.region)
    return plan_network(edge.settings, region=edge.region, available_zones=zone_ids)


def _consumer(workload: Workload, edge: Edge) -> dict[str, Any] | None:
    consumers, network = workload.settings.publication.consumers, edge.settings.network
    if edge.settings.account_id in {consumer.account_id for consumer in consumers}:
        return None
    entry: dict[str, Any] = {"accountId": edge.settings.account_id}
    if network.zone_ids and all(consumer.alb_subnet_cidrs for consumer in consumers):
        # Without them, the network load balancer would no longer ask where the others' requests come from.
        entry["albSubnetCidrs"] = [subnet.cidr for subnet in _network(edge).public]
    return entry
