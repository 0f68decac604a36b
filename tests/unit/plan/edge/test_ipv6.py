"""What an existing VPC needs for IPv6, and where the range of each subnet lies."""

from __future__ import annotations

import dataclasses
import ipaddress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privatelink_ingress.plan.edge import ipv6
from privatelink_ingress.plan.edge.existing_network import FoundNetwork, placeholder
from privatelink_ingress.plan.subnets import ipv6_range
from privatelink_ingress.settings.existing import ExistingEdgeNetwork
from privatelink_ingress.settings.ipv6 import Ipv6Stage

ZONES = ("euw1-az1", "euw1-az2")
EXISTING = ExistingEdgeNetwork.model_validate(
    {
        "vpcId": "vpc-0123456789abcdef0",
        "publicSubnetIds": ("subnet-00000000000000001", "subnet-00000000000000002"),
        "endpointSubnetIds": ("subnet-00000000000000003", "subnet-00000000000000004"),
    }
)


def found(**changes: Any) -> FoundNetwork:
    return dataclasses.replace(placeholder(EXISTING, zone_ids=ZONES), **changes)


def problems(stage: Ipv6Stage, vpc: FoundNetwork) -> list[str]:
    return [f"{one.where} {one.reason}" for one in ipv6.check_existing(stage, vpc)]


def test_a_vpc_that_commands_assume_without_aws_has_ipv6():
    assert problems("published", found()) == []


@pytest.mark.parametrize("stage", ["network", "addresses", "published"])
def test_a_vpc_without_an_ipv6_range_is_refused(stage: Ipv6Stage):
    assert problems(stage, found(ipv6_cidr=None)) == [
        f"loadBalancer.ipv6 is {stage}, but the VPC of network.existing has no IPv6 range"
    ]
    assert problems("none", found(ipv6_cidr=None)) == []


def test_each_public_subnet_needs_a_range_and_a_route():
    first, second = found().public
    without = found(public=(dataclasses.replace(first, ipv6_cidr=None), second))
    assert problems("network", without) == [
        "network.existing.publicSubnetIds has subnet-00000000000000001 (198.18.0.0/23), which has no IPv6 range"
    ]
    [table] = found().route_tables
    closed = found(route_tables=(dataclasses.replace(table, ipv6_internet=None),))
    assert problems("network", closed) == [
        f"network.existing.publicSubnetIds has {subnet.id} ({subnet.ipv6_cidr}), whose route table rtb-0 has no route "
        "of ::/0 to the internet gateway igw-0"
        for subnet in (first, second)
    ]


@given(st.integers(0, 2**56 - 1), st.sets(st.integers(1, 9), min_size=2))
def test_every_zone_has_a_64_of_its_own_in_the_vpcs_56(start: int, numbers: set[int]):
    whole = ipaddress.IPv6Network((start << 72, 56))
    blocks = [ipaddress.IPv6Network(ipv6_range(str(whole), f"euw1-az{number}")) for number in sorted(numbers)]
    assert len(set(blocks)) == len(numbers)
    assert all(block.prefixlen == 64 and block.subnet_of(whole) for block in blocks)
    assert blocks[0].network_address == whole.network_address + ((min(numbers) - 1) << 64)
