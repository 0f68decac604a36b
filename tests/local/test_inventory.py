"""The inventory with which `teardown` is judged finds what is left in any service, and forgives nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest

from privatelink_ingress.local.cloud.route53 import prepare_hosted_zone
from privatelink_ingress.local.cloud.session import Session
from tests.support import inventory
from tests.support.engine import REGION
from tests.support.inventory import Thing

ACCOUNT, ZONE = "222222222222", "Z0123456789EXAMPLE"
TRUSTED = {"Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}}


def policy(action: str, rest: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, **rest}]})


@pytest.fixture
def before(edge: Session) -> frozenset[Thing]:
    """An account with a hosted zone and a role that exist before any stack."""
    prepare_hosted_zone(ACCOUNT, ZONE, "example.com")
    edge.client("iam").create_role(
        RoleName="platform-admin", AssumeRolePolicyDocument=policy("sts:AssumeRole", TRUSTED)
    )
    return inventory.held(ACCOUNT)


def address(edge: Session) -> Thing:
    return (REGION, "ec2", "addresses", edge.client("ec2").allocate_address(Domain="vpc")["AllocationId"])


def key(edge: Session) -> Thing:
    return (REGION, "kms", "keys", edge.client("kms").create_key()["KeyMetadata"]["KeyId"])


def parameter(edge: Session) -> Thing:
    name = "/central-ingress/shards/prod"
    edge.client("ssm").put_parameter(Name=name, Type="String", Value="{}")
    return (REGION, "ssm", "_parameters", name, name)


def target_group(edge: Session) -> Thing:
    [vpc] = edge.client("ec2").describe_vpcs()["Vpcs"]
    wanted = {"Name": "shop", "TargetType": "ip", "Protocol": "HTTPS", "Port": 443, "VpcId": vpc["VpcId"]}
    made = edge.client("elbv2").create_target_group(**wanted)
    return (REGION, "elbv2", "target_groups", made["TargetGroups"][0]["TargetGroupArn"])


def log_group(edge: Session) -> Thing:
    edge.client("logs").create_log_group(logGroupName="/aws/eks/shop/cluster")
    return (REGION, "logs", "groups", "/aws/eks/shop/cluster")


def record_in_a_zone_that_stays(edge: Session) -> Thing:
    record = {"Name": "shop.example.com", "Type": "A", "TTL": 60, "ResourceRecords": [{"Value": "192.0.2.1"}]}
    changes: Any = {"Changes": [{"Action": "CREATE", "ResourceRecordSet": record}]}
    edge.client("route53").change_resource_record_sets(HostedZoneId=ZONE, ChangeBatch=changes)
    return ("aws", "route53", "zones", ZONE, "rrsets", "shop.example.com. A")


def policy_of_a_role_that_stays(edge: Session) -> Thing:
    edge.client("iam").put_role_policy(
        RoleName="platform-admin",
        PolicyName="extra",
        PolicyDocument=policy("s3:ListAllMyBuckets", {"Resource": "*"}),
    )
    [role] = edge.client("iam").list_roles()["Roles"]
    return ("aws", "iam", "roles", role["RoleId"], "policies", "extra")


@pytest.mark.parametrize(
    "leak",
    [
        address,
        key,
        parameter,
        target_group,
        log_group,
        record_in_a_zone_that_stays,
        policy_of_a_role_that_stays,
    ],
)
def test_what_a_stack_leaves_is_found_and_named(edge, before, leak):
    assert inventory.left(before) == set()
    leaked = (ACCOUNT, *leak(edge))
    assert inventory.left(before) == {leaked}


def test_a_network_with_an_instance_is_left_until_all_of_it_is_deleted(edge, before):
    ec2 = edge.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.12.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.12.0.0/24", AvailabilityZoneId="euw1-az3")["Subnet"]["SubnetId"]
    interface = {"DeviceIndex": 0, "SubnetId": subnet, "DeleteOnTermination": True}
    [instance] = ec2.run_instances(ImageId="ami-1", MinCount=1, MaxCount=1, NetworkInterfaces=[interface])["Instances"]
    assert {thing[3] for thing in inventory.left(before)} >= {"enis", "reservations", "subnets", "vpcs"}
    ec2.terminate_instances(InstanceIds=[instance["InstanceId"]])
    ec2.delete_subnet(SubnetId=subnet)
    ec2.delete_vpc(VpcId=vpc)
    assert inventory.left(before) == set()


def test_of_an_encrypted_volume_only_the_key_that_aws_manages_may_stay(edge, before):
    ec2 = edge.client("ec2")
    volume = ec2.create_volume(AvailabilityZone="eu-west-1a", Size=20, Encrypted=True)
    assert "alias/aws/ebs" in {one["AliasName"] for one in edge.client("kms").list_aliases()["Aliases"]}
    assert inventory.left(before) == {(ACCOUNT, REGION, "ec2", "volumes", volume["VolumeId"])}
    ec2.delete_volume(VolumeId=volume["VolumeId"])
    assert inventory.left(before) == set()


def test_only_what_a_note_names_counts_as_listed(edge, before):
    logs = edge.client("logs")
    for name in ("aws-waf-logs-prod", "aws-waf-logs-prod-2"):
        logs.create_log_group(logGroupName=name)
    listed = inventory.listed(ACCOUNT, ["LogGroup aws-waf-logs-prod: Pulumi leaves it in place."])
    assert inventory.left(before) - listed == {(ACCOUNT, REGION, "logs", "groups", "aws-waf-logs-prod-2")}
