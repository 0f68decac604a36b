"""What a number of further connections needs: shards to add, or quotas to raise instead."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Mapping, Sequence

from privatelink_ingress.plan.capacity.placement import Capacity, Placement, in_order, place_all
from privatelink_ingress.plan.capacity.quotas import QUOTAS
from privatelink_ingress.plan.capacity.usage import Needs

_NO_LIMIT = 1_000_000_000


@dataclasses.dataclass(frozen=True, kw_only=True)
class Forecast:
    """What a number of further connections, all alike, need."""

    count: int
    needs: Needs
    placements: tuple[Placement, ...]
    """Where each goes within today's limits."""
    new: tuple[str, ...]
    """Shards to add for that."""
    addresses: int
    """Endpoint addresses that they use in each zone, all shards together."""
    raises: Mapping[str, int]
    """To add fewer shards: the number that each quota must be raised to. Empty when no raise saves a shard."""
    new_when_raised: tuple[str, ...]
    """Shards to add once those raises are granted."""

    @property
    def by_shard(self) -> Mapping[str, int]:
        """How many go to each shard."""
        return Counter(placement.shard for placement in self.placements)


def forecast(count: int, needs: Needs, shards: Sequence[Capacity]) -> Forecast:
    """What `count` more connections need.

    Args:
        count: Of connections, 1 or more.
        needs: What each uses.
        shards: The shards of one pool, at least one: a new one is like the first of them.

    Raises:
        ValueError: when one connection alone needs more than an empty shard has.
    """
    placements, after = _place(count, needs, shards)
    new = _added(shards, after)
    _, raised = _place(count, needs, [_lifted(shard) for shard in shards])
    fewer = _added(shards, raised)
    saves = len(fewer) < len(new)
    first = in_order(shards)[0]
    return Forecast(
        count=count,
        needs=needs,
        placements=tuple(placements),
        new=new,
        addresses=count * needs.backends,
        raises=_exceeded(raised, first.limits) if saves else {},
        new_when_raised=fewer if saves else new,
    )


def _place(count: int, needs: Needs, shards: Sequence[Capacity]) -> tuple[list[Placement], tuple[Capacity, ...]]:
    return place_all([needs] * count, shards, more=in_order(shards)[0].empty)


def _added(before: Sequence[Capacity], after: Sequence[Capacity]) -> tuple[str, ...]:
    return tuple(shard.name for shard in after if shard.name not in {old.name for old in before})


def _lifted(shard: Capacity) -> Capacity:
    """The shard as if AWS had raised every adjustable quota."""
    limits = {key: _NO_LIMIT if QUOTAS[key].adjustable else limit for key, limit in shard.limits.items()}
    return dataclasses.replace(shard, limits=limits)


def _exceeded(shards: Sequence[Capacity], limits: Mapping[str, int]) -> dict[str, int]:
    most = {key: max(shard.used[key] for shard in shards) for key, quota in QUOTAS.items() if quota.per == "shard"}
    return {key: number for key, number in most.items() if number > limits[key]}
