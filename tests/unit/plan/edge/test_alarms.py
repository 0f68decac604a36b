"""Alarms: which there are, what each watches and from when it fires, and which settings are refused."""

from __future__ import annotations

import json
from typing import Any

import pytest

from privatelink_ingress.plan.alarms import DAY, AlarmPlan, Deployed, Expression, metrics
from privatelink_ingress.plan.capacity.usage import needs
from privatelink_ingress.plan.edge.alarms.connections import needed_metrics
from privatelink_ingress.plan.edge.alarms.stacks import AlarmsPlan
from privatelink_ingress.plan.routing.routes import plan_routes
from privatelink_ingress.settings.edge import Connection
from privatelink_ingress.settings.load import SettingsError
from tests.support.alarms import FILE, ZONES, planned, read_edge, workload
from tests.support.programs import REPOSITORY

TOPIC = FILE["alarms"]["topicArn"]
KEY = "arn:aws:kms:eu-west-1:222222222222:key/1a2b3c4d-5e6f-4a1b-8c2d-3e4f5a6b7c8d"
SHOP = FILE["connections"]["shop"]


def with_alarms(**alarms: Any) -> AlarmsPlan:
    found = planned(alarms={"enabled": True, "topicArn": TOPIC, **alarms})
    assert found
    return found


def shop(**changes: Any) -> dict[str, Any]:
    return {"shop": SHOP | changes}


def every(plan: AlarmsPlan) -> list[AlarmPlan]:
    return [*plan.shard, *(alarm for alarms in plan.connections.values() for alarm in alarms)]


def only(plan: AlarmsPlan, name: str) -> AlarmPlan:
    (found,) = [alarm for alarm in every(plan) if alarm.name == f"central-ingress/prod/{name}"]
    return found


def test_a_stack_has_no_alarms_unless_it_asks_for_them():
    assert planned(alarms={}) is None
    assert planned(alarms={"topicArn": TOPIC}) is None


def test_a_connection_has_an_alarm_for_each_zone_and_one_for_each_thing_that_aws_reports_of_it():
    keys = [alarm.key for alarm in with_alarms().connections["shop"]]
    zones = [f"unhealthy-0-{zone}" for zone in ZONES]
    assert keys == [*zones, "errors-0", "latency-0", "dropped-0", "expiry-shop.example.com"]


def test_a_shard_has_an_alarm_for_what_aws_reports_for_all_connections_together():
    assert [alarm.key for alarm in with_alarms().shard] == [
        "balancer-errors",
        "blocked",
        "blocked-by-rate-limit-shop",
        "expiry-example.com",
        "quota-rules",
        "quota-targetGroups",
        "quota-targets",
        "quota-certificates",
    ]


def test_names_of_alarms_are_unique_and_begin_with_project_and_stack():
    names = [alarm.name for alarm in every(with_alarms())]
    assert len(set(names)) == len(names)
    assert {name.rpartition("/")[0] for name in names} == {"central-ingress/prod", "central-ingress/prod/shop"}


def test_the_alarm_of_a_zone_watches_the_target_there():
    alarm = only(with_alarms(unhealthyMinutes=7), "shop/unhealthy-0-euw1-az2")
    (metric,) = alarm.metrics
    assert (metric.namespace, metric.name, metric.statistic) == ("AWS/ApplicationELB", "UnHealthyHostCount", "Maximum")
    assert metric.dimensions == {
        "AvailabilityZone": Deployed("zone euw1-az2"),
        "LoadBalancer": Deployed("load balancer"),
        "TargetGroup": Deployed("target group 0 http1"),
    }
    assert (metric.period, alarm.periods, alarm.comparison, alarm.threshold) == (
        60,
        7,
        "GreaterThanOrEqualToThreshold",
        1,
    )


def test_few_requests_are_no_share_and_no_errors_are_a_number():
    alarm = only(with_alarms(errorRequests=50, errorPercent=2.5), "shop/errors-0")
    assert isinstance(alarm.watches, Expression)
    assert alarm.watches.formula == "IF(requests >= 50, 100 * FILL(errors, 0) / requests, 0)"
    assert {id_: metric.name for id_, metric in alarm.watches.metrics.items()} == {
        "errors": "HTTPCode_Target_5XX_Count",
        "requests": "RequestCount",
    }
    assert alarm.threshold == 2.5


def test_a_connection_in_maintenance_raises_no_alarm_of_the_load_balancer():
    alarm = only(with_alarms(), "balancer-errors")
    assert isinstance(alarm.watches, Expression)
    assert alarm.watches.metrics["maintenance"].name == "HTTPCode_ELB_503_Count"
    assert "(FILL(errors, 0) - FILL(maintenance, 0))" in alarm.watches.formula


def test_an_expired_certificate_stays_an_alarm():
    alarm = only(with_alarms(certificateDays=14), "expiry-example.com")
    assert (alarm.metrics[0].period, alarm.comparison, alarm.threshold) == (DAY, "LessThanThreshold", 14)
    assert [one.key for one in every(with_alarms()) if one.missing != "notBreaching"] == [
        "expiry-example.com",
        "expiry-shop.example.com",
    ]


def test_an_endpoint_of_another_region_has_no_alarm_since_aws_reports_nothing_of_it():
    service = SHOP["backends"][0]["service"] | {
        "endpointServiceName": "com.amazonaws.vpce.us-east-1.vpce-svc-0a",
        "supportedRegions": ["eu-west-1"],
    }
    found = planned(connections=shop(backends=[{"service": service}]))
    assert found
    assert "dropped-0" not in [alarm.key for alarm in found.connections["shop"]]


