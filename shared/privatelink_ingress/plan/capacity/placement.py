"""Which shard a new connection goes to. A placed connection never moves, so its addresses and priorities stay."""

from __future__ import annotations

import dataclasses
import itertools
import re
from collections.abc import Callable, Iterable, Sequence

from privatelink_ingress.plan.capacity import quotas, usage
from privatelink_ingress.plan.capacity.usage import Needs, Usage
from privatelink_ingress.plan.routing.routes import RoutePlan
from privatelink_ingress.problems import Problem
from privatelink_ingress.settings.edge import SLOTS, EdgeSettings


@dataclasses.dataclass(frozen=True, kw_only=True)
class Capacity:
    """One shard, an internet VPC with its load balancer, as full as its stack files say."""

    name: str
    """The `central-ingress` stack."""
    account_id: str
    region: str
    environment: str
    zones: int
    limits: Usage
    """By quota, with raises."""
    used: Usage
    slots: frozenset[int]
    """Slots that are taken."""
    attached: tuple[str, ...] = ()
    """Stacks attached to it."""

    @property
    def pool(self) -> tuple[str, str, str]:
        """Account, region and environment: shards with the same ones can replace each other."""
        return self.account_id, self.region, self.environment

    def adding(self, needs: Needs, slot: int) -> Capacity:
        """The shard with one more connection."""
        used = usage.combine([self.used, needs.usage(self.zones)])
        return dataclasses.replace(self, used=used, slots=self.slots | {slot})

    def lacks(self, needs: Needs) -> tuple[str, ...]:
        """The quotas that a further connection would exceed; none when it fits."""
        return usage.exceeded(usage.combine([self.used, needs.usage(self.zones)]), self.limits)

    def empty(self, name: str) -> Capacity:
        """A new shard of this one's size and limits: quotas are raised for an account, so they hold there too."""
        return dataclasses.replace(self, name=name, used=usage.combine([]), slots=frozenset(), attached=())


@dataclasses.dataclass(frozen=True, kw_only=True)
class Placement:
    """Where a connection goes."""

    shard: str
    slot: int


def capacity(
    settings: EdgeSettings,
    *,
    stack: str,
    region: str,
    zones: int,
    firewall_capacity: int,
    connections: Iterable[RoutePlan],
    attached: Iterable[str] = (),
) -> Capacity:
    """The capacity of a shard.

    Args:
        settings: Its stack file.
        stack: Its stack.
        region: Its region.
        zones: How many zones it has.
        firewall_capacity: Capacity units of its web ACL.
        connections: The routes of all its connections, those of attached stacks included.
        attached: Names of the attached stacks.
    """
    connections = tuple(connections)
    return Capacity(
        name=stack,
        account_id=settings.account_id,
        region=region,
        environment=settings.environment,
        zones=zones,
        limits=quotas.effective(settings.limits),
        used=usage.shard_usage(settings, zones=zones, firewall_capacity=firewall_capacity, connections=connections),
        slots=frozenset(routes.connection.slot for routes in connections),
        attached=tuple(attached),
    )


def in_order(shards: Iterable[Capacity]) -> tuple[Capacity, ...]:
    """By name, with numbers as numbers: `prod`, `prod-2`, `prod-10`."""
    return tuple(sorted(shards, key=lambda shard: _natural(shard.name)))


def place(needs: Needs, shards: Iterable[Capacity]) -> Placement | None:
    """The first shard in order with room for the connection, and its lowest free slot; None when all are full."""
    for shard in in_order(shards):
        if not shard.lacks(needs):
            slot = next(slot for slot in SLOTS if slot not in shard.slots)
            return Placement(shard=shard.name, slot=slot)
    return None


def place_all(
    wanted: Iterable[Needs], shards: Sequence[Capacity], *, more: Callable[[str], Capacity]
) -> tuple[list[Placement], tuple[Capacity, ...]]:
    """Place one connection after the other, and add a shard whenever none has room.

    Args:
        wanted: What each connection uses, in the order of placement.
        shards: The existing shards.
        more: Gives an empty shard of a name.

    Returns:
        Where each goes, and all shards after that.

    Raises:
        ValueError: when a connection does not even fit an empty shard.
    """
    by_name = {shard.name: shard for shard in in_order(shards)}
    placements = []
    for needs in wanted:
        placement = place(needs, by_name.values())
        if placement is None:
            new = more(next_name(by_name.values()))
            if lacking := new.lacks(needs):
                raise ValueError(f"no shard has room for it: {', '.join(lacking)}")
            by_name[new.name] = new
            placement = Placement(shard=new.name, slot=SLOTS[0])
        by_name[placement.shard] = by_name[placement.shard].adding(needs, placement.slot)
        placements.append(placement)
    return placements, tuple(by_name.values())


def next_name(shards: Iterable[Capacity]) -> str:
    """The name of one more shard, unused by any stack: `prod-2` after `prod`, `prod-3` after that."""
    existing = in_order(shards)
    taken = {name for shard in existing for name in (shard.name, *shard.attached)}
    base = re.sub(r"-\d+$", "", existing[0].name)
    return next(name for number in itertools.count(2) if (name := f"{base}-{number}") not in taken)


def check(shard: Capacity, others: Iterable[Capacity] = ()) -> list[Problem]:
    """The quotas of a shard that its connections exceed.

    Args:
        shard: With all its connections.
        others: Other shards, if known: one of the same pool may have room.
    """
    others = [other for other in in_order(others) if other.pool == shard.pool]
    return [_exceeded(shard, key, others) for key in usage.exceeded(shard.used, shard.limits)]


def _exceeded(shard: Capacity, key: str, others: Sequence[Capacity]) -> Problem:
    quota, used = quotas.QUOTAS[key], shard.used[key]
    reason = (
        f"{used} {quota.name} are needed, but {quota.holder} of shard {shard.name} has {shard.limits[key]} "
        f"({quota.label}{'' if quota.adjustable else ', hard: ' + quota.why_hard})"
    )
    if key == "certificates":
        remedies = ["Merge certificates (one holds 10 names)", _elsewhere(others, shard, certificates=1)]
    else:
        remedies = [_elsewhere(others, shard)]
    if quota.adjustable:
        command = quotas.raise_command(key, needed=used, region=shard.region)
        remedies.append(
            f"run `{command}` and, once it is granted, write limits: {{{key}: {quotas.desired(key, used)}}}"
        )
    text = "; or ".join(remedies)
    return Problem("certificates" if key == "certificates" else "connections", reason, text[0].upper() + text[1:] + ".")


def _elsewhere(others: Sequence[Capacity], shard: Capacity, *, certificates: int = 0) -> str:
    newest = "a connection that is not deployed yet"
    if placement := place(Needs(certificates=certificates), others):
        return f"put {newest} in shard {placement.shard}, where slot {placement.slot} is free"
    name = next_name([shard, *others])
    return f"add a shard, `pulumi -C central-ingress stack init {name}`, and put {newest} there"


def _natural(name: str) -> tuple[tuple[bool, int, str], ...]:
    parts = re.split(r"(\d+)", name)
    return tuple((part.isdigit(), int(part) if part.isdigit() else 0, part) for part in parts)
