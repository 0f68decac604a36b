"""Attributes of load balancers, and the buckets that their logs may go to."""

from __future__ import annotations

import json
from typing import Any

import pytest

from privatelink_ingress.local.cloud.session import Session
from tests.support.edge_world import balancer, bucket, bucket_policy, network, refused


def set_attributes(session: Session, arn: str, attributes: dict[str, str]) -> None:
    pairs = [{"Key": key, "Value": value} for key, value in attributes.items()]
    session.client("elbv2").modify_load_balancer_attributes(LoadBalancerArn=arn, Attributes=pairs)


def log_to(session: Session, arn: str, bucket: str, prefix: str = "edge", logs: str = "access_logs") -> None:
    given = {"enabled": "true", "bucket": bucket, "prefix": prefix}
    set_attributes(session, arn, {f"{logs}.s3.{key}": value for key, value in given.items()})


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("idle_timeout.timeout_seconds", "99999"),
        ("deletion_protection.enabled", "maybe"),
        ("routing.http.desync_mitigation_mode", "strict"),
        ("client_keep_alive.seconds", "59"),
        ("load_balancing.cross_zone.enabled", "false"),
        ("dns_record.client_routing_policy", "any_availability_zone"),
        ("foo.bar", "1"),
    ],
)
def test_an_attribute_that_does_not_fit_is_refused(edge: Session, key: str, value: str) -> None:
    arn = balancer(edge, network(edge))["LoadBalancerArn"]
    with refused("InvalidConfigurationRequest", key):
        set_attributes(edge, arn, {key: value})


def test_defaults_are_those_of_the_type(edge: Session) -> None:
    place, elb = network(edge), edge.client("elbv2")
    front, inner = balancer(edge, place), balancer(edge, place, "inner", Type="network", Scheme="internal")

    def attributes(arn: str) -> dict[str, str]:
        found = elb.describe_load_balancer_attributes(LoadBalancerArn=arn)["Attributes"]
        return {attribute["Key"]: attribute["Value"] for attribute in found}

    application, networked = attributes(front["LoadBalancerArn"]), attributes(inner["LoadBalancerArn"])
    assert application["idle_timeout.timeout_seconds"] == "60"
    assert application["load_balancing.cross_zone.enabled"] == "true"
    assert networked["load_balancing.cross_zone.enabled"] == "false"
    assert "idle_timeout.timeout_seconds" not in networked


@pytest.mark.parametrize("logs", ["access_logs", "connection_logs", "health_check_logs"])
def test_logs_need_a_bucket_that_exists_and_lets_them_in(edge: Session, logs: str) -> None:
    arn = balancer(edge, network(edge))["LoadBalancerArn"]
    with refused("InvalidConfigurationRequest", "does not exist"):
        log_to(edge, arn, "edge-logs", logs=logs)
    name = bucket(edge)
    with refused("InvalidConfigurationRequest", "Access Denied for bucket: edge-logs"):
        log_to(edge, arn, name, logs=logs)
    policy = bucket_policy(name, "edge/AWSLogs/222222222222/*")
    edge.client("s3").put_bucket_policy(Bucket=name, Policy=policy)
    log_to(edge, arn, name, logs=logs)


@pytest.mark.parametrize(
    "resource",
    ["AWSLogs/222222222222/*", "other/AWSLogs/222222222222/*", "edge/AWSLogs/111111111111/*", "edge/*.log"],
)
def test_a_policy_for_another_place_does_not_let_logs_in(edge: Session, resource: str) -> None:
    arn, name = balancer(edge, network(edge))["LoadBalancerArn"], bucket(edge)
    edge.client("s3").put_bucket_policy(Bucket=name, Policy=bucket_policy(name, resource))
    with refused("InvalidConfigurationRequest", "Access Denied for bucket"):
        log_to(edge, arn, name)


@pytest.mark.parametrize(
    "over",
    [
        {"Principal": {"Service": "delivery.logs.amazonaws.com"}},
        {"Action": "s3:GetObject"},
        {"Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:elasticloadbalancing:eu-west-1:111111111111:*"}}},
        {"Condition": {"StringEquals": {"aws:SourceAccount": "111111111111"}}},
    ],
    ids=["principal", "action", "source ARN", "source account"],
)
def test_a_policy_for_another_principal_does_not_let_logs_in(edge: Session, over: dict[str, Any]) -> None:
    arn, name = balancer(edge, network(edge))["LoadBalancerArn"], bucket(edge)
    policy = bucket_policy(name, "edge/AWSLogs/222222222222/*", **over)
    edge.client("s3").put_bucket_policy(Bucket=name, Policy=policy)
    with refused("InvalidConfigurationRequest", "Access Denied for bucket"):
        log_to(edge, arn, name)


def test_a_policy_with_tls_only_and_source_conditions_lets_logs_in(edge: Session) -> None:
    arn, name = balancer(edge, network(edge))["LoadBalancerArn"], bucket(edge)
    source = "arn:aws:elasticloadbalancing:eu-west-1:222222222222:loadbalancer/*"
    allow = json.loads(
        bucket_policy(name, "edge/AWSLogs/222222222222/*", Condition={"ArnLike": {"aws:SourceArn": source}})
    )["Statement"]
    tls = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [f"arn:aws:s3:::{name}", f"arn:aws:s3:::{name}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    edge.client("s3").put_bucket_policy(Bucket=name, Policy=json.dumps({"Statement": [*allow, tls]}))
    log_to(edge, arn, name)
    found = edge.client("elbv2").describe_load_balancer_attributes(LoadBalancerArn=arn)["Attributes"]
    assert {"Key": "access_logs.s3.enabled", "Value": "true"} in found


def test_a_deny_that_applies_keeps_logs_out(edge: Session) -> None:
    arn, name = balancer(edge, network(edge))["LoadBalancerArn"], bucket(edge)
    statements = json.loads(bucket_policy(name, "edge/AWSLogs/222222222222/*"))["Statement"]
    deny = {"Effect": "Deny", "Principal": "*", "Action": "s3:Put*", "Resource": f"arn:aws:s3:::{name}/*"}
    edge.client("s3").put_bucket_policy(Bucket=name, Policy=json.dumps({"Statement": [*statements, deny]}))
    with refused("InvalidConfigurationRequest", "Access Denied for bucket"):
        log_to(edge, arn, name)


def test_logs_do_not_go_to_a_bucket_of_another_region_or_with_a_kms_key(edge: Session, cloud) -> None:
    arn = balancer(edge, network(edge))["LoadBalancerArn"]
    far = bucket(cloud.session("222222222222", "eu-central-1"), "far-logs")
    with refused("InvalidConfigurationRequest", "is in eu-central-1"):
        log_to(edge, arn, far)
    near, s3 = bucket(edge), edge.client("s3")
    s3.put_bucket_policy(Bucket=near, Policy=bucket_policy(near, "edge/AWSLogs/222222222222/*"))
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}
    s3.put_bucket_encryption(Bucket=near, ServerSideEncryptionConfiguration={"Rules": [rule]})
    with refused("InvalidConfigurationRequest", "Access Denied for bucket"):
        log_to(edge, arn, near)
