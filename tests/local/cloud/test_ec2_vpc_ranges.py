"""A VPC's further ranges, as AWS takes and refuses them."""

from __future__ import annotations

import pytest


@pytest.fixture
def ec2(workload):
    return workload.client("ec2")


def vpc(ec2, cidr: str = "10.11.0.0/16") -> str:
    return ec2.create_vpc(CidrBlock=cidr)["Vpc"]["VpcId"]


def test_subnets_lie_in_a_range_once_it_is_added(ec2, refused):
    vpc_id = vpc(ec2)
    subnet = {"VpcId": vpc_id, "CidrBlock": "100.64.0.0/19", "AvailabilityZoneId": "euw1-az1"}
    refused("InvalidSubnet.Range", ec2.create_subnet, **subnet)
    ec2.associate_vpc_cidr_block(VpcId=vpc_id, CidrBlock="100.64.0.0/16")
    assert ec2.create_subnet(**subnet)["Subnet"]["CidrBlock"] == "100.64.0.0/19"


@pytest.mark.parametrize(
    ("there", "added"),
    [
        ("10.11.0.0/16", "172.16.0.0/16"),
        ("10.11.0.0/16", "192.168.0.0/16"),
        ("10.1.0.0/16", "10.0.0.0/16"),
        ("10.11.0.0/16", "198.19.0.0/16"),
        ("172.16.0.0/16", "172.31.0.0/16"),
        ("100.64.0.0/16", "10.0.0.0/16"),
    ],
)
def test_ranges_that_aws_restricts_are_refused(ec2, refused, there: str, added: str):
    message = refused("InvalidVpc.Range", ec2.associate_vpc_cidr_block, VpcId=vpc(ec2, there), CidrBlock=added)
    assert message.startswith(f"The CIDR '{added}' is restricted.")


@pytest.mark.parametrize(
    ("there", "added"),
    [("10.11.0.0/16", "10.200.0.0/16"), ("10.11.0.0/16", "100.64.0.0/16"), ("172.16.0.0/16", "172.20.0.0/16")],
)
def test_ranges_that_aws_permits_are_added(ec2, there: str, added: str):
    answer = ec2.associate_vpc_cidr_block(VpcId=vpc(ec2, there), CidrBlock=added)
    assert answer["CidrBlockAssociation"]["CidrBlock"] == added


def test_an_overlapping_range_and_one_of_no_legal_size_are_refused(ec2, refused):
    vpc_id = vpc(ec2)
    refused("InvalidVpc.Range", ec2.associate_vpc_cidr_block, VpcId=vpc_id, CidrBlock="10.11.8.0/24")
    refused("InvalidVpc.Range", ec2.associate_vpc_cidr_block, VpcId=vpc_id, CidrBlock="100.64.0.0/15")


def test_a_range_with_a_subnet_stays_until_the_subnet_is_gone(ec2, refused):
    vpc_id = vpc(ec2)
    added = ec2.associate_vpc_cidr_block(VpcId=vpc_id, CidrBlock="100.64.0.0/16")["CidrBlockAssociation"]
    subnet = ec2.create_subnet(VpcId=vpc_id, CidrBlock="100.64.0.0/19", AvailabilityZoneId="euw1-az1")["Subnet"]
    refused("InvalidCidrBlock.InUse", ec2.disassociate_vpc_cidr_block, AssociationId=added["AssociationId"])
    ec2.delete_subnet(SubnetId=subnet["SubnetId"])
    ec2.disassociate_vpc_cidr_block(AssociationId=added["AssociationId"])
    (only,) = [
        entry
        for entry in ec2.describe_vpcs(VpcIds=[vpc_id])["Vpcs"][0]["CidrBlockAssociationSet"]
        if entry["CidrBlockState"]["State"] == "associated"
    ]
    assert only["CidrBlock"] == "10.11.0.0/16"
