"""IPv6 of a live shard comes in one deployment and leaves in three, and IPv4 clients are served throughout.

The claims are told in the order of one life, on one emulated AWS: each begins where the one above it ended.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.engine import REGION, Stack, World
from tests.support.engine_edge import connection, edge, publish
from tests.support.engine_traffic import EDGE_ACCOUNT, uninterrupted

HOST = "shop.example.com"


@pytest.fixture(scope="module")
def stack(world: World) -> Stack:
    made = edge(world, shop=connection("shop", 0, {"service": publish(world, "shop")}))
    made.config["central-ingress:firewall"] = "{}"
    made.up()
    return made


def client(world: World, service: str) -> Any:
    return world.cloud.session(EDGE_ACCOUNT, REGION).client(service)


def moved(world: World, stack: Stack, stage: str, **more: Any) -> list[str]:
    """The steps to another stage as its preview shows them, while the host is served; a second update has none."""
    stack.set("loadBalancer", ipv6=stage, **more)
    with uninterrupted(world, HOST):
        steps = [str(step) for step in stack.up_as_previewed().steps]
    assert stack.up().shown() == []
    return steps


def ranges(world: World) -> dict[str, int]:
    """How many IPv6 ranges VPCs have, and how many subnets do."""
    ec2 = client(world, "ec2")
    vpcs, subnets = ec2.describe_vpcs()["Vpcs"], ec2.describe_subnets()["Subnets"]
    return {
        "VPCs": sum(_associated(vpc) for vpc in vpcs),
        "subnets": sum(_associated(subnet) for subnet in subnets),
    }


def _associated(one: dict[str, Any]) -> int:
    held = one.get("Ipv6CidrBlockAssociationSet") or ()
    return sum(each["Ipv6CidrBlockState"]["State"] == "associated" for each in held)


def record_types(world: World) -> list[str]:
    route53 = client(world, "route53")
    [zone] = route53.list_hosted_zones()["HostedZones"]
    records = route53.list_resource_record_sets(HostedZoneId=zone["Id"])["ResourceRecordSets"]
    return sorted(one["Type"] for one in records if one["Name"] == f"{HOST}.")


def address_type(world: World) -> str:
    [balancer] = client(world, "elbv2").describe_load_balancers()["LoadBalancers"]
    return balancer["IpAddressType"]


def test_published_comes_in_one_deployment_with_the_names_last(world, stack):
    steps = moved(world, stack, "published")
    assert steps[0].startswith("create VpcIpv6CidrBlockAssociation")
    assert steps[-1].startswith("create Record")
    updates = [step for step in steps if step.startswith("update")]
    assert sorted(updates[:-1]) == [f"update Subnet edge-network-public-euw1-az{number}" for number in (1, 2, 3)]
    assert updates[-1] == "update LoadBalancer edge"
    assert ranges(world) == {"VPCs": 1, "subnets": 3}
    assert (address_type(world), record_types(world)) == ("dualstack", ["A", "AAAA"])


def test_a_refresh_finds_nothing_to_change(stack):
    stack.refresh()
    assert stack.up().shown() == []


def skipped(stack: Stack, before: str, stage: str) -> str:
    """The message of a deployment that goes back to a stage, whose stage before it is still to come."""
    stack.set("loadBalancer", ipv6=stage)
    message = "\n".join(stack.failing("up").errors)
    stack.set("loadBalancer", ipv6=before)
    assert stack.preview().shown() == []
    return message


@pytest.mark.parametrize("stage", ["none", "network"])
def test_a_stage_cannot_be_skipped_while_names_lead_to_its_addresses(stack, stage: str):
    message = skipped(stack, "published", stage)
    assert f"is {stage}, but AAAA records still lead clients to IPv6 addresses: {HOST}" in message


def test_the_way_back_takes_the_names_first(world, stack):
    assert moved(world, stack, "addresses") == [f"delete Record shop-{HOST}-AAAA"]
    assert (address_type(world), record_types(world)) == ("dualstack", ["A"])


def test_ranges_stay_while_the_load_balancer_has_addresses_of_them(stack):
    assert "is none, but the load balancer still has IPv6 addresses" in skipped(stack, "addresses", "none")


def test_then_the_load_balancers_addresses(world, stack):
    steps = moved(world, stack, "network")
    assert [step.split()[:2] for step in steps] == [["update", "LoadBalancer"], ["delete", "SecurityGroupIngressRule"]]
    assert (address_type(world), ranges(world)) == ("ipv4", {"VPCs": 1, "subnets": 3})


def test_and_last_the_ranges(world, stack):
    moved(world, stack, "none")
    assert ranges(world) == {"VPCs": 0, "subnets": 0}
    stack.refresh()
    assert stack.up().shown() == []
