"""Whole sample stacks whose first `up` is killed: the orphans are adopted.

In the daily run at a few types of the edge, at night at every type of both samples: `tests/support/engine_failures.py`.
"""

from __future__ import annotations

import pytest

from tests.support.engine import Stack, World
from tests.support.engine_edge import connection, edge, publish
from tests.support.engine_failures import PROD, SHOP, at_night, killed_at
from tests.support.engine_lives import up_killed_at_each

CHECKPOINTS = True

LARGE = {"prod": PROD, "shop": SHOP}


def prod(world: World) -> Stack:
    return edge(world, other=connection("other", 0, {"service": publish(world, "other")}))


def shop(world: World) -> Stack:
    """Without what runs in its cluster."""
    stack = world.sample("eks-service/shop")
    stack.set("controller", install=False)
    stack.set("sample", install=False)
    stack.copies = tuple
    return stack


def test_the_stack_is_deployed_although_the_engine_is_killed_after_aws_created_a_resource(world, name, types):
    up_killed_at_each(world, {"prod": prod, "shop": shop}[name](world), types, adopt=True)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    every = at_night(metafunc.config)
    chosen = {name: killed_at(large, "killed-after-adopt", every=every) for name, large in LARGE.items()}
    metafunc.parametrize(
        ("name", "types"), [one for one in chosen.items() if one[1]], ids=[n for n in chosen if chosen[n]]
    )
