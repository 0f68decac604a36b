"""Dashboards of the emulated CloudWatch: of no Region, and refused with a wrong body."""

from __future__ import annotations

import json
from typing import Any

import pytest

from privatelink_ingress.local.cloud import Cloud
from privatelink_ingress.local.cloud.session import Session
from tests.support.edge_world import refused

METRIC = ["AWS/ApplicationELB", "RequestCount", "LoadBalancer", "app/a/1"]
ALARM = "arn:aws:cloudwatch:eu-west-1:222222222222:alarm:edge/errors"


def graph(*entries: Any, **properties: Any) -> dict[str, Any]:
    shown = {"region": "eu-west-1", "title": "x", "metrics": list(entries), **properties}
    return {"type": "metric", "x": 0, "y": 0, "width": 8, "height": 6, "properties": shown}


def put(edge: Session, *widgets: Any, name: str = "edge", **document: Any) -> None:
    body = json.dumps({"widgets": list(widgets), **document})
    edge.client("cloudwatch").put_dashboard(DashboardName=name, DashboardBody=body)


def test_a_dashboard_of_every_kind_of_widget_is_taken_and_returned(edge: Session):
    text, alarms = (
        {"type": "text", "properties": {"markdown": "a"}},
        {"type": "alarm", "properties": {"alarms": [ALARM]}},
    )
    share = [{"expression": "100 * m1 / FILL(m1, 0)", "id": "e1"}]
    put(edge, text, alarms, graph(share, [*METRIC, {"id": "m1", "stat": "p99.9", "period": 60}]))
    found = edge.client("cloudwatch").get_dashboard(DashboardName="edge")
    assert len(json.loads(found["DashboardBody"])["widgets"]) == 3


def test_a_second_put_replaces_it_and_a_deleted_one_is_gone(edge: Session):
    client = edge.client("cloudwatch")
    put(edge, graph(METRIC))
    put(edge)
    assert json.loads(client.get_dashboard(DashboardName="edge")["DashboardBody"]) == {"widgets": []}
    client.delete_dashboards(DashboardNames=["edge"])
    with refused("ResourceNotFound", "does not exist"):
        client.get_dashboard(DashboardName="edge")
    with refused("ResourceNotFound", "does not exist"):
        client.delete_dashboards(DashboardNames=["edge"])


def test_all_regions_of_an_account_have_the_same(edge: Session, cloud: Cloud):
    put(edge, graph(METRIC))
    for region in ("us-east-1", "eu-central-1"):
        found = cloud.session("222222222222", region).client("cloudwatch").list_dashboards()["DashboardEntries"]
        assert [one["DashboardName"] for one in found] == ["edge"]


@pytest.mark.parametrize("name", ["edge/prod", "edge.prod", "x" * 256])
def test_a_name_has_letters_digits_hyphens_and_underscores(edge: Session, name: str):
    with refused("InvalidParameterInput", "DashboardName"):
        put(edge, name=name)


@pytest.mark.parametrize(
    ("widget", "message"),
    [
        ({"type": "table", "properties": {}}, "allowed values"),
        ({"type": "text"}, "required property 'properties'"),
        ({"type": "text", "properties": {}}, "required property 'markdown'"),
        ({"type": "alarm", "properties": {"alarms": []}}, "required property 'alarms'"),
        ({"type": "alarm", "properties": {"alarms": ["errors"]}}, "ARN of an alarm"),
        ({"type": "alarm", "properties": {"alarms": [ALARM] * 101}}, "more than 100"),
        (graph(METRIC) | {"width": 25}, "from 1 to 24"),
        (graph(METRIC) | {"x": 24}, "from 0 to 23"),
        (graph(METRIC, region=""), "required property 'region'"),
        (graph(), "required property 'metrics'"),
        (graph(METRIC[:3]), "pairs of dimension names and values"),
        (graph([*METRIC, {"statistic": "Sum"}]), "additional properties"),
        (graph([*METRIC, {"stat": "p101"}]), "Invalid statistic"),
        (graph([*METRIC, {"period": 90}]), "Invalid period"),
        (graph([*METRIC, {"id": "M1"}]), "Invalid id"),
        (graph([*METRIC, {"id": "m1"}], [*METRIC, {"id": "m1"}]), "Duplicate id m1"),
        (graph([{"expression": "100 * m1"}], METRIC), "unknown id m1"),
        (graph(*[METRIC] * 501), "more than 500 items"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_wrong_body_is_refused_and_nothing_is_kept(edge: Session, widget: dict[str, Any], message: str):
    with refused("InvalidParameterInput", message):
        put(edge, widget)
    assert edge.client("cloudwatch").list_dashboards()["DashboardEntries"] == []


def test_a_dashboard_is_limited_as_a_whole(edge: Session):
    with refused("InvalidParameterInput", "more than 500 items"):
        put(edge, *[graph(METRIC)] * 501)
    with refused("InvalidParameterInput", "more than 2500 metrics"):
        put(edge, *[graph(*[METRIC] * 500)] * 5, graph(METRIC))


def test_a_body_that_is_no_json_or_has_no_widgets_is_refused(edge: Session):
    client = edge.client("cloudwatch")
    for body, message in (("{", "invalid JSON"), ("[]", "property 'widgets'"), ("{}", "property 'widgets'")):
        with refused("InvalidParameterInput", message):
            client.put_dashboard(DashboardName="edge", DashboardBody=body)
    with refused("InvalidParameterInput", "allowed values"):
        put(edge, periodOverride="never")
