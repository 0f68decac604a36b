"""Who is told of connections to a published service."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import ValidationError

from privatelink_ingress.plan.workload.notifications import NotificationsPlan, plan_notifications
from privatelink_ingress.problems import UserError
from privatelink_ingress.settings.workload.publication import Notifications

TOPIC = "arn:aws:sns:eu-west-1:111111111111:connections"


def settings(topic: str = TOPIC, **keys: Any) -> Notifications:
    return Notifications.model_validate_json(json.dumps({"topicArn": topic, **keys}))


def test_every_event_is_notified_unless_some_are_chosen():
    all_of_them = plan_notifications(settings(), account_id="111111111111", region="eu-west-1")
    some = plan_notifications(settings(events=["Reject", "Accept"]), account_id="111111111111", region="eu-west-1")
    assert all_of_them == NotificationsPlan(topic_arn=TOPIC, events=("Accept", "Connect", "Delete", "Reject"))
    assert some == NotificationsPlan(topic_arn=TOPIC, events=("Accept", "Reject"))


def test_without_a_topic_there_are_no_notifications():
    assert plan_notifications(None, account_id="111111111111", region="eu-west-1") is None


@pytest.mark.parametrize(
    ("account_id", "region", "there"),
    [
        ("222222222222", "eu-west-1", "222222222222, eu-west-1"),
        ("111111111111", "us-east-1", "111111111111, us-east-1"),
    ],
)
def test_a_topic_is_in_the_services_account_and_region(account_id: str, region: str, there: str):
    with pytest.raises(UserError) as refused:
        plan_notifications(settings(), account_id=account_id, region=region)
    assert str(refused.value) == (
        "The notification topic must be in the service's account and Region:\n"
        f"  publication.notifications.topicArn: is in account 111111111111, eu-west-1, but the service is in {there}\n"
        f"    Write a topic that is there as well: arn:aws:sns:{region}:{account_id}:connections."
    )


@pytest.mark.parametrize("keys", [{"events": []}, {"events": ["Accept", "Accept"]}, {"events": ["accept"]}])
def test_events_are_those_of_aws_each_once(keys: dict[str, Any]):
    with pytest.raises(ValidationError, match="events"):
        settings(**keys)


@pytest.mark.parametrize("topic", [f"{TOPIC}.fifo", "connections", "arn:aws:sqs:eu-west-1:111111111111:connections"])
def test_only_a_standard_topic_is_one(topic: str):
    with pytest.raises(ValidationError, match="the ARN of a standard SNS topic"):
        settings(topic)
