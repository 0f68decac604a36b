"""Alarms of a workload: which there are, what each watches and from when it fires, and which settings are refused."""

from __future__ import annotations

import json
from typing import Any

import pytest

from privatelink_ingress.plan.alarms import AlarmPlan, Deployed, Expression, metrics
from privatelink_ingress.plan.workload import plan_adopted
from privatelink_ingress.plan.workload.adopted_cluster import placeholder
from privatelink_ingress.plan.workload.alarms import WorkloadAlarmsPlan
from privatelink_ingress.problems import UserError
from privatelink_ingress.settings.load import SettingsError, load
from privatelink_ingress.settings.workload import WorkloadSettings
from tests.support.alarms import WORKLOAD, ZONES, read_workload, workload

TOPIC = WORKLOAD["alarms"]["topicArn"]
KEY = "arn:aws:kms:eu-west-1:111111111111:key/1a2b3c4d-5e6f-4a1b-8c2d-3e4f5a6b7c8d"
OF_SERVICE = [
    *(f"unhealthy-{zone}" for zone in ZONES),
    "balancer-resets",
    "service-resets",
    "port-errors",
    "blocked-flows",
    "no-endpoint",
]


def with_alarms(**alarms: Any) -> WorkloadAlarmsPlan:
    found = workload(alarms={"enabled": True, "topicArn": TOPIC, **alarms})
    assert found
    return found


def keys(plan: WorkloadAlarmsPlan | None) -> list[str]:
    return [alarm.key for alarm in plan.alarms] if plan else []


def only(plan: WorkloadAlarmsPlan, key: str) -> AlarmPlan:
    (found,) = [alarm for alarm in plan.alarms if alarm.key == key]
    return found


def test_a_stack_has_no_alarms_unless_it_asks_for_them():
    assert workload(alarms={}) is None
    assert workload(alarms={"topicArn": TOPIC}) is None


def test_a_service_has_an_alarm_for_each_zone_and_for_each_way_in_which_connections_are_lost():
    without = workload(podLogs={}, metrics={})
    assert keys(without) == [*OF_SERVICE, "instances-nodes", "silent-flow-logs", "silent-control-plane"]


def test_features_add_the_alarms_of_what_they_collect():
    assert set(keys(with_alarms())) - set(keys(workload(podLogs={}, metrics={}))) == {
        "failed-nodes",
        "controller-replicas",
        "controller-restarts",
        "silent-pods",
        "silent-metrics",
    }


def test_every_node_group_has_an_alarm():
    found = workload(nodes={"groups": {"a": {"min": 3}, "b": {"min": 3}}})
    assert {"instances-nodes-a", "instances-nodes-b"} <= set(keys(found))


def test_a_stack_without_the_controller_has_no_alarm_of_its_pods():
    found = keys(workload(controller={"install": False}))
    assert "failed-nodes" in found
    assert not {"controller-replicas", "controller-restarts"} & set(found)


def test_a_cluster_without_logs_of_its_control_plane_has_no_alarm_of_them():
    assert "silent-control-plane" not in keys(workload(cluster={"logTypes": []}))


def test_a_security_group_that_judges_no_client_blocks_none():
    assert "blocked-flows" not in keys(workload(publication={"consumers": [{"accountId": "222222222222"}]}))


def test_an_existing_cluster_has_the_alarms_of_its_service_and_its_nodes():
    file = {key: value for key, value in WORKLOAD.items() if key not in ("network", "podLogs", "metrics")}
    more = {"cluster": {"existing": {"name": "platform"}}, "controller": {"install": False}}
    settings = WorkloadSettings.model_validate_json(json.dumps(file | more))
    assert settings.cluster.existing
    cluster = placeholder(settings.cluster.existing, zone_ids=ZONES)
    found = plan_adopted(settings, stack="shop", region="eu-west-1", cluster=cluster).alarms
    assert keys(found) == [*OF_SERVICE, "instances-nodes"]


@pytest.mark.parametrize("key", ["replicaMinutes", "restarts", "silentHours"])
def test_thresholds_of_what_an_existing_cluster_keeps_to_itself_are_refused(key: str):
    file = {name: value for name, value in WORKLOAD.items() if name not in ("network", "podLogs", "metrics")}
    more = {"cluster": {"existing": {"name": "platform"}}, "alarms": WORKLOAD["alarms"] | {key: 5}}
    text = {name: value if isinstance(value, str) else json.dumps(value) for name, value in (file | more).items()}
    with pytest.raises(SettingsError) as caught:
        load(WorkloadSettings, text, project="eks-service", stack="shop")
    (problem,) = caught.value.problems
    assert (problem.where, problem.remedy) == (f"alarms.{key}", "Remove it.")
    assert problem.reason.endswith(", so no alarm has this threshold")


