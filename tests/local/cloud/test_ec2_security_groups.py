"""Security groups of the emulated AWS: what a plain client is refused."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture
def ec2(edge) -> Any:
    return edge.client("ec2")


@pytest.fixture
def vpc(ec2) -> str:
    return ec2.create_vpc(CidrBlock="10.12.0.0/16")["Vpc"]["VpcId"]


def group(ec2: Any, vpc: str, name: str = "balancer") -> str:
    return ec2.create_security_group(GroupName=name, Description=name, VpcId=vpc)["GroupId"]


def test_names_descriptions_and_vpcs_are_checked(ec2, vpc, refused):
    create = ec2.create_security_group
    refused("InvalidParameterValue", create, GroupName="sg-balancer", Description="x", VpcId=vpc)
    message = refused("InvalidParameterValue", create, GroupName="balancer", Description="für alle", VpcId=vpc)
    assert "GroupDescription" in message
    refused("InvalidVpcID.NotFound", create, GroupName="balancer", Description="x", VpcId="vpc-0123456789abcdef0")


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        ({"FromPort": 443, "ToPort": 80, "CidrIp": "10.0.0.0/8"}, "InvalidParameterValue"),
        ({"FromPort": 443, "ToPort": 70000, "CidrIp": "10.0.0.0/8"}, "InvalidParameterValue"),
        ({"FromPort": 443, "CidrIp": "10.0.0.0/8"}, "InvalidParameterValue"),
        ({"FromPort": 443, "ToPort": 443, "CidrIp": "10.0.0.0/99"}, "InvalidParameterValue"),
    ],
)
def test_ports_and_blocks_of_rules_are_checked(ec2, vpc, refused, rule, code):
    refused(code, ec2.authorize_security_group_ingress, GroupId=group(ec2, vpc), IpProtocol="tcp", **rule)


def test_prefix_lists_and_descriptions_of_rules_are_checked(ec2, vpc, refused):
    group_id, ports = group(ec2, vpc), {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443}

    def permit(**more: Any) -> Any:
        return ec2.authorize_security_group_egress(GroupId=group_id, IpPermissions=[ports | more])

    refused("InvalidPrefixListId.NotFound", permit, PrefixListIds=[{"PrefixListId": "pl-0123456789abcdef0"}])
    refused("InvalidParameterValue", permit, IpRanges=[{"CidrIp": "10.0.0.0/8", "Description": "naïve"}])


def test_a_block_of_a_rule_loses_its_host_bits(ec2, vpc):
    group_id = group(ec2, vpc)
    ec2.authorize_security_group_ingress(
        GroupId=group_id,
        IpPermissions=[{"IpProtocol": "tcp", "FromPort": 1, "ToPort": 2, "IpRanges": [{"CidrIp": "10.0.0.7/8"}]}],
    )
    (found,) = ec2.describe_security_groups(GroupIds=[group_id])["SecurityGroups"]
    assert found["IpPermissions"][0]["IpRanges"] == [{"CidrIp": "10.0.0.0/8"}]


def test_a_group_in_use_stays(ec2, vpc, refused):
    used, other = group(ec2, vpc), group(ec2, vpc, "other")
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.12.0.0/24")["Subnet"]["SubnetId"]
    eni = ec2.create_network_interface(SubnetId=subnet, Groups=[used])["NetworkInterface"]["NetworkInterfaceId"]
    assert eni in refused("DependencyViolation", ec2.delete_security_group, GroupId=used)
    ec2.delete_network_interface(NetworkInterfaceId=eni)
    pair = [{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "UserIdGroupPairs": [{"GroupId": used}]}]
    ec2.authorize_security_group_egress(GroupId=other, IpPermissions=pair)
    assert other in refused("DependencyViolation", ec2.delete_security_group, GroupId=used)
    ec2.delete_security_group(GroupId=other)
    ec2.delete_security_group(GroupId=used)


def test_the_default_group_stays(ec2, vpc, refused):
    filters = [{"Name": "vpc-id", "Values": [vpc]}]
    (default,) = ec2.describe_security_groups(Filters=filters)["SecurityGroups"]
    refused("CannotDelete", ec2.delete_security_group, GroupId=default["GroupId"])


def test_the_tags_of_a_rule_come_and_go_with_it(ec2, vpc, refused):
    def tagged() -> set[str]:
        tags = ec2.describe_tags(Filters=[{"Name": "key", "Values": ["Name"]}])["Tags"]
        return {tag["ResourceId"] for tag in tags}

    https = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}
    tags = [{"ResourceType": "security-group-rule", "Tags": [{"Key": "Name", "Value": "https"}]}]
    wanted = {"GroupId": group(ec2, vpc), "IpPermissions": [https], "TagSpecifications": tags}
    [rule] = ec2.authorize_security_group_ingress(**wanted)["SecurityGroupRules"]
    refused("InvalidPermission.Duplicate", ec2.authorize_security_group_ingress, **wanted)
    assert tagged() == {rule["SecurityGroupRuleId"]}
    ec2.revoke_security_group_ingress(GroupId=wanted["GroupId"], IpPermissions=[https])
    assert tagged() == set()
    ec2.authorize_security_group_ingress(**wanted)
    ec2.delete_security_group(GroupId=wanted["GroupId"])
    assert tagged() == set()
