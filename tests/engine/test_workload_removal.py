"""A workload's first deployment after a removal, an endpoint that is replaced, and a removal that a guard refuses.

The claims are told in the order of one life, on one emulated AWS: each begins where the one above it ended. The order
of a whole removal is in `test_samples`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from tests.support.engine import REGION, Stack, World
from tests.support.engine_calls import Completed

ACCOUNT, CLIENT = "111111111111", "222222222222"
LOG_GROUP = "/aws/eks/shop/cluster"


@pytest.fixture(scope="module")
def stack(world: World) -> Stack:
    made = world.sample("eks-service/shop")
    made.set("controller", install=False)
    made.set("sample", install=False)
    made.set("cluster", deletionProtection=False)
    return made


def test_f12_a_log_group_with_other_tags_is_left_to_its_owner_and_the_next_up_continues(world, stack):
    logs = world.cloud.session(ACCOUNT, REGION).client("logs")
    logs.create_log_group(logGroupName=LOG_GROUP, tags={"Stack": "eks-service/other"})
    errors = "\n".join(stack.failing("up").errors)
    assert "ResourceAlreadyExistsException" in errors
    logs.delete_log_group(logGroupName=LOG_GROUP)


def test_f12_a_log_group_that_aws_created_again_is_taken_over(world, stack):
    logs = world.cloud.session(ACCOUNT, REGION).client("logs")
    logs.create_log_group(logGroupName=LOG_GROUP)
    logs.create_log_stream(logGroupName=LOG_GROUP, logStreamName="late")
    taken = [step for step in stack.up().shown() if step.endswith(" LogGroup shop-control-plane")]
    assert taken == ["import LogGroup shop-control-plane", "update LogGroup shop-control-plane"]
    [group] = logs.describe_log_groups(logGroupNamePrefix=LOG_GROUP)["logGroups"]
    assert group["retentionInDays"] == 365
    assert [one["logStreamName"] for one in logs.describe_log_streams(logGroupName=LOG_GROUP)["logStreams"]] == ["late"]
    assert stack.up().shown() == []


def test_f15_aws_deletes_an_endpoint_with_private_dns_before_it_creates_the_successor(world, stack):
    """The state has another service name, as after a change of the provider that replaces the endpoint."""
    state = json.loads(json.dumps(stack.state()))
    [endpoint] = [each for each in state["resources"] if each["urn"].endswith("VpcEndpoint::shop-ec2")]
    assert endpoint["inputs"]["privateDnsEnabled"] is True
    for values in (endpoint["inputs"], endpoint["outputs"]):
        values["serviceName"] = "com.amazonaws.eu-west-1.ec2-fips"
    stack.restore(state)
    completed = Completed()
    with world.watched(completed):
        result = stack.up_as_previewed()
    replaced = ["delete-replaced", "replace", "create-replacement"]
    assert [str(step) for step in result.steps] == [f"{operation} VpcEndpoint shop-ec2" for operation in replaced]
    assert completed.calls == ["delete shop-ec2", "create shop-ec2"]
    assert stack.up().shown() == []


def test_a_service_with_a_connected_endpoint_refuses_its_removal_and_nothing_is_deleted(world, stack):
    [service] = [
        each for each in stack.resources().values() if each["type"] == "aws:ec2/vpcEndpointService:VpcEndpointService"
    ]
    connect(world, service)
    before = ids(stack)
    result = stack.failing("destroy")
    assert ids(stack) == before
    [error] = result.errors
    assert "The service is still connected, so nothing is removed:" in error
    assert "Remove it from the edge first: `./run offboard shop`" in error


def test_another_name_creates_the_new_service_and_leaves_the_connected_one_as_it_is(stack):
    before = ids(stack)
    stack.config["eks-service:connectionName"] = "shop-two"
    assert "The service is still connected" in "\n".join(stack.failing("preview").errors)
    result = stack.failing("up")
    assert "move the edge to that one instead" in "\n".join(result.errors)
    assert [str(step) for step in result.steps if step.operation != "create"] == ["delete Stash shop-removal"]
    assert before.items() <= ids(stack).items()
    assert len(services(stack)) == 2


def test_once_the_endpoint_has_moved_the_next_up_deletes_the_old_service(world, stack):
    client = world.cloud.session(CLIENT, REGION).client("ec2")
    client.delete_vpc_endpoints(VpcEndpointIds=[one["VpcEndpointId"] for one in endpoints(client)])
    [new] = [one for one in services(stack) if one["urn"].endswith("::shop-two-service")]
    connect(world, new)
    result = stack.up()
    assert {step.operation for step in result.steps} == {"delete"}
    assert [one["id"] for one in services(stack)] == [new["id"]]
    assert [one["ServiceName"] for one in endpoints(client)] == [new["outputs"]["serviceName"]]
    assert stack.up().shown() == []


def services(stack: Stack) -> list[Mapping[str, Any]]:
    type_ = "aws:ec2/vpcEndpointService:VpcEndpointService"
    return [each for each in stack.resources().values() if each["type"] == type_]


def endpoints(client: Any) -> list[Mapping[str, Any]]:
    found = client.describe_vpc_endpoints()["VpcEndpoints"]
    return [one for one in found if one["State"] == "available"]


def ids(stack: Stack) -> dict[str, str | None]:
    return {urn: each.get("id") for urn, each in stack.resources().items()}


def connect(world: World, service: Mapping[str, Any]) -> None:
    """An interface endpoint of another account, accepted."""
    client = world.cloud.session(CLIENT, REGION).client("ec2")
    vpc = client.create_vpc(CidrBlock="10.99.0.0/16")["Vpc"]["VpcId"]
    endpoint = client.create_vpc_endpoint(
        VpcId=vpc, ServiceName=service["outputs"]["serviceName"], VpcEndpointType="Interface"
    )
    world.cloud.session(ACCOUNT, REGION).client("ec2").accept_vpc_endpoint_connections(
        ServiceId=service["id"], VpcEndpointIds=[endpoint["VpcEndpoint"]["VpcEndpointId"]]
    )
