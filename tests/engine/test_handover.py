"""A connection moves from its shard's file to an attached stack, then to another shard: docs/attached-stacks.md.

The claims are told in the order of one life, on one emulated AWS: each begins where the one above it ended. The
emulated provider cannot read a record by its id alone, so the state that `pulumi import` would write is written here.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support import two_shards
from tests.support.engine import REGION, Stack, World
from tests.support.engine_edge import connect, connection, edge, publish
from tests.support.engine_traffic import EDGE_ACCOUNT, uninterrupted

HOST = "shop.example.com"
OTHER = "cart.example.com"


@pytest.fixture(scope="module")
def backend(world: World) -> dict[str, Any]:
    return {"service": publish(world, "shop")}


@pytest.fixture(scope="module")
def cart(world: World) -> dict[str, Any]:
    return connection("cart", 1, {"service": publish(world, "cart")})


@pytest.fixture(scope="module")
def shard(world: World, backend, cart) -> Stack:
    made = edge(world, shop=connection("shop", 0, backend), cart=cart)
    made.up()
    return made


@pytest.fixture(scope="module")
def attached(world: World, shard: Stack) -> Stack:
    return world.sample("central-ingress/prod-blog")


@pytest.fixture(scope="module")
def moved() -> dict[str, Any]:
    """The record, as the shard's state had it."""
    return {}


def record(stack: Stack, host: str = HOST) -> dict[str, Any]:
    [found] = [
        dict(one)
        for one in stack.resources().values()
        if one["type"].endswith(":Record") and one["inputs"]["name"] == host
    ]
    return found


def adopt(stack: Stack, moved: dict[str, Any]) -> str:
    """Write what `pulumi import` of the record should leave in the state of a stack with a copy; return its URN."""
    state = stack.state()
    [rule] = [one for one in state["resources"] if one["type"].endswith(":ListenerRule")]
    parent = rule["parent"]
    type_ = f"{parent.split('::')[2]}$aws:route53/record:Record"
    urn = "::".join([*parent.split("::")[:2], type_, moved["urn"].rpartition("::")[2]])
    adopted = {**moved, "urn": urn, "parent": parent, "provider": rule["provider"], "dependencies": []}
    adopted.pop("propertyDependencies", None)
    place = state["resources"].index(rule) + 1
    stack.restore({**state, "resources": [*state["resources"][:place], adopted, *state["resources"][place:]]})
    return urn


def answers(world: World) -> list[str]:
    """Where the host's record in AWS leads."""
    client = world.cloud.session(EDGE_ACCOUNT, REGION).client("route53")
    zone = client.list_hosted_zones()["HostedZones"][0]["Id"]
    found = client.list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
    return [one["AliasTarget"]["DNSName"] for one in found if one["Name"].rstrip(".") == HOST and one["Type"] == "A"]


def test_the_second_copy_serves_beside_the_first_without_a_record(world, attached, backend):
    connect(attached, shop=connection("shop", 2, backend, dns=False))
    with uninterrupted(world, HOST, OTHER):
        result = attached.up()
    assert {step.operation for step in result.steps} == {"create"}
    assert not [step for step in result.steps if step.type.endswith(":Record")]


def test_f18_a_slot_of_the_shards_own_file_is_refused_by_the_preview_of_the_attached_stack(attached, backend):
    before = dict(attached.config)
    connect(attached, shop=connection("shop", 1, backend, dns=False))
    told = "\n".join(attached.failing("preview").errors)
    attached.config = before
    needed = "10.12.128.20, 10.12.130.20, 10.12.132.20"
    assert f"connections.shop.slot: needs {needed}, which an endpoint of connection cart of stack" in told
    assert "Write a free slot. Or remove cart from stack central-ingress/prod and run `pulumi up` there" in told


