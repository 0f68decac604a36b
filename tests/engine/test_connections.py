"""Changes of connections on a live edge: each touches its own resources, and no other connection's requests notice.

The claims are told in the order of one life, on one emulated AWS: each begins where the one above it ended.
"""

from __future__ import annotations

import pytest

from privatelink_ingress import tokens as t
from tests.support.engine import REGION, Stack, World
from tests.support.engine_edge import connect, connection, edge, publish
from tests.support.engine_faults import MESSAGE, Fault
from tests.support.engine_traffic import EDGE_ACCOUNT, uninterrupted


@pytest.fixture(scope="module")
def services(world: World) -> dict[str, dict]:
    return {name: publish(world, name) for name in ("shop", "cart")}


@pytest.fixture(scope="module")
def shop(services) -> dict:
    return connection("shop", 0, {"service": services["shop"]})


@pytest.fixture(scope="module")
def stack(world: World, shop) -> Stack:
    made = edge(world, shop=shop)
    made.up()
    return made


def test_one_more_connection_makes_its_own_resources_alone(world, stack, services, shop):
    connect(stack, shop=shop, cart=connection("cart", 1, {"service": services["cart"]}))
    with uninterrupted(world, "shop.example.com"):
        result = stack.up_as_previewed()
    assert {step.operation for step in result.steps} == {"create"}
    assert [step.name for step in result.steps if not step.name.startswith("cart")] == []
    assert sorted(step.type.rpartition(":")[2] for step in result.steps) == [
        "Backend",
        "Connection",
        "ListenerRule",
        "Record",
        "TargetGroup",
        *["TargetGroupAttachment"] * 3,
        "VpcEndpoint",
    ]


def test_f18_two_connections_that_exchange_their_slots_are_refused_by_the_preview(stack, services):
    before = dict(stack.config)
    exchanged = {"shop": 1, "cart": 0}
    connect(stack, **{name: connection(name, slot, {"service": services[name]}) for name, slot in exchanged.items()})
    told = "\n".join(stack.failing("preview").errors)
    stack.config = before
    for name, other, last in (("shop", "cart", 20), ("cart", "shop", 16)):
        needs = f"needs {addresses(last)}, which an endpoint of connection {other} of stack central-ingress/prod"
        assert f"connections.{name}.slot: {needs}" in told


def addresses(last: int) -> str:
    """Those of one slot in the edge's three endpoint subnets."""
    return ", ".join(f"10.12.{third}.{last}" for third in (128, 130, 132))


def test_one_connection_less_deletes_its_own_resources_alone(world, stack, shop):
    connect(stack, shop=shop)
    with uninterrupted(world, "shop.example.com"):
        result = stack.up_as_previewed()
    assert {step.operation for step in result.steps} == {"delete"}
    assert [step.name for step in result.steps if not step.name.startswith("cart")] == []
    assert len(result.steps) == 9


def test_f0_another_protocol_waits_for_the_new_target_group_and_then_deletes_the_old_one(world, stack, services):
    encrypted = services["shop"] | {"protocol": "HTTPS", "port": 443}
    connect(stack, shop=connection("shop", 0, {"service": encrypted}))
    with uninterrupted(world, "shop.example.com"):
        result = stack.up_as_previewed()
    assert [str(step) for step in result.steps if "TargetGroup " in str(step) or "Rule" in str(step)] == [
        "create TargetGroup shop-0-https-443",
        "update ListenerRule shop-exact-host-any-path-0",
        "delete TargetGroup shop-0-http-80",
    ]
    assert stack.up().shown() == []


def test_a_second_backend_joins_and_the_first_one_leaves_without_a_moment_of_outage(world, stack, services):
    first = {"service": services["shop"] | {"protocol": "HTTPS", "port": 443}}
    second = {"service": services["cart"], "connectionName": "cart", "position": 1}
    with uninterrupted(world, "shop.example.com"):
        for backends in (
            [first, second],
            [first | {"weight": 50}, second | {"weight": 50}],
            [first | {"weight": 0}, second | {"weight": 1}],
            [second],
        ):
            connect(stack, shop=connection("shop", 0, *backends))
            stack.up_as_previewed()
    assert groups(stack) == {"shop-1-http-80": 1}
    assert stack.up().shown() == []


