"""What changes where requests go cuts none: new targets are healthy first, and old ones stay until they are drained.

The claims are told in the order of one life, on one emulated AWS whose clock moves only while a hook waits.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from privatelink_ingress.aws import draining
from privatelink_ingress.local.cloud.elbv2.target_health import CLOCK
from privatelink_ingress.local.providers.observation import Call, Unobserved
from tests.support.engine import REGION, Stack, World
from tests.support.engine_edge import connect, connection, edge, publish
from tests.support.engine_traffic import EDGE_ACCOUNT, Traffic, uninterrupted


@pytest.fixture(scope="module")
def services(world: World) -> dict[str, dict]:
    """`shop-again` is the service of shop after its workload created it anew, under another name."""
    return {name: publish(world, name) for name in ("shop", "shop-again", "cart")}


@pytest.fixture(scope="module")
def stack(world: World, services) -> Stack:
    made = edge(world, shop=shop(services, 0), cart=connection("cart", 1, {"service": services["cart"]}))
    made.up()
    return made


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch, stack: Stack) -> Iterator[None]:
    monkeypatch.setattr(draining, "sleep", CLOCK.advance)
    CLOCK.start()
    yield
    CLOCK.stop()


def shop(services: dict[str, dict], generation: int, state: str = "active", **contract: object) -> dict:
    service = services["shop-again" if generation else "shop"]
    return connection("shop", 0, {"service": service | contract, "generation": generation}, state=state)


class Deletions(Unobserved):
    """Notes when each deletion starts, in emulated seconds."""

    def __init__(self) -> None:
        self.at: dict[str, float] = {}
        self._start = CLOCK.now or 0.0

    def before(self, call: Call) -> None:
        if call.operation == "delete":
            self.at[f"{call.type.rpartition(':')[2]} {call.name}"] = (CLOCK.now or 0.0) - self._start


def endpoints(world: World) -> list[str]:
    found = world.cloud.session(EDGE_ACCOUNT, REGION).client("ec2").describe_vpc_endpoints()["VpcEndpoints"]
    names = [
        tag["Value"] for one in found if one["State"] == "available" for tag in one["Tags"] if tag["Key"] == "Name"
    ]
    return sorted(names)


def test_f9_new_targets_that_answer_no_check_leave_the_old_ones_serving(world, stack, services):
    addresses = [f"10.12.{third}.17" for third in (128, 130, 132)]
    CLOCK.silent = set(addresses)
    connect(stack, shop=shop(services, 1), cart=connection("cart", 1, {"service": services["cart"]}))
    with uninterrupted(world, "shop.example.com"):
        failed = stack.failing("up")
    assert f"{', '.join(addresses)} did not become healthy within 300 seconds" in "\n".join(failed.errors)
    assert endpoints(world) == ["cart-0-0", "shop-0-0", "shop-0-1"]


def test_f9_once_they_answer_the_next_up_moves_the_requests_to_the_new_service(world, stack, services):
    with uninterrupted(world, "shop.example.com"):
        result = stack.up()
    assert sorted(step.name for step in result.of("delete")) == [
        "shop-0-0",
        *[f"shop-0-http-80-0-euw1-az{zone}" for zone in (1, 2, 3)],
    ]
    assert endpoints(world) == ["cart-0-0", "shop-0-1"]
    assert service_of(stack, "shop-0-1") == services["shop-again"]["endpointServiceName"]


def service_of(stack: Stack, endpoint: str) -> str:
    [found] = [one for urn, one in stack.resources().items() if urn.endswith(f":VpcEndpoint::{endpoint}")]
    return found["outputs"]["serviceName"]


def test_f0_a_port_that_answers_no_check_leaves_the_old_target_group_serving(world, stack, services):
    cart = connection("cart", 1, {"service": services["cart"]})
    CLOCK.silent = {f"10.12.{third}.17:443" for third in (128, 130, 132)}
    connect(stack, shop=shop(services, 1, protocol="HTTPS", port=443), cart=cart)
    before = forwards(world)
    with uninterrupted(world, "shop.example.com"):
        for _ in range(2):
            told = "\n".join(stack.failing("up").errors)
            assert "target group prod-shop-0-https-443: 10.12.128.17, 10.12.130.17, 10.12.132.17 did not become" in told
            assert forwards(world) == before


def test_f0_the_change_can_be_taken_back(world, stack, services):
    connect(stack, shop=shop(services, 1), cart=connection("cart", 1, {"service": services["cart"]}))
    with uninterrupted(world, "shop.example.com"):
        result = stack.up()
    assert {step.operation for step in result.steps} == {"delete"}
    assert [step.name for step in result.steps if "-https-443" not in step.name] == []
    assert stack.up().shown() == []


def test_f0_a_connection_stays_in_maintenance_while_its_targets_answer_no_check(world, stack, services):
    cart = connection("cart", 1, {"service": services["cart"]})
    connect(stack, shop=shop(services, 1, "maintenance"), cart=cart)
    with uninterrupted(world, "cart.example.com"):
        stack.up_as_previewed()
    CLOCK.silent = {f"10.12.{third}.17" for third in (128, 130, 132)}
    connect(stack, shop=shop(services, 1), cart=cart)
    before = answers(world)
    with uninterrupted(world, "cart.example.com"):
        told = "\n".join(stack.failing("up").errors)
    assert "The connection stays in maintenance, because its targets are not healthy" in told
    assert answers(world) == before == ["503"]


def test_f0_it_returns_from_maintenance_to_healthy_targets_alone(world, stack, services):
    shops = Traffic(world.cloud.session(EDGE_ACCOUNT, REGION), ["shop.example.com"])
    with world.watched(shops):
        result = stack.up_as_previewed()
    assert result.shown() == ["update ListenerRule shop-exact-host-any-path-0"]
    assert shops.gaps == []
    assert (answers(world), shops.missing("shop.example.com")) == ([], "")


def answers(world: World) -> list[str]:
    """Codes that rules of the load balancer answer with themselves."""
    return [each["FixedResponseConfig"]["StatusCode"] for each in actions(world) if each["Type"] == "fixed-response"]


def forwards(world: World) -> list[list[tuple[str, int]]]:
    """Target groups and weights of each rule, as AWS has them."""
    groups = [action["ForwardConfig"]["TargetGroups"] for action in actions(world) if action["Type"] == "forward"]
    return [[(one["TargetGroupArn"], one["Weight"]) for one in each] for each in groups]


def actions(world: World) -> list[Any]:
    """The action of each rule of a connection, as AWS has it."""
    elbv2 = world.cloud.session(EDGE_ACCOUNT, REGION).client("elbv2")
    [balancer] = elbv2.describe_load_balancers()["LoadBalancers"]
    [https] = [
        one["ListenerArn"]
        for one in elbv2.describe_listeners(LoadBalancerArn=balancer["LoadBalancerArn"])["Listeners"]
        if one["Protocol"] == "HTTPS"
    ]
    rules = elbv2.describe_rules(ListenerArn=https)["Rules"]
    return [rule["Actions"][0] for rule in rules if not rule["IsDefault"]]


def test_f9_an_old_endpoint_outlives_the_deregistration_delay_of_its_targets(world, stack, services):
    connect(stack, shop=shop(services, 0), cart=connection("cart", 1, {"service": services["cart"]}))
    deletions = Deletions()
    with world.watched(deletions):
        stack.up()
    [endpoint] = [at for what, at in deletions.at.items() if what.startswith("VpcEndpoint ")]
    targets = [at for what, at in deletions.at.items() if what.startswith("TargetGroupAttachment ")]
    assert len(targets) == 3
    assert min(targets) >= 10
    assert endpoint - max(targets) >= 300


def test_a_removed_connections_group_and_endpoint_outlive_it_too(world, stack, services):
    connect(stack, shop=shop(services, 0))
    deletions = Deletions()
    with world.watched(deletions):
        stack.up()
    targets = [at for what, at in deletions.at.items() if what.startswith("TargetGroupAttachment ")]
    waited = {what: at - max(targets) for what, at in deletions.at.items() if not what.startswith("TargetGroupAtt")}
    assert waited["VpcEndpoint cart-0-0"] >= 300
    assert waited["TargetGroup cart-0-http-80"] >= 300
    assert waited["ListenerRule cart-exact-host-any-path-0"] <= 0
