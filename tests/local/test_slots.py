"""Which connections have rules on a load balancer, as the emulated AWS tells it."""

from __future__ import annotations

from typing import Any

import pytest

from privatelink_ingress.aws.slots import used_addresses, used_priorities
from privatelink_ingress.local.cloud.session import Session
from privatelink_ingress.plan.edge.slots import UsedAddress, UsedPriority
from privatelink_ingress.problems import UserError
from tests.local.test_edge_removal import PROD, WORKLOAD, Shard


def test_rules_have_the_stack_and_the_connection_of_their_tags_and_the_default_rule_is_left_out(
    edge: Session, ambient: Any
):
    ambient(edge)
    shard = Shard(edge)
    shard.connection("shop", 1, stack=PROD.stack)
    shard.connection("blog", 41, stack="central-ingress/prod-blog")
    shard.connection("by-hand", 7)
    assert sorted(used_priorities(PROD, shard.listener), key=lambda rule: rule.priority) == [
        UsedPriority(priority=1, stack=PROD.stack, connection="shop"),
        UsedPriority(priority=7, stack="", connection=""),
        UsedPriority(priority=41, stack="central-ingress/prod-blog", connection="blog"),
    ]


def test_an_address_has_the_stack_and_the_connection_of_its_endpoints_tags(edge: Session, ambient: Any):
    ambient(edge)
    ec2 = edge.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.12.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.12.128.0/23")["Subnet"]["SubnetId"]
    tags = {"ManagedBy": "privatelink-ingress", "Stack": PROD.stack, "Connection": "shop"}
    ec2.create_vpc_endpoint(
        VpcId=vpc,
        ServiceName="com.amazonaws.eu-west-1.ec2",
        VpcEndpointType="Interface",
        PrivateDnsEnabled=False,
        SubnetIds=[subnet],
        SubnetConfigurations=[{"SubnetId": subnet, "Ipv4": "10.12.128.16"}],
        TagSpecifications=[
            {"ResourceType": "vpc-endpoint", "Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}
        ],
    )
    ec2.create_network_interface(SubnetId=subnet, PrivateIpAddress="10.12.128.17")
    found = {last: used_addresses(PROD, {subnet: f"10.12.128.{last}"}) for last in (16, 17, 18)}
    assert found == {
        16: (UsedAddress(address="10.12.128.16", stack=PROD.stack, connection="shop"),),
        17: (UsedAddress(address="10.12.128.17", stack="", connection=""),),
        18: (),
    }


def test_credentials_of_another_account_are_told(edge: Session, workload: Session, ambient: Any):
    shard = Shard(edge)
    ambient(workload)
    with pytest.raises(UserError, match=f"cannot be read: credentials of the environment are of account {WORKLOAD}"):
        used_priorities(PROD, shard.listener)
