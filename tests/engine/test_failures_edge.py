"""Edge stacks fail at each of their steps: what an operator types next brings them to their end.

In the daily run a sample of the steps fails, at night every step: `tests/support/engine_failures.py` says which.
"""

from __future__ import annotations

import pytest

from tests.support.engine import Stack, World
from tests.support.engine_edge import connect, connection, edge, publish
from tests.support.engine_failures import ATTACHED, PROD, Life, failures_of
from tests.support.engine_lives import Lived, up_killed_at_each

CHECKPOINTS = True

OF_ATTACHED = {"create": ATTACHED.created, "update": ATTACHED.updated, "delete": ATTACHED.created}


@pytest.fixture(scope="module")
def shard(world: World) -> Stack:
    return edge(world, shop=connection("shop", 0, {"service": publish(world, "shop")}))


@pytest.fixture(scope="module")
def attached(world: World, shard: Stack) -> Lived:
    shard.up()
    stack = world.sample("central-ingress/prod-blog")
    connect(stack, blog=connection("blog", 1, {"service": publish(world, "blog")}))
    return Lived.once(world, stack, shard)


def test_prod_is_deployed_although_the_engine_is_killed_after_aws_created_a_resource(world, shard, killed_at):
    up_killed_at_each(world, shard, killed_at)


@pytest.mark.parametrize(("operation", "types"), OF_ATTACHED.items())
def test_an_attached_stack_has_the_steps_at_which_it_fails(attached, operation, types):
    assert attached.types(operation) == types


def test_an_attached_stack_survives_a_failure_of_each_command(attached, life: Life):
    attached.live(life)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    failures_of(metafunc, ATTACHED, PROD)
