"""Alarms of the edge as they are registered, the topic that they notify, and the contract that attached stacks read."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from pulumi import RunError

from privatelink_ingress.local.engine.monitor import StackOutputs
from privatelink_ingress.local.engine.runner import StackRun
from privatelink_ingress.local.iam_policies import Policies, Request
from tests.support.edge_services import id_of, named
from tests.support.programs import REPOSITORY, published_outputs

ALARM, TOPIC = "aws:cloudwatch/metricAlarm:MetricAlarm", "aws:sns/topic:Topic"
BALANCER, GROUP = "aws:lb/loadBalancer:LoadBalancer", "aws:lb/targetGroup:TargetGroup"
ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint"
TOPIC_ARN = "arn:aws:sns:eu-west-1:222222222222:central-ingress-prod-alarms"
OTHER_TOPIC = "arn:aws:sns:eu-west-1:222222222222:team-blog"
SHARD = "organization/central-ingress/prod"

Run = Callable[..., StackRun]


@pytest.fixture
def edge(edge_run: Run, connections: dict[str, Any]) -> StackRun:
    return edge_run(connections={"shop": connections["shop"]})


def suffix(arn: str, start: str) -> str:
    return arn.partition(start)[2]


def test_an_alarm_watches_the_target_group_that_the_stack_creates(edge: StackRun):
    balancer = suffix(edge.only(BALANCER).outputs["arn"], ":loadbalancer/")
    group = edge.only(GROUP).outputs["arn"].rpartition(":")[2]
    of_zone = named(edge, ALARM, "shop-unhealthy-0-euw1-az2").inputs
    assert of_zone["dimensions"] == {
        "AvailabilityZone": "eu-west-1b",
        "LoadBalancer": balancer,
        "TargetGroup": group,
    }
    assert {key: of_zone[key] for key in ("name", "metricName", "statistic", "period", "treatMissingData")} == {
        "name": "central-ingress/prod/shop/unhealthy-0-euw1-az2",
        "metricName": "UnHealthyHostCount",
        "statistic": "Maximum",
        "period": 60,
        "treatMissingData": "notBreaching",
    }
    errors = named(edge, ALARM, "shop-errors-0").inputs["metricQueries"]
    assert [query.get("returnData", False) for query in errors] == [True, False, False]
    assert errors[1]["metric"]["dimensions"] == {"LoadBalancer": balancer, "TargetGroup": group}


def test_an_alarm_watches_the_endpoint_that_the_stack_creates(edge: StackRun):
    endpoint = edge.only(ENDPOINT)
    assert named(edge, ALARM, "shop-dropped-0").inputs["dimensions"] == {
        "Endpoint Type": "Interface",
        "Service Name": endpoint.inputs["serviceName"],
        "VPC Endpoint Id": endpoint.id,
        "VPC Id": id_of(edge, "aws:ec2/vpc:Vpc", "edge-network"),
    }


def test_a_percentile_says_nothing_while_there_are_too_few_requests(edge: StackRun):
    latency = named(edge, ALARM, "shop-latency-0").inputs
    assert (latency["extendedStatistic"], latency["evaluateLowSampleCountPercentiles"]) == ("p99", "ignore")
    assert "statistic" not in latency


def test_the_alarm_of_a_certificate_watches_the_one_that_the_listener_has(edge: StackRun):
    certificate = edge.only("aws:acm/certificate:Certificate")
    assert named(edge, ALARM, "edge-expiry-example.com").inputs["dimensions"] == {"CertificateArn": certificate.id}


def test_every_alarm_notifies_the_topic_when_it_fires_and_when_all_is_well_again(edge: StackRun):
    alarms = edge.of_type(ALARM)
    assert {(*alarm.inputs["alarmActions"], *alarm.inputs["okActions"]) for alarm in alarms} == {(TOPIC_ARN, TOPIC_ARN)}
    assert all(edge.only(TOPIC).urn in alarm.depends_on for alarm in alarms)


def test_every_alarm_names_a_runbook_that_is_there(edge: StackRun):
    for alarm in edge.of_type(ALARM):
        runbook = alarm.inputs["alarmDescription"].rpartition("Runbook: ")[2]
        assert (REPOSITORY / runbook).is_file(), alarm.name


def test_alarms_of_a_connection_carry_its_owner(edge: StackRun):
    tags = named(edge, ALARM, "shop-latency-0").inputs["tags"]
    assert (tags["Owner"], tags["Connection"]) == ("team-shop", "shop")


def test_without_the_setting_there_is_neither_alarm_nor_topic(edge_run: Run):
    quiet = edge_run(alarms=None)
    assert [*quiet.of_type(ALARM), *quiet.of_type(TOPIC)] == []
    assert "alarm_topic_arn" not in quiet.exports


def test_an_existing_topic_is_notified_and_none_created(edge_run: Run):
    run = edge_run(alarms={"enabled": True, "topicArn": OTHER_TOPIC})
    assert list(run.of_type(TOPIC)) == []
    assert {tuple(alarm.inputs["alarmActions"]) for alarm in run.of_type(ALARM)} == {(OTHER_TOPIC,)}


def publishing(alarm: str, account: str = "222222222222") -> dict[str, str | list[str]]:
    return {"aws:SourceArn": alarm, "aws:SourceAccount": account, "aws:SecureTransport": "true"}


def test_the_topic_takes_messages_of_this_projects_alarms_in_this_account_and_of_nothing_else(edge: StackRun):
    document = json.loads(edge.only(TOPIC).inputs["policy"])
    allow, deny = document["Statement"]
    assert allow.pop("Principal") == {"Service": "cloudwatch.amazonaws.com"}
    assert (deny["Effect"], deny["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})
    policy = Policies(json.dumps({"Statement": [allow]}))
    prefix = "arn:aws:cloudwatch:eu-west-1:222222222222:alarm:"
    for name in ("central-ingress/prod/balancer-errors", "central-ingress/prod-blog/blog/latency-0"):
        assert policy.allow(Request("sns:Publish", TOPIC_ARN, publishing(prefix + name)))
    for context in (
        publishing(f"{prefix}other"),
        publishing(f"{prefix}central-ingress-2/prod/errors"),
        publishing("arn:aws:cloudwatch:eu-west-1:333333333333:alarm:central-ingress/prod/a", "333333333333"),
        publishing("arn:aws:cloudwatch:us-east-1:222222222222:alarm:central-ingress/prod/a"),
        {},
    ):
        assert not policy.allow(Request("sns:Publish", TOPIC_ARN, context))
    assert not policy.allow(Request("sns:Subscribe", TOPIC_ARN, publishing(f"{prefix}central-ingress/prod/a")))


def test_the_key_of_the_document_admits_the_alarms_of_the_topic_and_no_others():
    text = (REPOSITORY / "docs/alarms.md").read_text()
    document = json.loads(text.partition("```json\n")[2].partition("```")[0])
    account, use = document["Statement"]
    assert account["Principal"] == {"AWS": "arn:aws:iam::222222222222:root"}
    assert use.pop("Principal") == {"Service": "cloudwatch.amazonaws.com"}
    policy = Policies(json.dumps({"Statement": [use]}))
    ours = publishing("arn:aws:cloudwatch:eu-west-1:222222222222:alarm:central-ingress/prod/blocked")
    assert policy.refused(Request(action, "*", ours) for action in ("kms:Decrypt", "kms:GenerateDataKey")) == []
    foreign = publishing("arn:aws:cloudwatch:eu-west-1:333333333333:alarm:central-ingress/prod/blocked", "333333333333")
    assert not policy.allow(Request("kms:Decrypt", "*", foreign))


def test_an_attached_stack_notifies_its_shards_topic(attached_run: Run, shard: StackOutputs):
    run = attached_run()
    assert [alarm.name for alarm in run.of_type(ALARM)] == sorted(
        ["blog-dropped-0", "blog-errors-0", "blog-latency-0"]
        + [f"blog-unhealthy-0-{zone}" for zone in ("euw1-az1", "euw1-az2", "euw1-az3")]
    )
    assert {tuple(alarm.inputs["alarmActions"]) for alarm in run.of_type(ALARM)} == {(TOPIC_ARN,)}
    dimensions = named(run, ALARM, "blog-unhealthy-0-euw1-az1").inputs["dimensions"]
    assert dimensions["AvailabilityZone"] == shard.values["zone_names"]["euw1-az1"]
    assert dimensions["LoadBalancer"] == "/".join(shard.values["listener_arn"].split("/")[1:-1])


def test_an_attached_stack_may_leave_alarms_out_or_notify_another_topic(attached_run: Run):
    assert list(attached_run(alarms={"enabled": False}).of_type(ALARM)) == []
    other = attached_run(alarms={"topicArn": OTHER_TOPIC})
    assert {tuple(alarm.inputs["alarmActions"]) for alarm in other.of_type(ALARM)} == {(OTHER_TOPIC,)}


def without(shard: StackOutputs, *keys: str) -> dict[str, StackOutputs]:
    return published_outputs() | {
        SHARD: StackOutputs({key: value for key, value in shard.values.items() if key not in keys})
    }


def test_a_stack_attached_to_a_shard_without_alarms_has_none_unless_it_names_a_topic(
    attached_run: Run, shard: StackOutputs
):
    quiet = without(shard, "alarm_topic_arn")
    assert list(attached_run(stacks=quiet).of_type(ALARM)) == []
    own = attached_run(stacks=quiet, alarms={"enabled": True, "topicArn": OTHER_TOPIC})
    assert {tuple(alarm.inputs["alarmActions"]) for alarm in own.of_type(ALARM)} == {(OTHER_TOPIC,)}


@pytest.mark.parametrize(
    ("missing", "alarms", "reason"),
    [
        (
            ("alarm_topic_arn",),
            {"enabled": True},
            "is true, but stack prod has no alarms, and so no topic that alarms of this stack could notify",
        ),
        (
            ("alarm_topic_arn", "zone_names"),
            {"enabled": True, "topicArn": OTHER_TOPIC},
            "is true, but stack prod was deployed by a release that does not publish the names of its zones",
        ),
    ],
    ids=["no topic", "older release"],
)
def test_alarms_that_the_shard_cannot_support_are_refused_before_anything_is_registered(
    attached_run: Run, shard: StackOutputs, missing: tuple[str, ...], alarms: dict[str, Any], reason: str
):
    with pytest.raises(RunError) as caught:
        attached_run(stacks=without(shard, *missing), alarms=alarms)
    assert f"alarms.enabled: {reason}" in str(caught.value)
