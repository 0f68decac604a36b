"""Workload stacks fail at each of their steps: what an operator types next brings them to their end.

In the daily run a sample of the steps fails, at night every step: `tests/support/engine_failures.py` says which.
"""

from __future__ import annotations

import json

import pytest

from tests.support.engine import Stack, World
from tests.support.engine_failures import PUBLICATION, SHOP, Life, failures_of
from tests.support.engine_lives import Lived, up_killed_at_each

CHECKPOINTS = True

OF_PUBLICATION = {"create": PUBLICATION.created, "update": PUBLICATION.updated, "delete": PUBLICATION.created}
NOT_OF_A_PUBLICATION = ("network", "nodes", "sessionManager", "sample", "metrics", "podLogs")


@pytest.fixture(scope="module")
def shop(world: World) -> Stack:
    """Without what runs in its cluster, which a publication does not need."""
    stack = world.sample("eks-service/shop")
    stack.set("controller", install=False)
    stack.set("sample", install=False)
    stack.copies = tuple
    return stack


@pytest.fixture(scope="module")
def publication(world: World, shop: Stack) -> Lived:
    """A stack that publishes shop's cluster once more, and has nothing else."""
    if not shop.resources():
        shop.deploy()
    stack = world.sample("eks-service/blog")
    for key in NOT_OF_A_PUBLICATION:
        stack.config.pop(f"eks-service:{key}", None)
    stack.config["eks-service:cluster"] = json.dumps({"existing": {"name": "shop"}, "deletionProtection": False})
    stack.config["eks-service:controller"] = json.dumps({"install": False})
    return Lived.once(world, stack, shop)


def test_shop_is_deployed_although_the_engine_is_killed_after_aws_created_a_resource(world, shop, killed_at):
    up_killed_at_each(world, shop, killed_at)


@pytest.mark.parametrize(("operation", "types"), OF_PUBLICATION.items())
def test_a_publication_has_the_steps_at_which_it_fails(publication, operation, types):
    assert publication.types(operation) == types


def test_a_publication_survives_a_failure_of_each_command(publication, life: Life):
    publication.live(life)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    failures_of(metafunc, PUBLICATION, SHOP)
