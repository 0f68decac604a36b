"""A service that accepts each endpoint first, both programs on an emulated AWS: who waits, who accepts, what stays."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from privatelink_ingress.aws.topology import live
from privatelink_ingress.local import deploy
from privatelink_ingress.local.cloud import Cloud
from privatelink_ingress.local.engine import runner
from privatelink_ingress.trace.trace import Trace, trace

ROOT = Path(__file__).parents[2]
WORKLOAD, EDGE, REGION = "111111111111", "222222222222", "eu-west-1"
ROLE = f"arn:aws:iam::{WORKLOAD}:role/privatelink-ingress/ingress-accepter-edge"
SHOP, PROD = "eks-service/shop", "central-ingress/prod"


class World:
    """The sample shop, which now accepts each endpoint first, and its edge."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._stacks = {stack.label: stack for stack in deploy.find(ROOT)}
        self._deployment = deploy.Deployment(cloud)
        self.edge, self.workload = cloud.session(EDGE, REGION), cloud.session(WORKLOAD, REGION)
        publication = json.loads(self._stacks[SHOP].file.config["eks-service:publication"])
        self.up(SHOP, publication={**publication, "acceptanceRequired": True})

    def up(self, label: str, **changes: Any) -> runner.StackRun:
        """Deploy a sample stack with other values of some top-level keys."""
        stack = self._stacks[label]
        project = label.partition("/")[0]
        config = {**stack.file.config, **{f"{project}:{key}": json.dumps(value) for key, value in changes.items()}}
        return self._deployment.up(dataclasses.replace(stack, file=dataclasses.replace(stack.file, config=config)))

    def up_edge(self, **backend: Any) -> runner.StackRun:
        """Deploy the edge with more keys of its one backend."""
        connections = json.loads(self._stacks[PROD].file.config["central-ingress:connections"])
        connections["shop"]["backends"] = [{"stack": "shop", **backend}]
        return self.up(PROD, connections=connections)

    def trace(self) -> Trace:
        return trace("https://shop.example.com/", live.load([self.edge], [self.workload]))

    def states(self) -> dict[str, str]:
        found = self.workload.client("ec2").describe_vpc_endpoint_connections()["VpcEndpointConnections"]
        return {one["VpcEndpointId"]: one["VpcEndpointState"] for one in found}


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with Cloud() as cloud:
        yield World(cloud)


def test_an_endpoint_waits_until_the_edge_accepts_it_and_stays_when_the_accepter_leaves(world: World):
    """One claim after the other on one deployment: each builds on what the one before left."""
    # Without an accepter, the deployment stands, warns, and nothing gets through.
    run = world.up_edge()
    assert len([message for message in run.messages if "accepts endpoints of stack shop one by one" in message]) == 1
    ((endpoint, state),) = world.states().items()
    assert state == "pendingAcceptance"
    result = world.trace()
    hop = result.hops[-1]
    assert (result.outcome, hop.name, hop.verdict) == ("stopped", "PrivateLink", "stops")
    assert hop.reason == "the owner has not accepted the connection"
    assert f"--vpc-endpoint-ids {endpoint}" in hop.remedy

    # With one, in a role of the service's account, the same endpoint is accepted and requests pass.
    run = world.up_edge(accepterRoleArn=ROLE)
    assert run.messages == ()
    assert world.states() == {endpoint: "available"}
    assert world.trace().hops[8].name == "Network load balancer"
    assert [hop.name for hop in world.trace().hops if hop.verdict == "stops"] == []
    accepter = run.only("aws:ec2/vpcEndpointConnectionAccepter:VpcEndpointConnectionAccepter")
    assert accepter.outputs["vpcEndpointState"] == "available"


def test_the_edges_own_credentials_accept_nothing(world: World):
    """Only the owner's account finds the service: a provider of another account is refused by AWS."""
    service_id = world.workload.client("ec2").describe_vpc_endpoint_service_configurations()["ServiceConfigurations"][
        0
    ]["ServiceId"]
    ec2 = world.edge.client("ec2")
    with pytest.raises(ec2.exceptions.ClientError, match="InvalidVpcEndpointService"):
        ec2.accept_vpc_endpoint_connections(ServiceId=service_id, VpcEndpointIds=list(world.states()))
