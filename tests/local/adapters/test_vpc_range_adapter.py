"""A VPC's second range, as Pulumi adds and removes it."""

from __future__ import annotations

import pytest

from privatelink_ingress import tokens as t
from privatelink_ingress.local.adapters.base import AdapterError
from privatelink_ingress.local.adapters.ec2_network import ADAPTERS


def ranges(aws, vpc_id: str) -> set[str]:
    (vpc,) = aws.client("ec2").describe_vpcs(VpcIds=[vpc_id])["Vpcs"]
    entries = vpc["CidrBlockAssociationSet"]
    return {entry["CidrBlock"] for entry in entries if entry["CidrBlockState"]["State"] == "associated"}


def test_a_range_comes_and_goes_with_its_resource(workload):
    vpc = ADAPTERS[t.VPC].create(workload, {"cidrBlock": "10.11.0.0/16"})
    inputs = {"vpcId": vpc.id, "cidrBlock": "100.64.0.0/16"}
    added = ADAPTERS[t.VPC_IPV4_RANGE].create(workload, inputs)
    assert added.id.startswith("vpc-cidr-assoc-")
    assert ranges(workload, vpc.id) == {"10.11.0.0/16", "100.64.0.0/16"}
    zone = {"vpcId": vpc.id, "availabilityZoneId": "euw1-az1"}
    subnet = ADAPTERS[t.SUBNET].create(workload, {**zone, "cidrBlock": "100.64.0.0/19"})
    with pytest.raises(AdapterError, match="is in use by subnet-"):
        ADAPTERS[t.VPC_IPV4_RANGE].delete(workload, added.id, inputs)
    ADAPTERS[t.SUBNET].delete(workload, subnet.id, {})
    ADAPTERS[t.VPC_IPV4_RANGE].delete(workload, added.id, inputs)
    assert ranges(workload, vpc.id) == {"10.11.0.0/16"}


def test_a_range_with_host_bits_is_refused_before_aws_would_clear_them(workload):
    vpc = ADAPTERS[t.VPC].create(workload, {"cidrBlock": "10.11.0.0/16"})
    with pytest.raises(AdapterError, match=r"100\.64\.1\.0/16 has host bits set; write 100\.64\.0\.0/16"):
        ADAPTERS[t.VPC_IPV4_RANGE].create(workload, {"vpcId": vpc.id, "cidrBlock": "100.64.1.0/16"})
