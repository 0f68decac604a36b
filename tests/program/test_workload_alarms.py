"""Alarms of a workload as they are registered, the topic that they notify, and what its deployers may."""

from __future__ import annotations

import json

import pytest

from privatelink_ingress.local.engine.runner import StackRun
from privatelink_ingress.local.iam_policies import Policies, Request
from tests.support.adopted import adopting, in_existing_vpc
from tests.support.deployers import WORKLOAD, asker, of_duty
from tests.support.edge_services import named
from tests.support.programs import REPOSITORY, Run

ALARM, TOPIC = "aws:cloudwatch/metricAlarm:MetricAlarm", "aws:sns/topic:Topic"
BALANCER, GROUP = "aws:lb/loadBalancer:LoadBalancer", "aws:lb/targetGroup:TargetGroup"
SERVICE, LOG_GROUP = "aws:ec2/vpcEndpointService:VpcEndpointService", "aws:cloudwatch/logGroup:LogGroup"
ALARMS = {"enabled": True, "key": "alias/alarms"}
EVERYTHING = {"alarms": ALARMS, "podLogs": {"install": True}, "metrics": {"install": True}}
TOPIC_ARN = "arn:aws:sns:eu-west-1:111111111111:eks-service-shop-alarms"
OTHER_TOPIC = "arn:aws:sns:eu-west-1:111111111111:team-shop"


@pytest.fixture
def workload(workload_run: Run) -> StackRun:
    return workload_run(**EVERYTHING)


def balancer(run: StackRun) -> str:
    return run.only(BALANCER).outputs["arn"].partition(":loadbalancer/")[2]


def test_an_alarm_watches_the_load_balancer_that_the_stack_creates(workload: StackRun):
    of_zone = named(workload, ALARM, "shop-unhealthy-euw1-az2").inputs
    assert of_zone["dimensions"] == {
        "AvailabilityZone": "eu-west-1b",
        "LoadBalancer": balancer(workload),
        "TargetGroup": workload.only(GROUP).outputs["arn"].rpartition(":")[2],
    }
    assert {key: of_zone[key] for key in ("name", "metricName", "statistic", "period", "treatMissingData")} == {
        "name": "eks-service/shop/unhealthy-euw1-az2",
        "metricName": "UnHealthyHostCount",
        "statistic": "Maximum",
        "period": 60,
        "treatMissingData": "notBreaching",
    }
    assert named(workload, ALARM, "shop-port-errors").inputs["dimensions"] == {"LoadBalancer": balancer(workload)}


def test_an_alarm_watches_the_endpoint_service_and_the_groups_that_the_stack_creates(workload: StackRun):
    assert named(workload, ALARM, "shop-no-endpoint").inputs["dimensions"] == {"Service Id": workload.only(SERVICE).id}
    group = workload.only("aws:eks/nodeGroup:NodeGroup").outputs["resources"][0]["autoscalingGroups"][0]["name"]
    instances = named(workload, ALARM, "shop-instances-nodes").inputs
    assert instances["dimensions"] == {"AutoScalingGroupName": group}
    names = {one.name: one.outputs["name"] for one in workload.of_type(LOG_GROUP)}
    silent = {
        alarm.name: alarm.inputs["dimensions"]["LogGroupName"]
        for alarm in workload.of_type(ALARM)
        if "-silent-" in alarm.name
    }
    assert silent == {
        "shop-silent-flow-logs": names["shop-flow-logs"],
        "shop-silent-control-plane": "/aws/eks/shop/cluster",
        "shop-silent-pods": "/aws/containerinsights/shop/application",
        "shop-silent-metrics": "/aws/containerinsights/shop/performance",
    }
    assert set(silent.values()) <= set(names.values())


def test_every_alarm_notifies_the_topic_when_it_fires_and_when_all_is_well_again(workload: StackRun):
    alarms = workload.of_type(ALARM)
    assert {(*alarm.inputs["alarmActions"], *alarm.inputs["okActions"]) for alarm in alarms} == {(TOPIC_ARN, TOPIC_ARN)}
    assert all(workload.only(TOPIC).urn in alarm.depends_on for alarm in alarms)
    assert workload.only(TOPIC).inputs["kmsMasterKeyId"] == "alias/alarms"


def test_every_alarm_names_a_runbook_that_is_there(workload: StackRun):
    for alarm in workload.of_type(ALARM):
        runbook = alarm.inputs["alarmDescription"].rpartition("Runbook: ")[2]
        assert (REPOSITORY / runbook).is_file(), alarm.name


