"""Connection notifications of the emulated AWS: kept, and only for topics that PrivateLink may publish to."""

from __future__ import annotations

import json
from typing import Any

import pytest

from privatelink_ingress.local.adapters.table import adapter_for
from tests.support.edge_world import balancer, network

NOTIFICATION = "aws:ec2/vpcEndpointConnectionNotification:VpcEndpointConnectionNotification"
STATEMENT = {"Effect": "Allow", "Principal": {"Service": "vpce.amazonaws.com"}, "Action": "SNS:Publish"}


@pytest.fixture
def service_id(workload: Any) -> str:
    arn = balancer(workload, network(workload), Type="network", Scheme="internal")["LoadBalancerArn"]
    made = workload.client("ec2").create_vpc_endpoint_service_configuration(NetworkLoadBalancerArns=[arn])
    return made["ServiceConfiguration"]["ServiceId"]


def topic(session: Any, **over: Any) -> str:
    arn = session.client("sns").create_topic(Name="connections")["TopicArn"]
    policy = json.dumps({"Version": "2012-10-17", "Statement": [{**STATEMENT, "Resource": arn, **over}]})
    session.client("sns").set_topic_attributes(TopicArn=arn, AttributeName="Policy", AttributeValue=policy)
    return arn


def notify(session: Any, service_id: str, arn: str, events: tuple[str, ...] = ("Connect", "Accept")) -> dict[str, Any]:
    return session.client("ec2").create_vpc_endpoint_connection_notification(
        ServiceId=service_id, ConnectionNotificationArn=arn, ConnectionEvents=events
    )["ConnectionNotification"]


def listed(session: Any) -> list[dict[str, Any]]:
    return session.client("ec2").describe_vpc_endpoint_connection_notifications()["ConnectionNotificationSet"]


def test_a_notification_is_kept_changed_and_deleted(workload: Any, service_id: str):
    ec2, arn = workload.client("ec2"), topic(workload)
    made = notify(workload, service_id, arn)
    assert made["ConnectionNotificationId"].startswith("vpce-nfn-")
    assert (made["ServiceId"], made["ConnectionEvents"]) == (service_id, ["Accept", "Connect"])
    which = {"ConnectionNotificationId": made["ConnectionNotificationId"]}
    ec2.modify_vpc_endpoint_connection_notification(**which, ConnectionEvents=["Reject"])
    assert [(one["ConnectionNotificationArn"], one["ConnectionEvents"]) for one in listed(workload)] == [
        (arn, ["Reject"])
    ]
    ids = [made["ConnectionNotificationId"]]
    assert ec2.delete_vpc_endpoint_connection_notifications(ConnectionNotificationIds=ids).get("Unsuccessful", []) == []
    (failed,) = ec2.delete_vpc_endpoint_connection_notifications(ConnectionNotificationIds=ids)["Unsuccessful"]
    assert (failed["Error"]["Code"], listed(workload)) == ("InvalidConnectionNotification", [])


def test_a_topic_has_to_exist_and_to_let_privatelink_publish(workload: Any, service_id: str, refused: Any):
    create = workload.client("ec2").create_vpc_endpoint_connection_notification
    asked = {"ServiceId": service_id, "ConnectionEvents": ["Connect"]}
    missing = "arn:aws:sns:eu-west-1:111111111111:missing"
    assert "does not exist" in refused("InvalidParameter", create, **asked, ConnectionNotificationArn=missing)
    for shut in ({"Effect": "Deny"}, {"Principal": {"Service": "events.amazonaws.com"}}, {"Action": "SNS:Subscribe"}):
        arn = topic(workload, **shut)
        message = refused("InvalidParameter", create, **asked, ConnectionNotificationArn=arn)
        assert "does not let vpce.amazonaws.com publish" in message


def test_a_service_of_another_account_is_not_there(edge: Any, service_id: str, refused: Any):
    asked = {"ConnectionNotificationArn": topic(edge), "ConnectionEvents": ["Connect"]}
    create = edge.client("ec2").create_vpc_endpoint_connection_notification
    refused("InvalidVpcEndpointService.NotFound", create, ServiceId=service_id, **asked)


def test_the_resource_of_pulumi_becomes_a_notification(workload: Any, service_id: str):
    adapter, arn = adapter_for(NOTIFICATION), topic(workload)
    inputs = {
        "vpcEndpointServiceId": service_id,
        "connectionNotificationArn": arn,
        "connectionEvents": ["Accept", "Reject"],
    }
    made = adapter.create(workload, inputs)
    assert made.outputs == {"notificationType": "Topic", "state": "Enabled"}
    (kept,) = listed(workload)
    assert (kept["ConnectionNotificationId"], kept["ConnectionEvents"]) == (made.id, ["Accept", "Reject"])
    adapter.delete(workload, made.id, inputs | made.outputs)
    assert listed(workload) == []