def test_names_of_alarms_are_unique_and_begin_with_project_and_stack():
    names = [alarm.name for alarm in with_alarms().alarms]
    assert len(set(names)) == len(names)
    assert {name.rpartition("/")[0] for name in names} == {"eks-service/shop"}


def test_the_alarm_of_a_zone_watches_the_nodes_there():
    alarm = only(with_alarms(unhealthyMinutes=7), "unhealthy-euw1-az2")
    (metric,) = alarm.metrics
    assert (metric.namespace, metric.name, metric.statistic) == ("AWS/NetworkELB", "UnHealthyHostCount", "Maximum")
    assert metric.dimensions == {
        "AvailabilityZone": Deployed("zone euw1-az2"),
        "LoadBalancer": Deployed("load balancer"),
        "TargetGroup": Deployed("target group"),
    }
    assert (metric.period, alarm.periods, alarm.comparison, alarm.threshold) == (
        60,
        7,
        "GreaterThanOrEqualToThreshold",
        1,
    )


@pytest.mark.parametrize(
    ("key", "namespace", "resets", "connections"),
    [
        ("balancer-resets", "AWS/NetworkELB", "TCP_ELB_Reset_Count", "NewFlowCount_TCP"),
        ("service-resets", "AWS/PrivateLinkServices", "RstPacketsSent", "NewConnections"),
    ],
)
def test_few_connections_are_no_share_and_no_resets_are_a_number(
    key: str, namespace: str, resets: str, connections: str
):
    alarm = only(with_alarms(resetConnections=50, resetPercent=2.5), key)
    assert isinstance(alarm.watches, Expression)
    assert alarm.watches.formula == "IF(connections >= 50, 100 * FILL(resets, 0) / connections, 0)"
    assert {id_: (one.namespace, one.name) for id_, one in alarm.watches.metrics.items()} == {
        "resets": (namespace, resets),
        "connections": (namespace, connections),
    }
    assert alarm.threshold == 2.5


def test_each_connection_that_finds_no_port_is_one_too_many():
    alarm = only(with_alarms(), "port-errors")
    assert (alarm.threshold, alarm.comparison, alarm.periods) == (0, "GreaterThanThreshold", 1)


def test_silence_is_an_alarm_where_aws_reports_no_zero():
    found = [alarm.key for alarm in with_alarms().alarms if alarm.missing == "breaching"]
    assert found == ["no-endpoint", "silent-flow-logs", "silent-control-plane", "silent-pods", "silent-metrics"]
    silent = only(with_alarms(silentHours=3), "silent-control-plane")
    assert silent.metrics[0].dimensions == {"LogGroupName": "/aws/eks/shop/cluster"}
    assert (silent.metrics[0].period, silent.periods) == (3600, 3)


def test_the_controller_has_as_many_pods_as_its_minimum():
    alarm = only(with_alarms(replicaMinutes=4), "controller-replicas")
    (metric,) = alarm.metrics
    assert metric.dimensions == {"ClusterName": "shop", "Namespace": "nginx-ingress", "PodName": "nginx-ingress"}
    assert (alarm.threshold, alarm.comparison, alarm.periods) == (4, "LessThanThreshold", 4)


def test_the_topic_is_created_unless_there_is_one():
    created = workload(alarms={"enabled": True, "key": KEY})
    assert created
    assert created.topic
    assert created.topic_arn == "arn:aws:sns:eu-west-1:111111111111:eks-service-shop-alarms"
    assert (created.topic.name, created.topic.key) == ("eks-service-shop-alarms", KEY)
    assert with_alarms().topic is None
    assert with_alarms().topic_arn == TOPIC


def test_a_notification_names_command_and_runbook_and_fits_a_description():
    for alarm in with_alarms().alarms:
        assert f"Run: {alarm.command}. Runbook: docs/runbooks/{alarm.runbook}.md" in alarm.description
        assert len(alarm.description) <= 1024


def test_aws_charges_for_each_metric():
    assert metrics(with_alarms().alarms) == len(with_alarms().alarms) + 2


@pytest.mark.parametrize(
    ("alarms", "expected"),
    [
        (
            {"restarts": 5},
            (
                "alarms.restarts",
                "is set in a stack without metrics.install and controller.install, so no alarm has this threshold",
                "Remove it, or switch on metrics.install and controller.install.",
            ),
        ),
        ({"silentHour": 2}, ("alarms.silentHour", "is not a known key", "Did you mean silentHours?")),
    ],
    ids=["nothing to watch", "nearest key"],
)
def test_a_threshold_of_no_alarm_is_refused(alarms: dict[str, Any], expected: tuple[str, str, str]):
    with pytest.raises((SettingsError, UserError)) as caught:
        read_workload(alarms, metrics={})
    assert [(problem.where, problem.reason, problem.remedy) for problem in caught.value.problems] == [expected]
