"""The dashboards that both kinds of edge stack register: their metrics, alarms and rights, and that AWS takes them."""

from __future__ import annotations

import json
import re
from typing import Any

import pulumi
import pytest

from privatelink_ingress import tokens as t
from privatelink_ingress.local.cloud import cloudwatch_dashboards
from privatelink_ingress.local.engine.monitor import StackOutputs
from privatelink_ingress.local.engine.runner import StackRun
from privatelink_ingress.plan.edge.dashboards import dashboard_name
from tests.support.programs import REPOSITORY, Run, published_outputs

SHARD = "organization/central-ingress/prod"
CODE = REPOSITORY / "shared" / "privatelink_ingress"
METRIC = re.compile(
    r'"((?:HTTPCode_|UnHealthy|Healthy|Request|Target|Blocked|Allowed|Counted|Bytes|Packets|Days)\w*[A-Z0-9]\w*)"'
)


def bodies(run: StackRun) -> dict[str, dict[str, Any]]:
    return {one.inputs["dashboardName"]: json.loads(one.inputs["dashboardBody"]) for one in run.of_type(t.DASHBOARD)}


def graphs(body: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {one["properties"]["title"]: one["properties"] for one in body["widgets"] if one["type"] == "metric"}


def metrics(body: dict[str, Any]) -> list[dict[str, Any]]:
    """Namespace, name and dimensions of each metric of a dashboard."""
    entries = [entry[:-1] for one in graphs(body).values() for entry in one["metrics"] if len(entry) > 1]
    return [
        {"namespace": entry[0], "name": entry[1], **dict(zip(entry[2::2], entry[3::2], strict=True))}
        for entry in entries
    ]


@pytest.fixture
def edge(edge_run: Run) -> StackRun:
    return edge_run(dashboards=True)


def test_without_the_setting_there_is_none(edge_run: Run):
    assert bodies(edge_run(dashboards=False)) == {}


def test_the_load_balancer_and_each_connection_have_one(edge: StackRun):
    found = bodies(edge)
    assert set(found) == {"central-ingress_prod", "central-ingress_prod_shop", "central-ingress_prod_blog"}
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{1,255}", name) for name in found)


def test_cloudwatch_has_nothing_to_say_about_their_bodies(edge: StackRun):
    for one in edge.of_type(t.DASHBOARD):
        assert list(cloudwatch_dashboards.problems(one.inputs["dashboardBody"])) == []


def test_a_connections_dashboard_shows_requests_latency_targets_and_endpoint(edge: StackRun):
    shop = graphs(bodies(edge)["central-ingress_prod_shop"])
    assert list(shop) == [
        "Requests and errors, backend 0",
        "Latency in seconds, backend 0",
        "Targets by zone, backend 0",
        "Bytes, endpoint of backend 0",
        "Dropped packets, endpoint of backend 0",
    ]
    assert [entry[-1]["stat"] for entry in shop["Latency in seconds, backend 0"]["metrics"]] == ["p50", "p90", "p99"]
    zones = [entry[3] for entry in shop["Targets by zone, backend 0"]["metrics"]]
    assert zones == [zone for zone in ("eu-west-1a", "eu-west-1b", "eu-west-1c") for _ in "hu"]
    assert shop["Latency in seconds, backend 0"]["annotations"]["horizontal"] == [{"label": "latency-0", "value": 3.0}]


def test_the_load_balancers_shows_firewall_certificates_and_quotas_by_rule_and_name(edge: StackRun):
    shard = graphs(bodies(edge)["central-ingress_prod"])
    rules = edge.only(t.WEB_ACL).inputs["rules"]
    wanted = [rule["visibilityConfig"]["metricName"] for rule in rules]
    for title in ("Blocked by rule", "Counted by rule"):
        assert [entry[entry.index("Rule") + 1] for entry in shard[title]["metrics"]] == wanted
    assert len(shard["Days until certificates expire"]["metrics"]) == 1
    assert [title for title in shard if title.startswith("Quota of ")] == [
        "Quota of listener rules, in use",
        "Quota of target groups, in use",
        "Quota of targets, in use",
        "Quota of certificates beside the default, in use",
    ]


def test_every_metric_that_an_alarm_watches_alone_is_on_the_dashboard_of_its_stack(edge: StackRun):
    shown = [metric for body in bodies(edge).values() for metric in metrics(body)]
    watched = [
        {"namespace": one.inputs["namespace"], "name": one.inputs["metricName"], **one.inputs["dimensions"]}
        for one in edge.of_type(t.METRIC_ALARM)
        if "metricName" in one.inputs
    ]
    assert len(watched) >= 8
    assert [metric for metric in watched if metric not in shown] == []


def test_each_shows_the_states_of_the_alarms_of_its_part_and_no_others(edge: StackRun):
    named = {
        name: [
            arn.partition(":alarm:")[2]
            for one in body["widgets"]
            if one["type"] == "alarm"
            for arn in one["properties"]["alarms"]
        ]
        for name, body in bodies(edge).items()
    }
    alarms = sorted(one.inputs["name"] for one in edge.of_type(t.METRIC_ALARM))
    assert sorted(alarm for some in named.values() for alarm in some) == alarms
    assert {alarm.split("/")[2] for alarm in named["central-ingress_prod_shop"]} == {"shop"}


def test_without_alarms_the_graphs_stay_and_no_state_is_shown(edge_run: Run):
    for body in bodies(edge_run(dashboards=True, alarms={"enabled": False})).values():
        assert {one["type"] for one in body["widgets"]} == {"text", "metric"}


def test_a_rule_of_a_connection_is_on_its_dashboard(edge_run: Run, connections: dict[str, Any]):
    shop = connections["shop"] | {"firewall": {"rateLimit": 300}}
    run = edge_run(dashboards=True, connections=connections | {"shop": shop})
    found = graphs(bodies(run)["central-ingress_prod_shop"])
    [blocked] = found["Blocked by its own rate limit"]["metrics"]
    assert blocked[-1]["label"] == "rate-limit-shop"


def test_an_attached_stack_has_those_of_its_connections(attached_run: Run):
    assert set(bodies(attached_run(dashboards=True))) == {"central-ingress_prod-blog_blog"}


def test_a_shard_that_does_not_publish_its_zones_names_is_to_be_deployed_first(attached_run: Run, shard: StackOutputs):
    older = StackOutputs({key: value for key, value in shard.values.items() if key != "zone_names"})
    with pytest.raises(pulumi.RunError) as caught:
        attached_run(stacks=published_outputs() | {SHARD: older}, dashboards=True, alarms={"enabled": False})
    assert "dashboards: is true, but stack prod was deployed by a release" in str(caught.value)
    assert "Deploy stack prod again." in str(caught.value)


def test_no_two_stacks_and_connections_share_a_name():
    assert dashboard_name("prod", "blog") != dashboard_name("prod-blog")
    assert dashboard_name("prod", "shop-blog") != dashboard_name("prod-shop", "blog")


def test_a_metrics_name_is_written_once_for_alarms_and_dashboards():
    written = [
        (name, file.relative_to(CODE).as_posix())
        for folder in ("plan/edge", "components", "plan/dashboards.py")
        for file in ([CODE / folder] if folder.endswith(".py") else (CODE / folder).rglob("*.py"))
        for name in METRIC.findall(file.read_text())
        if not name.startswith("TargetGroups") and not name.startswith("TargetsPer")
    ]
    assert len(written) >= 12
    assert {file for _, file in written} == {"plan/edge/alarms/measured.py"}
    assert len(written) == len({name for name, _ in written})
