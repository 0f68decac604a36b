"""IPv6 ranges of a VPC and its subnets come before a dual-stack load balancer, and leave after it."""

from __future__ import annotations

import ipaddress

import pytest

from tests.support.edge_world import network


def ranges(ec2, vpc_id: str) -> list[str]:
    (vpc,) = ec2.describe_vpcs(VpcIds=[vpc_id])["Vpcs"]
    held = vpc.get("Ipv6CidrBlockAssociationSet", ())
    return [one["Ipv6CidrBlock"] for one in held if one["Ipv6CidrBlockState"]["State"] == "associated"]


@pytest.fixture
def ec2(edge):
    return edge.client("ec2")


@pytest.fixture
def place(edge):
    return network(edge)


def whole(ec2, vpc_id: str) -> tuple[str, list[str]]:
    """The id of a new association, and the first /64 networks of the range."""
    answer = ec2.associate_vpc_cidr_block(VpcId=vpc_id, AmazonProvidedIpv6CidrBlock=True)["Ipv6CidrBlockAssociation"]
    block = ipaddress.IPv6Network(answer["Ipv6CidrBlock"])
    assert block.prefixlen == 56
    return answer["AssociationId"], [str(one) for one in list(block.subnets(new_prefix=64))[:3]]


def test_a_subnet_has_one_64_of_its_vpcs_range_that_no_other_has(ec2, place, refused):
    first, second, _ = place.subnets
    add = ec2.associate_subnet_cidr_block
    refused("InvalidSubnet.Range", add, SubnetId=first, Ipv6CidrBlock="2001:db8::/64")
    _, blocks = whole(ec2, place.vpc)
    add(SubnetId=first, Ipv6CidrBlock=blocks[0])
    refused("InvalidSubnet.Conflict", add, SubnetId=first, Ipv6CidrBlock=blocks[1])
    refused("InvalidSubnet.Conflict", add, SubnetId=second, Ipv6CidrBlock=blocks[0])
    add(SubnetId=second, Ipv6CidrBlock=blocks[1])
    (described,) = ec2.describe_subnets(SubnetIds=[second])["Subnets"]
    (held,) = described["Ipv6CidrBlockAssociationSet"]
    assert (held["Ipv6CidrBlock"], held["Ipv6CidrBlockState"]) == (blocks[1], {"State": "associated"})


def test_ranges_leave_after_what_uses_them(edge, ec2, place, refused):
    association, blocks = whole(ec2, place.vpc)
    elb = edge.client("elbv2")
    made = elb.create_load_balancer(Name="shard", Subnets=place.subnets, SecurityGroups=[place.group])
    arn = made["LoadBalancers"][0]["LoadBalancerArn"]
    refused("InvalidSubnet", elb.set_ip_address_type, LoadBalancerArn=arn, IpAddressType="dualstack")
    refused("InvalidSubnet", elb.create_load_balancer, Name="b", Subnets=place.subnets, IpAddressType="dualstack")
    held = [
        ec2.associate_subnet_cidr_block(SubnetId=subnet, Ipv6CidrBlock=block)["Ipv6CidrBlockAssociation"]
        for subnet, block in zip(place.subnets, blocks, strict=True)
    ]
    elb.set_ip_address_type(LoadBalancerArn=arn, IpAddressType="dualstack")
    for one in held:
        refused("InvalidCidrBlock.InUse", ec2.disassociate_subnet_cidr_block, AssociationId=one["AssociationId"])
    elb.set_ip_address_type(LoadBalancerArn=arn, IpAddressType="ipv4")
    refused("InvalidCidrBlock.InUse", ec2.disassociate_vpc_cidr_block, AssociationId=association)
    for one in held:
        ec2.disassociate_subnet_cidr_block(AssociationId=one["AssociationId"])
    refused("InvalidSubnet", elb.set_ip_address_type, LoadBalancerArn=arn, IpAddressType="dualstack")
    ec2.disassociate_vpc_cidr_block(AssociationId=association)
    assert ranges(ec2, place.vpc) == []
