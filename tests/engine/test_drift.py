"""Changes in AWS behind the state: a refresh finds them over several services, and the next `up` takes them back.

The claims are told in the order of one life, on one emulated AWS: each begins where the one above it ended.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pulumi
import pulumi_aws as aws
import pytest

from privatelink_ingress import tokens as t
from privatelink_ingress.stackfiles import exports
from privatelink_ingress.trace.states import surroundings
from privatelink_ingress.trace.states.load import load
from tests.support.engine import REGION, Stack, World
from tests.support.engine_edge import connection, edge, publish
from tests.support.engine_traffic import EDGE_ACCOUNT

UPDATED = [
    "update BucketPublicAccessBlock edge-logs",
    "update DefaultSecurityGroup edge-network-default",
    "update ListenerRule shop-exact-host-any-path-0",
    "update LoadBalancer edge",
    "update LogGroup edge-network-flow-logs",
    "update TargetGroup shop-0-http-80",
    "update Vpc edge-network",
]
NAME = "shop-shop.example.com"


@pytest.fixture(scope="module")
def stack(world: World) -> Stack:
    made = edge(world, shop=connection("shop", 0, {"service": publish(world, "shop")}))
    made.up()
    return made


@pytest.fixture(scope="module")
def client(world: World) -> Callable[[str], Any]:
    return world.cloud.session(EDGE_ACCOUNT, REGION).client


def id_of(stack: Stack, type_: str, name: str) -> str:
    """The id of a resource in the state."""
    [found] = [urn for urn in stack.resources() if urn.endswith(f"{type_}::{name}")]
    return stack.resources()[found]["id"]


@pytest.fixture(scope="module")
def drifted(stack: Stack, client: Callable[[str], Any]) -> Stack:
    """Somebody changes seven resources in the console, and deletes an eighth."""
    ec2, elb, route53 = client("ec2"), client("elbv2"), client("route53")
    ec2.create_tags(Resources=[id_of(stack, t.VPC, "edge-network")], Tags=[{"Key": "Added", "Value": "by hand"}])
    group = id_of(stack, t.DEFAULT_SECURITY_GROUP, "edge-network-default")
    ec2.authorize_security_group_ingress(GroupId=group, IpProtocol="tcp", FromPort=22, ToPort=22, CidrIp="0.0.0.0/0")
    target_group = id_of(stack, t.TARGET_GROUP, "shop-0-http-80")
    elb.modify_target_group(TargetGroupArn=target_group, HealthCheckPath="/by-hand")
    attribute = {"Key": "routing.http.drop_invalid_header_fields.enabled", "Value": "false"}
    balancer = id_of(stack, t.LOAD_BALANCER, "edge")
    elb.modify_load_balancer_attributes(LoadBalancerArn=balancer, Attributes=[attribute])
    rule = id_of(stack, t.LISTENER_RULE, "shop-exact-host-any-path-0")
    elb.set_rule_priorities(RulePriorities=[{"RuleArn": rule, "Priority": 49999}])
    client("logs").delete_retention_policy(logGroupName=id_of(stack, t.LOG_GROUP, "edge-network-flow-logs"))
    client("s3").put_public_access_block(
        Bucket=id_of(stack, t.BUCKET_PUBLIC_ACCESS, "edge-logs"),
        PublicAccessBlockConfiguration={"BlockPublicAcls": False, "BlockPublicPolicy": True},
    )
    zone_id, _, _ = id_of(stack, t.DNS_RECORD, NAME).partition("_")
    [record] = [
        each
        for each in route53.list_resource_record_sets(HostedZoneId=zone_id)["ResourceRecordSets"]
        if each["Name"] == "shop.example.com."
    ]
    changes = [{"Action": "DELETE", "ResourceRecordSet": record}]
    route53.change_resource_record_sets(HostedZoneId=zone_id, ChangeBatch={"Changes": changes})
    return stack


def test_without_a_refresh_the_engine_knows_nothing_of_it(drifted):
    assert drifted.preview().shown() == []


def test_a_preview_with_a_refresh_shows_what_it_would_take_back(drifted):
    result = drifted.preview(refresh=True)
    assert [step for step in UPDATED if step not in result.shown()] == []
    assert f"create Record {NAME}" in result.shown()


def test_a_refresh_records_what_aws_has(drifted):
    assert drifted.refresh().shown() == [f"delete Record {NAME}", *UPDATED]


def test_the_refreshed_state_tells_it_to_those_who_read_states(drifted):
    export = exports.parse({"deployment": drifted.state()}, source="edge", failed="")
    topology, [attributes] = load([export]), surroundings.load([export]).attributes.values()
    [balancer] = topology.load_balancers.values()
    assert attributes["routing.http.drop_invalid_header_fields.enabled"] == "false"
    assert [one.name for one in topology.aliases] == []
    assert 49999 in [rule.priority for listener in balancer.listeners for rule in listener.rules]


def test_the_next_up_takes_back_that_and_nothing_else(drifted):
    assert drifted.up().shown() == [f"create Record {NAME}", *UPDATED]


def test_then_aws_is_as_the_program_wants_it(drifted, client):
    group = client("elbv2").describe_target_groups(TargetGroupArns=[id_of(drifted, t.TARGET_GROUP, "shop-0-http-80")])
    assert group["TargetGroups"][0]["HealthCheckPath"] != "/by-hand"
    assert drifted.refresh().shown() == []
    assert drifted.up().shown() == []


@pytest.fixture(scope="module")
def extended(drifted: Stack, client: Callable[[str], Any]) -> Stack:
    """Somebody adds to what the program does not mention: in four of its resources, and beside a fifth."""
    ec2, elb, s3 = client("ec2"), client("elbv2"), client("s3")
    rule = id_of(drifted, t.LISTENER_RULE, "shop-exact-host-any-path-0")
    [described] = elb.describe_rules(RuleArns=[rule])["Rules"]
    action = {key: described["Actions"][-1][key] for key in ("Type", "ForwardConfig")}
    action["ForwardConfig"]["TargetGroupStickinessConfig"] = {"Enabled": True, "DurationSeconds": 60}
    elb.modify_rule(RuleArn=rule, Actions=[action])
    attribute = {"Key": "slow_start.duration_seconds", "Value": "30"}
    elb.modify_target_group_attributes(
        TargetGroupArn=id_of(drifted, t.TARGET_GROUP, "shop-0-http-80"), Attributes=[attribute]
    )
    bucket = {"Bucket": id_of(drifted, t.BUCKET_LIFECYCLE, "edge-logs")}
    rules = s3.get_bucket_lifecycle_configuration(**bucket)["Rules"]
    rules[0]["Transitions"] = [{"Days": 30, "StorageClass": "GLACIER"}]
    s3.put_bucket_lifecycle_configuration(**bucket, LifecycleConfiguration={"Rules": rules})
    boundary = "arn:aws:iam::aws:policy/ReadOnlyAccess"
    role = id_of(drifted, t.ROLE, "edge-network-flow-logs")
    client("iam").put_role_permissions_boundary(RoleName=role, PermissionsBoundary=boundary)
    group = id_of(drifted, t.SECURITY_GROUP, "edge-load-balancer")
    ec2.authorize_security_group_ingress(GroupId=group, IpProtocol="tcp", FromPort=22, ToPort=22, CidrIp="0.0.0.0/0")
    return drifted


EXTENDED = [
    "update BucketLifecycleConfiguration edge-logs",
    "update ListenerRule shop-exact-host-any-path-0",
    "update Role edge-network-flow-logs",
    "update TargetGroup shop-0-http-80",
]
"""Not the security group: its rules are resources of their own, and the provider does not look for others."""


def test_what_the_program_does_not_mention_is_drift_as_well(extended):
    assert extended.preview(refresh=True).shown() == EXTENDED


def test_a_refresh_keeps_it_and_the_next_up_takes_it_back(extended):
    assert extended.refresh().shown() == EXTENDED
    assert extended.up().shown() == EXTENDED
    assert extended.refresh().shown() == []
    assert extended.up().shown() == []


def test_a_rule_beside_the_program_s_stays(extended, client):
    group = id_of(extended, t.SECURITY_GROUP, "edge-load-balancer")
    [described] = client("ec2").describe_security_groups(GroupIds=[group])["SecurityGroups"]
    assert 22 in [each["FromPort"] for each in described["IpPermissions"]]


def test_an_input_that_the_provider_refuses_fails_in_the_preview(world):
    def program() -> None:
        group = aws.lb.TargetGroup("group", name="a" * 33, port=80, protocol="HTTP", vpc_id="vpc-1")
        pulumi.export("arn", group.arn)

    failed = world.stack(program, name="refused", config={"aws:region": REGION}).failing("preview")
    reason = "\"name\" cannot be longer than 32 characters. Examine values at 'group.name'."
    # Beside it, the engine sometimes says that it stops.
    assert f"aws:lb/targetGroup:TargetGroup resource 'group' has a problem: {reason}" in failed.errors
