"""A small stack that is interrupted at each of its steps: what an operator types next brings it to its end."""

from __future__ import annotations

import itertools

import pulumi
import pulumi_aws as aws
import pytest

from tests.support.engine import REGION, Stack, World
from tests.support.engine_faults import MESSAGE, Fault

ACCOUNT = "111111111111"
INDEPENDENT = True
numbers = itertools.count()


def program() -> None:
    """Four resources, each of which needs the one before it."""
    config = pulumi.Config("small")
    options = pulumi.ResourceOptions(provider=aws.Provider("aws", region=REGION))
    vpc = aws.ec2.Vpc("network", cidr_block="10.0.0.0/16", tags={"step": config.require("step")}, opts=options)
    subnet = aws.ec2.Subnet(
        "subnet", vpc_id=vpc.id, cidr_block="10.0.0.0/24", tags={"step": config.require("step")}, opts=options
    )
    table = aws.ec2.RouteTable("table", vpc_id=vpc.id, opts=options)
    aws.ec2.RouteTableAssociation("tie", subnet_id=subnet.id, route_table_id=table.id, opts=options)


@pytest.fixture
def stack(world: World) -> Stack:
    world.cloud.reset()
    return world.stack(program, name=f"test-{next(numbers)}", config={"small:step": "one"})


def in_aws(world: World) -> dict[str, int]:
    """How many of each there are, beside those that come with the account's default VPC."""
    ec2 = world.cloud.session(ACCOUNT, REGION).client("ec2")
    vpcs = [vpc["VpcId"] for vpc in ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["false"]}])["Vpcs"]]
    filters = [{"Name": "vpc-id", "Values": vpcs or ["none"]}]
    tables = ec2.describe_route_tables(Filters=filters)["RouteTables"]
    return {
        "networks": len(vpcs),
        "subnets": len(ec2.describe_subnets(Filters=filters)["Subnets"]),
        "tables": len([table for table in tables if not any(each["Main"] for each in table["Associations"])]),
    }


WHOLE, NOTHING = {"networks": 1, "subnets": 1, "tables": 1}, {"networks": 0, "subnets": 0, "tables": 0}


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_a_create_that_fails_is_made_up_for_by_the_next_up(world, stack, number):
    with world.watched(fault := Fault("create", number)):
        assert any(MESSAGE in error for error in stack.failing("up").errors)
    assert fault.struck
    stack.up()
    assert in_aws(world) == WHOLE
    assert stack.up().shown() == []


@pytest.mark.parametrize("number", [1, 2])
def test_an_update_that_fails_is_made_up_for_by_the_next_up(world, stack, number):
    stack.up()
    stack.config["small:step"] = "two"
    with world.watched(fault := Fault("update", number)):
        stack.failing("up")
    assert fault.struck
    assert len(stack.up().of("update")) >= 1
    assert stack.up().shown() == []


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_a_delete_that_fails_is_made_up_for_by_the_next_destroy(world, stack, number):
    stack.up()
    with world.watched(fault := Fault("delete", number)):
        stack.failing("destroy")
    assert fault.struck
    stack.destroy()
    assert (in_aws(world), stack.resources()) == (NOTHING, {})


def test_an_engine_that_is_killed_before_aws_hears_of_it_loses_nothing(world, stack):
    # The fourth is alone. At the third, the engine would also forget the second, which it makes at the same time.
    with world.watched(fault := Fault("create", 4, kill=True)):
        stack.failing("up")
    assert fault.struck
    stack.cancel()
    stack.refresh(clear_pending_creates=True)
    stack.up()
    assert in_aws(world) == WHOLE
    assert stack.up().shown() == []


def test_an_engine_that_is_killed_after_aws_answered_leaves_one_orphan_and_says_so(world, stack):
    with world.watched(fault := Fault("create", 2, moment="after", kill=True)):
        stack.failing("up", parallel=1)  # else other creates may be under way as well
    assert fault.struck
    stack.cancel()
    [pending] = stack.state()["pending_operations"]
    assert (pending["type"], pending["resource"]["urn"]) == ("creating", fault.struck.urn)
