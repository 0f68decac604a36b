"""Removal of a shard and of the stack attached to it: refused, whatever is typed, until nobody uses them.

The claims are told in the order of one life, on one emulated AWS: each begins where the one above it ended. Commands of
the Automation API skip the preview, as `--skip-preview` does: the engine then deletes what it can before it fails.
"""

from __future__ import annotations

import datetime

import pytest

from tests.support.engine import REGION, Stack, World
from tests.support.engine_edge import connect, connection, edge, publish
from tests.support.engine_results import Result
from tests.support.engine_traffic import EDGE_ACCOUNT
from tests.support.request_counts import count_requests


@pytest.fixture(scope="module")
def shop(world: World) -> dict[str, object]:
    return connection("shop", 0, {"service": publish(world, "shop")})


@pytest.fixture(scope="module")
def shard(world: World, shop: dict[str, object]) -> Stack:
    made = edge(world, shop=shop)
    made.up()
    return made


@pytest.fixture(scope="module")
def attached(world: World, shard: Stack) -> Stack:
    made = world.sample("central-ingress/prod-blog")
    connect(made, blog=connection("blog", 1, {"service": publish(world, "blog")}))
    made.up()
    return made


@pytest.fixture(scope="module", autouse=True)
def traffic(world: World, shard: Stack, attached: Stack) -> None:
    """Two requests reached blog a minute ago, and none shop for two hours."""
    requests(world, attached, 2, minutes_ago=1)
    requests(world, shard, 5, minutes_ago=120)


def requests(world: World, stack: Stack, count: int, *, minutes_ago: int) -> None:
    session = world.cloud.session(EDGE_ACCOUNT, REGION)
    [group] = [one["outputs"]["arn"] for one in stack.resources().values() if one["type"].endswith(":TargetGroup")]
    [balancer] = session.client("elbv2").describe_load_balancers()["LoadBalancers"]
    at = datetime.datetime.now(datetime.UTC) - datetime.timedelta(minutes=minutes_ago)
    count_requests(session, group, balancer["LoadBalancerArn"], count, at=at)


def refused(stack: Stack, command: str = "destroy", **options: object) -> Result:
    """A command that fails without a change to the stack's resources."""
    before = outputs(stack)
    result = stack.failing(command, **options)
    assert outputs(stack) == before
    return result


def outputs(stack: Stack) -> dict[str, object]:
    return {urn: resource.get("outputs") for urn, resource in stack.resources().items()}


def told(result: Result) -> str:
    return "\n".join(result.errors)


def test_a_shard_with_deletion_protection_and_an_attached_stack_is_refused_before_anything_is_deleted(shard):
    message = told(refused(shard))
    assert "load balancer: has deletion protection" in message
    assert "stack central-ingress/prod-blog: has 1 rule on this stack's listener" in message
    assert "connection shop" not in message


def test_the_preview_of_a_destroy_says_the_same(shard):
    assert "stack central-ingress/prod-blog: has 1 rule" in told(refused(shard, preview_only=True))


def test_destroy_without_the_program_deletes_nothing_either(shard):
    assert "delete hooks registered, but the program is not running. Hooks: no-live-requests" in told(
        refused(shard, run_program=False)
    )


def test_an_attached_stack_with_requests_is_refused_before_anything_is_deleted(attached):
    message = told(refused(attached))
    assert "connection blog: got 2 requests within the last 60 minutes" in message
    assert "load balancer" not in message
    assert "delete hooks registered, but the program is not running. Hooks: no-live-requests" in told(
        refused(attached, run_program=False)
    )


def test_an_up_that_removes_one_connection_is_not_the_guards_business(world, shop, shard):
    connect(shard, shop=shop, cart=connection("cart", 2, {"service": publish(world, "cart")}))
    shard.up()
    connect(shard, shop=shop)
    removed = shard.up()
    assert {step.name.partition("-")[0] for step in removed.of("delete")} == {"cart"}
    assert [step for step in removed.steps if "removal" in step.name] == []


def test_a_quiet_attached_stack_goes_and_its_shard_still_does_not(attached, shard):
    forget_requests()
    destroyed = attached.destroy()
    assert (destroyed.steps[0].operation, destroyed.steps[0].name) == ("delete", "edge-removal")
    assert attached.resources() == {}
    message = told(refused(shard))
    assert "load balancer: has deletion protection" in message
    assert "prod-blog" not in message


def forget_requests() -> None:
    """As if an hour had passed: CloudWatch has no points within the last one."""
    from moto.cloudwatch.models import cloudwatch_backends

    for backend in cloudwatch_backends[EDGE_ACCOUNT].values():
        backend.metric_data.clear()


def test_without_deletion_protection_the_shard_goes_guard_first(shard):
    shard.set("loadBalancer", deletionProtection=False)
    shard.up()
    destroyed = shard.destroy()
    assert destroyed.steps[0].name == "edge-removal"
    assert shard.resources() == {}
