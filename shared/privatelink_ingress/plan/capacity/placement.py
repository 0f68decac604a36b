"""Which shard a new connection goes to. What is placed never moves, so its addresses and priorities never change."""

from __future__ import annotations

import dataclasses
import itertools
import re
from collections.abc import Callable, Iterable, Sequence

from privatelink_ingress.plan.capacity import quotas, usage
from privatelink_ingress.plan.capacity.usage import Needs, Usage
from privatelink_ingress.plan.zones import DEFAULT_COUNT
from privatelink_ingress.problems import Problem
from privatelink_ingress.settings.edge import SLOTS, Connection, EdgeSettings
from privatelink_ingress.settings.fields import Zones


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
    """Slots that a connection has."""
    attached: tuple[str, ...] = ()
    """Stacks attached to it."""

    @property
    def pool(self) -> tuple[str, str, str]:
        """What shards have in common that can stand in for each other: account, region and environment."""
        return self.account_id, self.region, self.environment

    def adding(self, needs: Needs, slot: int) -> Capacity:
        """The shard with one more connection."""
        used = usage.total([self.used, needs.usage(self.zones)])
        return dataclasses.replace(self, used=used, slots=self.slots | {slot})

    def lacks(self, needs: Needs) -> tuple[str, ...]:
        """Quotas that keep a connection out; none when it fits."""
        return usage.over(usage.total([self.used, needs.usage(self.zones)]), self.limits)

    def empty(self, name: str) -> Capacity:
        """A new shard of this one's size and limits: quotas are raised for an account, so they hold there too."""
        return dataclasses.replace(self, name=name, used=usage.total([]), slots=frozenset(), attached=())


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
    connections: Iterable[Connection] = (),
    attached: Iterable[str] = (),
) -> Capacity:
    """The capacity of a shard.

    Args:
        settings: Its stack file.
        stack: Its stack.
        region: Its region.
        zones: How many zones it has.
        firewall_capacity: Capacity units of its web ACL.
        connections: Those of the stacks attached to it.
        attached: Names of these stacks.
    """
    connections = tuple(connections)
    return Capacity(
        name=stack,
        account_id=settings.account_id,
        region=region,
        environment=settings.environment,
        zones=zones,
        limits=quotas.effective(settings.limits),
        used=usage.of_shard(settings, zones=zones, firewall_capacity=firewall_capacity, attached=connections),
        slots=frozenset(connection.slot for connection in (*settings.connections.values(), *connections)),
        attached=tuple(attached),
    )


def zone_count(network: Zones) -> int:
    """How many zones a network has, whichever way they are written."""
    return len(network.zone_ids) if network.zone_ids else network.zones or DEFAULT_COUNT


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
    """One connection after the other; a further shard begins whenever none has room.

    Args:
        wanted: What each connection takes, in the order in which they come.
        shards: The shards that there are.
        more: An empty shard of the given name.

    Returns:
        Where each goes, and all shards as they are then.

    Raises:
        ValueError: when a connection does not even fit an empty shard.
    """
    there = {shard.name: shard for shard in in_order(shards)}
    placements = []
    for needs in wanted:
        found = place(needs, there.values())
        if found is None:
            new = more(next_name(there.values()))
            if lacking := new.lacks(needs):
                raise ValueError(f"no shard has room for it: {', '.join(lacking)}")
            there[new.name] = new
            found = Placement(shard=new.name, slot=SLOTS[0])
        there[found.shard] = there[found.shard].adding(needs, found.slot)
        placements.append(found)
    return placements, tuple(there.values())


def next_name(shards: Iterable[Capacity]) -> str:
    """The name of one more shard, which no stack has: `prod-2` after `prod`, `prod-3` after that."""
    there = in_order(shards)
    taken = {name for shard in there for name in (shard.name, *shard.attached)}
    base = re.sub(r"-\d+$", "", there[0].name)
    return next(name for number in itertools.count(2) if (name := f"{base}-{number}") not in taken)


def check(shard: Capacity, others: Iterable[Capacity] = ()) -> list[Problem]:
    """What of a shard's quotas is exceeded.

    Args:
        shard: With all its connections.
        others: The other shards that are known, one of which may have room. Only those of its pool can stand in.
    """
    others = [other for other in in_order(others) if other.pool == shard.pool]
    return [_exceeded(shard, key, others) for key in usage.over(shard.used, shard.limits)]


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
    if found := place(Needs(certificates=certificates), others):
        return f"put {newest} in shard {found.shard}, where slot {found.slot} is free"
    name = next_name([shard, *others])
    return f"begin a further shard, `pulumi -C central-ingress stack init {name}`, and put {newest} there"


def _natural(name: str) -> tuple[tuple[bool, int, str], ...]:
    parts = re.split(r"(\d+)", name)
    return tuple((part.isdigit(), int(part) if part.isdigit() else 0, part) for part in parts)