def test_alarms_change_nothing_else_and_are_kept_as_long_as_the_service_is_in_use(workload_run: Run):
    quiet, watched = workload_run(alarms=None), workload_run(alarms=ALARMS)
    before = {each.urn: each.inputs for each in quiet.registrations}
    after = {each.urn: each.inputs for each in watched.registrations}
    assert {urn for urn in before if after.get(urn) != before[urn]} == set()
    new = {each.urn for each in watched.registrations if each.urn not in before}
    assert {each.type for each in watched.registrations if each.urn in new} == {
        "privatelink-ingress:index:WorkloadAlarms",
        "privatelink-ingress:index:AlarmTopic",
        ALARM,
        TOPIC,
    }
    guard = watched.only("pulumi:index:Stash")
    assert {each.urn for each in watched.registrations if each.type in (ALARM, TOPIC)} <= set(guard.depends_on)


def test_an_existing_topic_is_notified_and_none_created(workload_run: Run):
    run = workload_run(alarms={"enabled": True, "topicArn": OTHER_TOPIC})
    assert list(run.of_type(TOPIC)) == []
    assert {tuple(alarm.inputs["alarmActions"]) for alarm in run.of_type(ALARM)} == {(OTHER_TOPIC,)}


def test_an_existing_cluster_and_an_existing_vpc_have_alarms_by_the_names_of_their_zones():
    for run in (adopting(alarms=ALARMS), in_existing_vpc(alarms=ALARMS)):
        zones = {
            alarm.name: alarm.inputs["dimensions"]["AvailabilityZone"]
            for alarm in run.of_type(ALARM)
            if "-unhealthy-" in alarm.name
        }
        assert zones == {f"shop-unhealthy-euw1-az{number}": f"eu-west-1{'abc'[number - 1]}" for number in (1, 2, 3)}
        assert "shop-silent-flow-logs" not in {alarm.name for alarm in run.of_type(ALARM)}
    groups = {
        alarm.name: alarm.inputs["dimensions"]
        for alarm in adopting(alarms=ALARMS).of_type(ALARM)
        if "-instances-" in alarm.name
    }
    assert groups == {
        "shop-instances-main": {"AutoScalingGroupName": "eks-main-1a2b"},
        "shop-instances-spot": {"AutoScalingGroupName": "eks-spot-1a2b"},
    }


def test_the_topic_takes_messages_of_this_projects_alarms_in_this_account_and_of_nothing_else(workload: StackRun):
    allow, _ = json.loads(workload.only(TOPIC).inputs["policy"])["Statement"]
    del allow["Principal"]
    policy = Policies(json.dumps({"Statement": [allow]}))
    prefix = "arn:aws:cloudwatch:eu-west-1:111111111111:alarm:"
    own = {"aws:SourceAccount": "111111111111", "aws:SecureTransport": "true"}
    assert policy.allow(
        Request("sns:Publish", TOPIC_ARN, {**own, "aws:SourceArn": f"{prefix}eks-service/shop/no-endpoint"})
    )
    for other in ("other", "central-ingress/prod/blocked", "eks-service-2/shop/no-endpoint"):
        assert not policy.allow(Request("sns:Publish", TOPIC_ARN, {**own, "aws:SourceArn": f"{prefix}{other}"}))


def test_the_network_duty_may_write_the_alarms_and_topics_of_its_stacks_and_no_others(workload_run: Run):
    asking, network = asker(WORKLOAD, "eks-service/shop", "workload"), of_duty("workload-network")
    run = workload_run(roles={"permissionsBoundary": asking.boundary}, **EVERYTHING)
    requests = [request for one in (*run.of_type(ALARM), *run.of_type(TOPIC)) for request in asking.of(one)]
    assert len(requests) > 60
    assert network.refused(requests) == []
    alarm, topic = "arn:aws:cloudwatch:eu-west-1:111111111111:alarm:", "arn:aws:sns:eu-west-1:111111111111:"
    for name in ("eks-service/shop-2/no-endpoint", "central-ingress/prod/blocked", "other"):
        assert not network.allow(Request("cloudwatch:PutMetricAlarm", f"{alarm}{name}", {}))
    for name in ("eks-service-shop-2-alarms", "central-ingress-prod-alarms"):
        assert not network.allow(Request("sns:CreateTopic", f"{topic}{name}", {}))
