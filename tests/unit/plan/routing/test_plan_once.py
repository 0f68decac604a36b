"""What follows from a connection's routes is derived once, and handed on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from benchmarks.placement import REGION, ZONES, contract, stack_file
from privatelink_ingress.fleet import check, repository
from privatelink_ingress.plan.edge.shard import plan_edge
from privatelink_ingress.plan.routing import packing, routes
from privatelink_ingress.settings.limits import Limits

ROOT = Path(__file__).parents[4]


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """How often routes are planned, and how often the conditions of a route are split into rules."""
    counted = {"plan_routes": 0, "split": 0}

    def count(module: Any, name: str) -> None:
        original = getattr(module, name)

        def counting(*arguments: Any) -> Any:
            counted[name] += 1
            return original(*arguments)

        monkeypatch.setattr(module, name, counting)

    count(routes, "plan_routes")
    count(packing, "split")
    return counted


def test_an_edge_derives_the_routes_of_each_of_100_connections_once(calls: dict[str, int]):
    settings = stack_file({f"service-{slot}": slot for slot in range(100)})
    settings = settings.model_copy(update={"limits": Limits(endpoints=100)})
    contracts = {name: contract(name) for name in settings.connections}
    edge = plan_edge(settings, stack="prod", region=REGION, available_zones=ZONES, contracts=contracts)
    assert len(edge.connections) == 100
    assert calls == {"plan_routes": 100, "split": 100}


def test_the_check_of_all_stack_files_derives_the_routes_of_each_connection_once(calls: dict[str, int]):
    assert check.check(ROOT).findings == []
    counted = dict(calls)
    stacks = repository.read(ROOT)
    planned = [plan for stack in (*stacks.edges, *stacks.attached) for plan in stack.routes]
    # A route is split once in each band that it has a part in, and each part is an entry.
    assert counted == {"plan_routes": len(planned), "split": sum(len(plan.entries) for plan in planned)}
