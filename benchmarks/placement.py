"""Times to place and to plan 50, 100 and 500 connections over shards. Run: python benchmarks/placement.py."""

from __future__ import annotations

import json
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from privatelink_ingress.contracts.service import Contract
from privatelink_ingress.plan.capacity import quotas, usage
from privatelink_ingress.plan.capacity.placement import Capacity, Placement, place_all
from privatelink_ingress.plan.capacity.usage import Needs
from privatelink_ingress.plan.edge.shard import plan_edge
from privatelink_ingress.settings.edge import EdgeSettings
from privatelink_ingress.settings.limits import Limits

REGION = "eu-west-1"
ZONES = ("euw1-az1", "euw1-az2", "euw1-az3")


def empty() -> Capacity:
    """The first shard, before its first connection."""
    return Capacity(
        name="prod",
        account_id="222222222222",
        region=REGION,
        environment="production",
        zones=len(ZONES),
        limits=quotas.effective(Limits()),
        used=usage.combine([]),
        slots=frozenset(),
    )


def stack_file(connections: Mapping[str, int]) -> EdgeSettings:
    """A shard's stack file with these connections, by name with their slots."""
    entries: dict[str, Any] = {
        name: {
            "slot": slot,
            "owner": "team",
            "backends": [{"stack": name}],
            "routes": [{"hosts": [f"{name}.example.com"]}],
        }
        for name, slot in connections.items()
    }
    values = {
        "accountId": "222222222222",
        "owner": "team-platform",
        "certificates": [{"domains": ["*.example.com"]}],
        "dns": {"zoneId": "Z0123456789EXAMPLE"},
        "connections": entries,
    }
    return EdgeSettings.model_validate_json(json.dumps(values))


def contract(name: str) -> Contract:
    """What the stack of a connection publishes."""
    return Contract.model_validate(
        {
            "contract_version": 1,
            "connection_name": name,
            "owner": "team",
            "account_id": "111111111111",
            "region": REGION,
            "endpoint_service_name": f"com.amazonaws.vpce.{REGION}.vpce-svc-0",
            "endpoint_service_id": "vpce-svc-0",
            "zone_ids": ZONES,
            "port": 80,
            "protocol": "HTTP",
            "health_path": "/nginx-health",
        }
    )


def plan_all(placements: Sequence[Placement]) -> int:
    """Load and plan every shard; the number of connections in the plans."""
    by_shard: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for number, found in enumerate(placements):
        by_shard[found.shard][f"service-{number}"] = found.slot
    return sum(
        len(
            plan_edge(
                stack_file(connections),
                stack=stack,
                region=REGION,
                available_zones=ZONES,
                contracts={name: contract(name) for name in connections},
            ).connections
        )
        for stack, connections in by_shard.items()
    )


def main() -> None:
    """Print one line for each number of connections."""
    print(f"{'connections':>11} {'shards':>6} {'place all':>12} {'one more':>12} {'plan all':>12}")
    for count in (50, 100, 500):
        begin = time.perf_counter()
        placements, shards = place_all([Needs()] * count, [empty()], more=empty().empty)
        placed = time.perf_counter()
        place_all([Needs()], shards, more=empty().empty)
        further = time.perf_counter()
        planned = plan_all(placements)
        done = time.perf_counter()
        times = (placed - begin, further - placed, done - further)
        print(f"{planned:11} {len(shards):6}" + "".join(f"{1000 * each:9.1f} ms" for each in times))


if __name__ == "__main__":
    main()
