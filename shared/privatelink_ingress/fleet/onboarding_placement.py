"""Where a new connection goes: a shard whose mutual TLS suits its clients and which has room, and a slot on it."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping, Sequence

from privatelink_ingress.contracts.shard import PROJECT
from privatelink_ingress.fleet import shards as fleet_shards
from privatelink_ingress.fleet.shards import ShardStacks
from privatelink_ingress.fleet.stacks import Workload
from privatelink_ingress.plan.capacity import placement, quotas, usage
from privatelink_ingress.plan.capacity.placement import Capacity
from privatelink_ingress.plan.edge import mutual_tls
from privatelink_ingress.plan.routing.routes import RoutePlan
from privatelink_ingress.problems import Problem, UsageError, UserError, suggest
from privatelink_ingress.settings.edge import SLOTS

RELIED_ON = "--client-certificates"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Place:
    """A shard, a slot, and why no earlier shard."""

    shard: ShardStacks
    slot: int
    passed_over: tuple[str, ...]
    """Shards that come before it, each with the reason why it was not chosen."""


def place(
    draft: RoutePlan,
    shards: Sequence[ShardStacks],
    workload: Workload,
    *,
    wanted_shard: str | None,
    wanted_slot: int | None,
) -> Place:
    """The first shard of the workload's Regions that suits the connection and has room; or the one that is wanted.

    Raises:
        UsageError: for an unknown shard.
        UserError: when no shard suits it or has room, or the slot is taken.
    """
    name, cannot = draft.name, f"{draft.name} cannot be published"
    capacities = {capacity.name: capacity for capacity in fleet_shards.capacities(shards)}
    by_name = {shard.edge.stack: shard for shard in shards}
    if wanted_shard and wanted_shard not in capacities:
        reason = f"is {wanted_shard!r}, which has no stack file"
        raise UsageError("The shard does not exist", [Problem("--shard", reason, suggest(wanted_shard, capacities))])
    regions = (workload.region, *workload.settings.publication.supported_regions)
    nearby = [capacity for region in regions for capacity in capacities.values() if capacity.region == region]
    candidates = [capacities[wanted_shard]] if wanted_shard else nearby or list(capacities.values())
    misfits = {one: why for one in capacities if (why := _misfit(by_name[one], draft))}
    suited = [capacity for capacity in candidates if capacity.name not in misfits]
    if not suited:
        raise UserError(cannot, [_unsuited(draft, candidates, misfits, wanted_shard=wanted_shard)])
    needs = usage.needs(draft)
    room = next((capacity for capacity in suited if not capacity.lacks(needs)), None)
    if room is None:
        others = [capacity for capacity in capacities.values() if capacity.name not in misfits]
        raise UserError(f"No shard has room for {name}", _full(suited[-1], others, needs))
    retired = by_name[room.name].retired_slots
    # A name that comes back may have its old slot: its resources are then updated in place.
    mine = next((slot for slot, former in retired.items() if former == name and slot not in room.slots), None)
    free = mine if mine is not None else _free(room.slots, retired)
    if wanted_slot != mine and wanted_slot in retired:
        former = retired[wanted_slot]
        reason = f"is {wanted_slot}, which {former} had: its rules and endpoint may still stand"
        remedy = f"Deploy the removal of {former} and run offboard {former} again, or use {free}."
        raise UserError(cannot, [Problem("--slot", reason, remedy)])
    if wanted_slot in room.slots:
        holder = next(
            f"{held} of {connection.owner} ({stack.file})"
            for stack in by_name[room.name].stacks
            for held, connection in stack.settings.connections.items()
            if connection.slot == wanted_slot
        )
        problem = Problem("--slot", f"is {wanted_slot}, which {holder} has", f"Use {free}, or leave out --slot.")
        raise UserError(cannot, [problem])
    return Place(
        shard=by_name[room.name],
        slot=free if wanted_slot is None else wanted_slot,
        passed_over=tuple(
            f"{one.name} {misfits.get(one.name) or _no_room(one, needs)}"
            for one in candidates[: candidates.index(room)]
        ),
    )


def _misfit(shard: ShardStacks, draft: RoutePlan) -> str | None:
    """Why a shard's mutual TLS does not suit the connection; None when it does."""
    mode, relied_on = shard.edge.settings.load_balancer.mutual_tls.mode, draft.connection.client_certificates
    if relied_on == "required":
        return None if mode == "verify" else "verifies no client certificates"
    if mode == "verify":
        return "refuses clients without a certificate"
    return "asks clients for certificates" if relied_on == "unwanted" and mode != "off" else None


def _unsuited(
    draft: RoutePlan, candidates: Sequence[Capacity], misfits: Mapping[str, str], *, wanted_shard: str | None
) -> Problem:
    relied_on = draft.connection.client_certificates
    why = ", and ".join(f"shard {one.name} {misfits[one.name]}" for one in candidates)
    if relied_on == "required":
        remedy = f"Write mode: verify under {mutual_tls.WHERE} of a shard whose clients all have certificates"
    elif relied_on is None:
        remedy = f"Add {RELIED_ON} required if all clients of {draft.name} have certificates"
    else:
        remedy = "Leave out --shard" if wanted_shard else f"Remove {mutual_tls.WHERE} from a shard"
    return Problem(
        "--shard" if wanted_shard else RELIED_ON,
        f"is {wanted_shard if wanted_shard else relied_on or 'not given'}, but {why}",
        f"{remedy}, or add a shard: `pulumi -C {PROJECT} stack init {placement.next_name(candidates)}`.",
    )


def _no_room(shard: Capacity, needs: usage.Needs) -> str:
    return f"has no room: {', '.join(quotas.QUOTAS[key].name for key in shard.lacks(needs))}"


def _free(used: Collection[int], retired: Collection[int]) -> int:
    """The lowest slot that no connection has, and none that was removed may still have.

    Raises:
        UserError: when only retired ones are left.
    """
    for slot in SLOTS:
        if slot not in used and slot not in retired:
            return slot
    reason = f"keep {', '.join(map(str, sorted(retired)))} until their removal is deployed, and all others are taken"
    remedy = "Deploy the removals, and run offboard for each again."
    raise UserError("No slot is free", [Problem("retiredSlots", reason, remedy)])


def _full(shard: Capacity, all_shards: Sequence[Capacity], needs: usage.Needs) -> list[Problem]:
    others = [other for other in all_shards if other.name != shard.name and other.region == shard.region]
    return placement.check(shard.adding(needs, len(SLOTS)), others)
