"""Addresses of the emulated AWS: each interface of a subnet has its own, whatever chose it."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import moto.ec2.models
import pytest

from privatelink_ingress.local.cloud.session import Session
from tests.support import eks_world
from tests.support.edge_world import balancer, network

ROOM = 11
"""Addresses of a /28 that AWS does not reserve."""


def small(session: Session) -> tuple[Any, str, str]:
    """EC2, and a VPC with one subnet of /28."""
    ec2 = session.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.12.0.0/24")["Vpc"]["VpcId"]
    made = ec2.create_subnet(VpcId=vpc, CidrBlock="10.12.0.0/28", AvailabilityZoneId="euw1-az3")
    return ec2, vpc, made["Subnet"]["SubnetId"]


def addresses(ec2: Any) -> list[str]:
    found = ec2.describe_network_interfaces()["NetworkInterfaces"]
    return [one["PrivateIpAddress"] for interface in found for one in interface["PrivateIpAddresses"]]


def run(ec2: Any, subnet: str, count: int = 1, **over: Any) -> list[str]:
    wanted = {"ImageId": "ami-1", "InstanceType": "m7g.large", "SubnetId": subnet, **over}
    return [one["InstanceId"] for one in ec2.run_instances(MinCount=count, MaxCount=count, **wanted)["Instances"]]


@pytest.mark.parametrize("last", ["instance", "interface", "secondary", "assigned"])
def test_a_subnet_is_filled_to_its_last_address_by_interfaces_and_instances_in_turn(edge, refused, last):
    ec2, _, subnet = small(edge)
    first = ec2.create_network_interface(SubnetId=subnet)["NetworkInterface"]["NetworkInterfaceId"]
    run(ec2, subnet, 3)
    ec2.create_network_interface(SubnetId=subnet, PrivateIpAddress="10.12.0.8")
    run(ec2, subnet, PrivateIpAddress="10.12.0.7")
    ec2.create_network_interface(SubnetId=subnet, SecondaryPrivateIpAddressCount=1)
    ec2.assign_private_ip_addresses(NetworkInterfaceId=first, SecondaryPrivateIpAddressCount=2)
    run(ec2, subnet)
    assert sorted(addresses(ec2)) == sorted(f"10.12.0.{number}" for number in range(4, 15))
    assert len(addresses(ec2)) == ROOM
    one_more = {
        "instance": lambda **_: run(ec2, subnet),
        "interface": lambda **_: ec2.create_network_interface(SubnetId=subnet),
        "secondary": lambda **_: ec2.create_network_interface(SubnetId=subnet, SecondaryPrivateIpAddressCount=1),
        "assigned": lambda **_: ec2.assign_private_ip_addresses(
            NetworkInterfaceId=first, SecondaryPrivateIpAddressCount=1
        ),
    }
    refused("InsufficientFreeAddressesInSubnet", one_more[last])
    assert len(addresses(ec2)) == ROOM


def test_an_address_that_was_freed_and_taken_again_is_not_given_to_an_instance(edge):
    ec2, _, subnet = small(edge)
    interface = ec2.create_network_interface(SubnetId=subnet)["NetworkInterface"]
    freed = interface["PrivateIpAddress"]
    ec2.delete_network_interface(NetworkInterfaceId=interface["NetworkInterfaceId"])
    ec2.create_network_interface(SubnetId=subnet, PrivateIpAddress=freed)
    run(ec2, subnet, 3)
    assert len(set(addresses(ec2))) == 4


@pytest.mark.parametrize("how", ["PrivateIpAddress", "PrivateIpAddresses"])
def test_an_address_that_is_taken_is_refused_however_it_is_named(edge, refused, how):
    ec2, _, subnet = small(edge)
    run(ec2, subnet, PrivateIpAddress="10.12.0.7")
    wanted: Any = "10.12.0.7" if how == "PrivateIpAddress" else [{"Primary": True, "PrivateIpAddress": "10.12.0.7"}]
    refused("InvalidIPAddress.InUse", ec2.create_network_interface, SubnetId=subnet, **{how: wanted})
    refused("InvalidIPAddress.InUse", lambda **_: run(ec2, subnet, PrivateIpAddress="10.12.0.7"))
    free = ec2.create_network_interface(SubnetId=subnet)["NetworkInterface"]["NetworkInterfaceId"]
    taken = {"NetworkInterfaceId": free, "PrivateIpAddresses": ["10.12.0.7"]}
    refused("InvalidIPAddress.InUse", ec2.assign_private_ip_addresses, **taken)
    assert len(addresses(ec2)) == 2


def test_a_nat_gateway_has_an_address_of_its_subnet(edge):
    ec2, _, subnet = small(edge)
    gateway = ec2.create_nat_gateway(SubnetId=subnet, ConnectivityType="private")["NatGateway"]
    assert [one["PrivateIp"] for one in gateway["NatGatewayAddresses"]] == addresses(ec2) == ["10.12.0.14"]


def test_no_other_module_of_moto_draws_an_address(edge):
    """`random_private_ip` knows no interface. Those that it is listed for are either replaced, or choose IPv6 alone."""
    drawing = set()
    for path in Path(moto.ec2.models.__path__[0]).glob("*.py"):
        names = {node.id for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Name)}
        if names & {"random_private_ip", "get_available_subnet_ip"}:
            drawing.add(path.stem)
    assert drawing == {"elastic_network_interfaces", "instances", "nat_gateways", "vpcs"}


def test_a_load_balancer_without_room_in_a_subnet_is_refused_and_not_there(edge, refused):
    ec2, place = edge.client("ec2"), network(edge)
    made = ec2.create_subnet(VpcId=place.vpc, CidrBlock="10.12.9.0/28", AvailabilityZone="eu-west-1a")
    full = made["Subnet"]["SubnetId"]
    run(ec2, full, ROOM)
    refused("InvalidSubnet", lambda **_: balancer(edge, place, Subnets=[full, *place.subnets[1:]]))
    assert edge.client("elbv2").describe_load_balancers()["LoadBalancers"] == []
    arn = balancer(edge, place)["LoadBalancerArn"]
    moved = {"LoadBalancerArn": arn, "Subnets": [full, *place.subnets[1:]]}
    refused("InvalidSubnet", edge.client("elbv2").set_subnets, **moved)
    [still] = edge.client("elbv2").describe_load_balancers()["LoadBalancers"]
    assert sorted(zone["SubnetId"] for zone in still["AvailabilityZones"]) == sorted(place.subnets)


def test_a_node_group_without_room_has_failed_and_can_be_deleted(workload):
    place = eks_world.world(workload, cidr="10.11.0.0/16")
    ec2, eks = workload.client("ec2"), workload.client("eks")
    small_subnet = ec2.create_subnet(VpcId=place.vpc_id, CidrBlock="10.11.200.0/28")["Subnet"]["SubnetId"]
    place.create_cluster()
    sizes = {"minSize": 1, "maxSize": ROOM + 1, "desiredSize": ROOM + 1}
    group = place.create_nodes(subnets=[small_subnet], scalingConfig=sizes)
    assert (group["status"], group["health"]["issues"][0]["code"]) == ("CREATE_FAILED", "InsufficientFreeAddresses")
    assert len(addresses(ec2)) == ROOM
    eks.delete_nodegroup(clusterName="shop", nodegroupName="main")
    assert addresses(ec2) == []
