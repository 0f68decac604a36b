"""Target groups of the emulated AWS: types, ports, attributes, and targets that exist."""

from __future__ import annotations

from typing import Any

import pytest

from privatelink_ingress.local.cloud.session import Session
from tests.support.edge_world import network, refused, target_group


def register(session: Session, arn: str, **target: Any) -> None:
    session.client("elbv2").register_targets(TargetGroupArn=arn, Targets=[target])


@pytest.mark.parametrize(
    "over",
    [{"TargetType": "foo"}, {"Port": 99999}, {"HealthCheckPort": "99999"}],
    ids=["type", "port", "health check port"],
)
def test_types_and_ports_are_checked(edge: Session, over: dict[str, Any]) -> None:
    place = network(edge)
    with refused("ValidationError", str(next(iter(over.values())))):
        target_group(edge, place, **over)


@pytest.mark.parametrize(("key", "value"), [("foo.bar", "1"), ("slow_start.duration_seconds", "901")])
def test_attributes_are_checked(edge: Session, key: str, value: str) -> None:
    arn = target_group(edge, network(edge))
    with refused("ValidationError", key):
        edge.client("elbv2").modify_target_group_attributes(
            TargetGroupArn=arn, Attributes=[{"Key": key, "Value": value}]
        )


def test_an_address_is_in_the_vpc_or_private_with_zone_all(edge: Session) -> None:
    arn = target_group(edge, network(edge))
    register(edge, arn, Id="10.12.0.20", Port=80)
    register(edge, arn, Id="10.99.0.20", Port=80, AvailabilityZone="all")
    with refused("ValidationError", "'all'"):
        register(edge, arn, Id="10.99.0.21", Port=80)
    with refused("ValidationError", "not private"):
        register(edge, arn, Id="8.8.8.8", Port=80, AvailabilityZone="all")
    with refused("ValidationError", "not a valid IP address"):
        register(edge, arn, Id="i-0123456789abcdef0")


def test_an_instance_exists_and_is_in_the_vpc(edge: Session) -> None:
    place, other, ec2 = network(edge), network(edge, second_octet=13), edge.client("ec2")
    arn = target_group(edge, place, TargetType="instance")

    def instance(subnet: str) -> str:
        made = ec2.run_instances(ImageId="ami-0123456789abcdef0", MinCount=1, MaxCount=1, SubnetId=subnet)
        return made["Instances"][0]["InstanceId"]

    with refused("InvalidTarget", "i-0123456789abcdef0"):
        register(edge, arn, Id="i-0123456789abcdef0")
    with refused("InvalidTarget", "not in the target group VPC"):
        register(edge, arn, Id=instance(other.subnets[0]))
    register(edge, arn, Id=instance(place.subnets[0]))
    assert len(edge.client("elbv2").describe_target_health(TargetGroupArn=arn)["TargetHealthDescriptions"]) == 1


def test_a_target_that_is_not_registered_is_deregistered_without_an_error(edge: Session) -> None:
    arn, elbv2 = target_group(edge, network(edge)), edge.client("elbv2")
    register(edge, arn, Id="10.12.0.20", Port=80)
    for _ in range(2):
        elbv2.deregister_targets(TargetGroupArn=arn, Targets=[{"Id": "10.12.0.20"}, {"Id": "10.12.0.21"}])
    assert elbv2.describe_target_health(TargetGroupArn=arn)["TargetHealthDescriptions"] == []
