"""CloudWatch Logs of the emulated AWS: retention, policies, and the logs of load balancers."""

from __future__ import annotations

import json
from typing import Any

import pytest

from privatelink_ingress.local.cloud.session import Session
from tests.support.edge_world import balancer, network, refused

GROUP = "/edge/alb"
GROUP_ARN = f"arn:aws:logs:eu-west-1:222222222222:log-group:{GROUP}"


@pytest.mark.parametrize("name", ["bad name", "bad!", "bad*"])
def test_a_bad_log_group_name_is_refused(edge: Session, name: str) -> None:
    with refused("InvalidParameterException", "logGroupName"):
        edge.client("logs").create_log_group(logGroupName=name)


def test_a_log_group_needs_a_key_that_exists(edge: Session) -> None:
    key = "arn:aws:kms:eu-west-1:222222222222:key/00000000-0000-0000-0000-000000000000"
    with refused("InvalidParameterException", key):
        edge.client("logs").create_log_group(logGroupName=GROUP, kmsKeyId=key)


def test_the_key_of_a_log_group_admits_the_service(edge: Session) -> None:
    statement = {"Effect": "Allow", "Action": "kms:*", "Resource": "*"}
    admins = statement | {"Principal": {"AWS": "arn:aws:iam::222222222222:root"}}
    service = statement | {"Principal": {"Service": "logs.eu-west-1.amazonaws.com"}}
    kms, logs = edge.client("kms"), edge.client("logs")
    closed, open_ = (
        kms.create_key(Policy=json.dumps({"Version": "2012-10-17", "Statement": statements}))["KeyMetadata"]["Arn"]
        for statements in ([admins], [admins, service])
    )
    with refused("InvalidParameterException", closed):
        logs.create_log_group(logGroupName=GROUP, kmsKeyId=closed)
    logs.create_log_group(logGroupName=GROUP, kmsKeyId=open_)
    with refused("InvalidParameterException", closed):
        logs.associate_kms_key(logGroupName=GROUP, kmsKeyId=closed)
    assert logs.describe_log_groups()["logGroups"][0]["kmsKeyId"] == open_
    logs.disassociate_kms_key(logGroupName=GROUP)
    assert "kmsKeyId" not in logs.describe_log_groups()["logGroups"][0]
    logs.associate_kms_key(logGroupName=GROUP, kmsKeyId=open_)
    assert logs.describe_log_groups()["logGroups"][0]["kmsKeyId"] == open_


def test_retention_takes_the_values_of_the_list(edge: Session) -> None:
    logs = edge.client("logs")
    logs.create_log_group(logGroupName=GROUP)
    with refused("InvalidParameterException", "'31' at 'retentionInDays'"):
        logs.put_retention_policy(logGroupName=GROUP, retentionInDays=31)
    logs.put_retention_policy(logGroupName=GROUP, retentionInDays=90)
    assert logs.describe_log_groups()["logGroups"][0]["retentionInDays"] == 90


def test_a_resource_policy_is_json_and_a_region_has_ten(edge: Session) -> None:
    put = edge.client("logs").put_resource_policy
    with refused("InvalidParameterException", "Invalid policy document"):
        put(policyName="p", policyDocument="nope")
    for number in range(10):
        put(policyName=f"p{number}", policyDocument='{"Statement": [{}]}')
    put(policyName="p9", policyDocument='{"Statement": [{}]}')
    with refused("LimitExceededException"):
        put(policyName="p10", policyDocument='{"Statement": [{}]}')


def test_a_log_group_that_is_created_again_has_none_of_the_old_ones_tags(edge: Session) -> None:
    logs = edge.client("logs")
    logs.create_log_group(logGroupName=GROUP, tags={"Stack": "other"})
    logs.delete_log_group(logGroupName=GROUP)
    logs.create_log_group(logGroupName=GROUP)
    assert logs.list_tags_for_resource(resourceArn=GROUP_ARN)["tags"] == {}


def source(session: Session, arn: str, log_type: str, name: str = "access") -> dict[str, Any]:
    made = session.client("logs").put_delivery_source(name=name, resourceArn=arn, logType=log_type)
    return made["deliverySource"]


def destination(session: Session) -> str:
    made = session.client("logs").put_delivery_destination(
        name="group", outputFormat="json", deliveryDestinationConfiguration={"destinationResourceArn": GROUP_ARN}
    )
    return made["deliveryDestination"]["arn"]


def test_a_balancer_delivers_its_logs_to_a_log_group(edge: Session) -> None:
    logs, arn = edge.client("logs"), balancer(edge, network(edge))["LoadBalancerArn"]
    logs.create_log_group(logGroupName=GROUP)
    for log_type in ("ALB_ACCESS_LOGS", "ALB_CONNECTION_LOGS", "ALB_HEALTH_CHECK_LOGS"):
        assert source(edge, arn, log_type, log_type)["service"] == "elasticloadbalancing"
    made = logs.create_delivery(deliverySourceName="ALB_ACCESS_LOGS", deliveryDestinationArn=destination(edge))
    delivery = made["delivery"]
    assert delivery["deliveryDestinationType"] == "CWL"
    with refused("ConflictException"):
        logs.delete_delivery_source(name="ALB_ACCESS_LOGS")
    with refused("ConflictException"):
        logs.delete_delivery_destination(name="group")
    logs.delete_delivery(id=delivery["id"])
    logs.delete_delivery_source(name="ALB_ACCESS_LOGS")
    logs.delete_delivery_destination(name="group")


def test_a_log_type_fits_the_type_of_balancer_and_is_delivered_once(edge: Session) -> None:
    arn = balancer(edge, network(edge))["LoadBalancerArn"]
    with refused("ValidationException", "NLB_ACCESS_LOGS"):
        source(edge, arn, "NLB_ACCESS_LOGS")
    with refused("ResourceNotFoundException"):
        source(edge, f"{arn}0", "ALB_ACCESS_LOGS")
    source(edge, arn, "ALB_ACCESS_LOGS")
    with refused("ConflictException"):
        source(edge, arn, "ALB_ACCESS_LOGS", "again")
    with refused("ConflictException"):
        source(edge, arn, "ALB_CONNECTION_LOGS", "access")


def test_a_delivery_destination_exists(edge: Session) -> None:
    with refused("ResourceNotFoundException", GROUP):
        destination(edge)