def test_f19_two_backends_at_once_share_the_requests_and_the_way_back_is_as_smooth(world, stack, services):
    first, second = ({"service": services[name], "connectionName": name} for name in ("shop", "cart"))
    with uninterrupted(world, "shop.example.com"):
        connect(stack, shop=connection("shop", 0, first | {"weight": 1}, second | {"position": 1, "weight": 1}))
        stack.up()
        assert groups(stack) == {"shop-0-http-80": 1, "shop-1-http-80": 1}
        connect(stack, shop=connection("shop", 0, first))
        stack.up()
    assert groups(stack) == {"shop-0-http-80": 1}
    assert stack.up().shown() == []


def groups(stack: Stack) -> dict[str, int]:
    """Weight of each target group that the rule forwards to, by the group's name in the program."""
    resources = stack.resources().values()
    [rule] = [each for each in resources if each["type"].endswith(":ListenerRule")]
    [action] = rule["outputs"]["actions"]
    names = {each["id"]: each["urn"].rpartition("::")[2] for each in resources if "TargetGroup::" in each["urn"]}
    assert len(names) == len(action["forward"]["targetGroups"])
    return {names[each["arn"]]: int(each["weight"]) for each in action["forward"]["targetGroups"]}


def test_f6_another_network_range_is_refused_by_the_preview(stack):
    before = dict(stack.config)
    stack.set("network", cidr="10.20.0.0/16")
    errors = stack.failing("preview").errors
    stack.config = before
    assert [each for each in errors if "currently marked for protection" in each and "aws:ec2/vpc:Vpc::edge" in each]


def test_f13_f17_what_is_deleted_by_its_name_is_still_there_after_a_replacement(world, stack):
    names = ("LogDeliverySource", "LogDeliveryDestination", "LogDelivery", "WebAclLoggingConfiguration")
    urns = [urn for urn, each in stack.resources().items() if each["type"].rpartition(":")[2] in names]
    assert len(urns) == 7
    before = logging(world)
    result = stack.up(replace=urns)
    for urn in urns:
        steps = [step.operation for step in result.steps if step.urn == urn]
        assert steps == ["delete-replaced", "replace", "create-replacement"]
    assert logging(world) == before
    assert stack.refresh().shown() == []


def logging(world: World) -> dict[str, list[str]]:
    """Where the edge's logs go, as AWS has it."""
    session = world.cloud.session(EDGE_ACCOUNT, REGION)
    logs, firewall = session.client("logs"), session.client("wafv2")
    configured = firewall.list_logging_configurations(Scope="REGIONAL")["LoggingConfigurations"]
    return {
        "sources": sorted(one["name"] for one in logs.describe_delivery_sources()["deliverySources"]),
        "destinations": sorted(one["name"] for one in logs.describe_delivery_destinations()["deliveryDestinations"]),
        "deliveries": sorted(one["deliverySourceName"] for one in logs.describe_deliveries()["deliveries"]),
        "firewall": sorted(one for each in configured for one in each["LogDestinationConfigs"]),
    }


def test_f18_a_used_slot_is_refused_by_the_preview_until_its_connections_removal_is_deployed(world, stack, services):
    cart = connection("cart", 0, {"service": services["cart"]})
    connect(stack, cart=cart)
    told = "\n".join(stack.failing("preview").errors)
    assert f"connections.cart.slot: needs {addresses(16)}, which an endpoint of connection shop of stack" in told
    assert "Or take cart out of the stack file and run `pulumi up`, which removes shop; then put cart back." in told
    connect(stack)
    with world.watched(Fault("delete", of=lambda call: call.type == t.VPC_ENDPOINT)):
        assert MESSAGE in "\n".join(stack.failing("up").errors)
    connect(stack, cart=cart)
    told = "\n".join(stack.failing("preview").errors)
    assert f"connections.cart.slot: needs {addresses(16)}, which an endpoint of connection shop of stack" in told
    connect(stack)
    stack.up()
    connect(stack, cart=cart)
    stack.up_as_previewed()
    assert stack.up().shown() == []