def test_a_record_leaves_the_shards_state_and_stays_in_aws(world, shard, backend, cart, moved):
    before = answers(world)
    moved |= record(shard)
    shard.forget(moved["urn"])
    connect(shard, shop=connection("shop", 0, backend, dns=False), cart=cart)
    with uninterrupted(world, HOST, OTHER):
        result = shard.up()
    # `--target-dependents` made the state forget the removal guard too, which no request depends on.
    assert result.shown() == ["create Stash edge-removal"]
    assert answers(world) == before
    assert len(before) == 1


def test_the_attached_stack_adopts_it_without_a_change_in_aws(world, attached, backend, moved):
    before = answers(world)
    urn = adopt(attached, moved)
    connect(attached, shop=connection("shop", 2, backend))
    with uninterrupted(world, HOST, OTHER):
        result = attached.up()
    assert result.shown() == []
    assert answers(world) == before
    assert record(attached)["urn"] == urn


def test_the_first_copy_leaves_and_nothing_is_left_to_change(world, shard, attached, cart):
    before = answers(world)
    connect(shard, cart=cart)
    with uninterrupted(world, HOST, OTHER):
        result = shard.up()
    assert [step.name for step in result.of("delete") if not step.name.startswith("shop")] == []
    assert answers(world) == before
    assert (shard.up().shown(), attached.up().shown()) == ([], [])


@pytest.fixture(scope="module")
def second(world: World, attached: Stack, tmp_path_factory: pytest.TempPathFactory) -> Stack:
    return world.sample("central-ingress/prod-2", two_shards.write(tmp_path_factory.mktemp("two-shards")))


def test_another_shard_serves_a_copy_before_the_record_leads_there(world, second, backend):
    before = answers(world)
    connect(second, shop=connection("shop", 0, backend, dns=False))
    with uninterrupted(world, HOST, OTHER):
        second.up()
    assert answers(world) == before


def test_f14_both_shards_have_a_certificate_for_one_domain_and_the_first_one_has_its_validation_record(
    world, shard, second
):
    acm = world.cloud.session(EDGE_ACCOUNT, REGION).client("acm")
    arns = [certificates(stack) for stack in (shard, second)]
    assert arns[0].isdisjoint(arns[1])
    found = [acm.describe_certificate(CertificateArn=arn)["Certificate"] for arn in arns[0] | arns[1]]
    assert [(one["DomainName"], one["Status"]) for one in found] == [("example.com", "ISSUED")] * 2
    assert [len(validations(stack)) for stack in (shard, second)] == [1, 0]


def test_f14_without_existing_records_the_second_shard_would_create_the_same_one_and_route_53_refuses_it(second):
    before = dict(second.config)
    key = "central-ingress:certificates"
    [certificate] = json.loads(second.config[key])
    second.config[key] = json.dumps([{"domains": certificate["domains"]}])
    told = "\n".join(second.failing("up").errors)
    second.config = before
    assert "InvalidChangeBatch" in told
    assert second.up().shown() == []


def certificates(stack: Stack) -> set[str]:
    return {one["id"] for one in stack.resources().values() if one["type"].endswith(":Certificate")}


def validations(stack: Stack) -> list[str]:
    """Records of the stack that validate certificates."""
    records = (one for one in stack.resources().values() if one["type"].endswith(":Record"))
    return [one["urn"] for one in records if one["inputs"]["type"] == "CNAME"]


def test_the_record_is_changed_in_place_to_the_other_shards_load_balancer(world, attached, second, backend, moved):
    before = answers(world)
    moved |= record(attached)
    attached.forget(moved["urn"])
    connect(attached, shop=connection("shop", 2, backend, dns=False))
    with uninterrupted(world, HOST, OTHER):
        attached.up()
        adopt(second, moved)
        connect(second, shop=connection("shop", 0, backend))
        result = second.up()
    assert result.shown() == [f"update Record {moved['urn'].rpartition('::')[2]}"]
    assert len(answers(world)) == 1
    assert answers(world) != before


def test_the_stack_of_the_old_copy_is_destroyed_and_nothing_is_left_to_change(world, shard, attached, second):
    with uninterrupted(world, HOST, OTHER):
        attached.destroy()
    assert (shard.up().shown(), second.up().shown()) == ([], [])