def test_a_second_backend_has_alarms_of_its_own():
    other = SHOP["backends"][0]["service"] | {"endpointServiceName": "com.amazonaws.vpce.eu-west-1.vpce-svc-0b"}
    backends = [*SHOP["backends"], {"service": other, "position": 1, "connectionName": "shop-2"}]
    found = planned(connections=shop(backends=backends))
    assert found
    keys = {alarm.key for alarm in found.connections["shop"]}
    assert {"errors-0", "errors-1", "unhealthy-0-euw1-az1", "unhealthy-1-euw1-az1"} <= keys


def test_routes_of_another_protocol_have_alarms_of_their_own_group_and_share_the_endpoints():
    service = SHOP["backends"][0]["service"] | {"protocol": "HTTPS", "port": 443, "http2": True}
    routes = [{"hosts": ["shop.example.com"]}, {"hosts": ["shop.example.com"], "paths": ["/api/*"], "protocol": "grpc"}]
    found = planned(connections=shop(backends=[{"service": service}], routes=routes))
    assert found
    keys = [alarm.key for alarm in found.connections["shop"]]
    grpc = [f"unhealthy-0-grpc-{zone}" for zone in ZONES]
    assert {*grpc, "errors-0-grpc", "latency-0-grpc", "errors-0"} <= set(keys)
    assert keys.count("dropped-0") == 1
    assert only(found, "shop/latency-0-grpc").metrics[0].dimensions["TargetGroup"] == Deployed("target group 0 grpc")


def test_a_connection_has_its_own_thresholds_in_place_of_the_stacks():
    connections = shop(alarms={"latencySeconds": 30, "blockedRequests": 5000})
    found = planned(connections=connections, alarms={"enabled": True, "topicArn": TOPIC, "errorPercent": 9})
    assert found
    assert only(found, "shop/latency-0").threshold == 30
    assert only(found, "shop/errors-0").threshold == 9
    assert only(found, "blocked-by-rate-limit-shop").threshold == 5000


def test_a_rate_limit_that_only_counts_blocks_nothing_and_has_no_alarm():
    found = planned(firewall={"stage": "count"})
    assert found
    assert [alarm.key for alarm in found.shard if alarm.key.startswith("blocked")] == ["blocked"]


def test_aws_charges_for_each_metric_of_an_expression():
    assert metrics([only(with_alarms(), "shop/errors-0"), only(with_alarms(), "shop/latency-0")]) == 3


def test_the_metrics_of_a_connection_are_known_before_it_has_a_plan():
    service = SHOP["backends"][0]["service"] | {"protocol": "HTTPS", "port": 443, "http2": True}
    routes = [{"hosts": ["shop.example.com"]}, {"hosts": ["shop.example.com"], "paths": ["/api/*"], "protocol": "grpc"}]
    other = service | {"endpointServiceName": "com.amazonaws.vpce.eu-west-1.vpce-svc-0b"}
    backends = [{"service": service}, {"service": other, "position": 1, "connectionName": "shop-2"}]
    for changes in ({}, {"certificate": None}, {"backends": backends[:1], "routes": routes}, {"backends": backends}):
        found = planned(connections=shop(**changes))
        assert found
        settings = Connection.model_validate_json(json.dumps(SHOP | changes))
        expected = needed_metrics(needs(plan_routes("shop", settings)), zones=len(ZONES))
        assert metrics(found.connections["shop"]) == expected


def test_the_topic_is_created_unless_there_is_one():
    created = planned(alarms={"enabled": True, "key": KEY})
    assert created
    assert created.topic
    assert created.topic_arn == "arn:aws:sns:eu-west-1:222222222222:central-ingress-prod-alarms"
    assert (created.topic.name, created.topic.key) == ("central-ingress-prod-alarms", KEY)
    assert with_alarms().topic is None


def test_a_notification_names_command_and_runbook_and_fits_a_description():
    for alarm in every(with_alarms()):
        assert f"Run: {alarm.command}. Runbook: docs/runbooks/{alarm.runbook}.md" in alarm.description
        assert len(alarm.description) <= 1024


def test_every_alarm_names_a_runbook_and_every_runbook_has_an_alarm():
    found = {path.stem for path in (REPOSITORY / "docs/runbooks").glob("*.md")}
    of_workload = workload()
    assert of_workload
    assert {alarm.runbook for alarm in (*every(with_alarms()), *of_workload.alarms)} == found


@pytest.mark.parametrize("runbook", sorted((REPOSITORY / "docs/runbooks").glob("*.md")), ids=lambda path: path.stem)
def test_a_runbook_begins_with_a_command_of_ours(runbook: Any):
    title, empty, fence, command, *_ = runbook.read_text().splitlines()
    assert title.startswith("# ")
    assert empty == ""
    assert fence == "```sh"
    assert command.startswith("./run ")


def test_a_misspelt_threshold_is_refused_with_the_nearest_key():
    with pytest.raises(SettingsError) as caught:
        read_edge({"enabled": True, "topicArn": TOPIC, "latencySecond": 2})
    assert [(problem.where, problem.reason, problem.remedy) for problem in caught.value.problems] == [
        ("alarms.latencySecond", "is not a known key", "Did you mean latencySeconds?")
    ]
