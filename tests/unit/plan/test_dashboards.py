"""What a dashboard looks like, and how it stays below CloudWatch's limits."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from privatelink_ingress.plan.alarms import AlarmPlan, Expression, Metric
from privatelink_ingress.plan.dashboards import (
    AlarmStates,
    DashboardPlan,
    Graph,
    Line,
    Text,
    Widget,
    check_dashboard,
    plan_dashboard,
)


def metric(name: str = "RequestCount") -> Metric:
    return Metric(namespace="AWS/ApplicationELB", name=name, dimensions={"LoadBalancer": "app/a/1"}, statistic="Sum")


def graph(lines: int, title: str = "Requests", **size: int) -> Graph:
    return Graph(
        title=title, lines=tuple(Line(label=str(index), watches=metric(f"M{index}")) for index in range(lines)), **size
    )


def dashboard(*widgets: Widget, **more: Any) -> DashboardPlan:
    return plan_dashboard("central-ingress_prod", region="eu-west-1", widgets=widgets, **more)


def shares(ids: tuple[str, ...]) -> Expression:
    return Expression(
        formula=f"100 * FILL({ids[0]}, 0) / {ids[1]}", label="share", metrics={id_: metric(id_) for id_ in ids}
    )


def properties(plan: DashboardPlan) -> list[dict[str, Any]]:
    return [widget["properties"] for widget in plan.body()["widgets"]]


def test_a_metric_is_written_with_its_dimensions_statistic_and_period() -> None:
    plan = dashboard(Graph(title="Requests", lines=(Line(label="all", watches=metric()),)))
    [shown] = properties(plan)
    assert shown == {
        "title": "Requests",
        "view": "timeSeries",
        "stacked": False,
        "region": "eu-west-1",
        "metrics": [
            [
                "AWS/ApplicationELB",
                "RequestCount",
                "LoadBalancer",
                "app/a/1",
                {"stat": "Sum", "period": 300, "label": "all"},
            ]
        ],
    }


def test_expressions_of_one_graph_do_not_share_ids_and_hide_what_they_compute_with() -> None:
    lines = tuple(Line(label=name, watches=shares(("errors", "requests"))) for name in ("a", "b"))
    [shown] = properties(dashboard(Graph(title="Errors", lines=lines)))
    expressions = [entry[0]["expression"] for entry in shown["metrics"] if "expression" in entry[0]]
    assert expressions == ["100 * FILL(m0_errors, 0) / m0_requests", "100 * FILL(m1_errors, 0) / m1_requests"]
    ids = [entry[-1]["id"] for entry in shown["metrics"]]
    assert len(ids) == len(set(ids)) == 6
    assert [entry[-1]["visible"] for entry in shown["metrics"] if len(entry) > 1] == [False] * 4


def test_a_graph_shows_from_when_the_alarm_on_its_metric_fires() -> None:
    alarm = AlarmPlan(
        key="latency-0",
        prefix="p",
        says="s",
        command="c",
        runbook="latency",
        watches=metric("M0"),
        threshold=3,
        periods=3,
    )
    with_alarm, without = properties(
        dashboard(graph(1), Graph(title="x", lines=(Line(label="x", watches=metric("Other")),)), alarms=[alarm])
    )
    assert with_alarm["annotations"] == {"horizontal": [{"label": "latency-0", "value": 3}]}
    assert "annotations" not in without


def test_widgets_lie_side_by_side_within_24_columns_and_none_on_another() -> None:
    plan = dashboard(Text(markdown="# a\nb\nc"), AlarmStates(arns=("a",)), *[graph(1)] * 4, *[graph(1, width=6)] * 5)
    cells = [
        (x, y)
        for one in plan.body()["widgets"]
        for x in range(one["x"], one["x"] + one["width"])
        for y in range(one["y"], one["y"] + one["height"])
    ]
    assert len(cells) == len(set(cells))
    assert max(x for x, _ in cells) == 23
    rows = [(one["x"], one["y"]) for one in plan.body()["widgets"]]
    assert rows == sorted(rows, key=lambda at: (at[1], at[0]))


@pytest.mark.parametrize(("lines", "sizes"), [(500, [500]), (501, [500, 1]), (1_001, [500, 500, 1])])
def test_a_graph_of_more_than_500_metrics_becomes_several(lines: int, sizes: list[int]) -> None:
    shown = properties(dashboard(graph(lines)))
    assert [len(one["metrics"]) for one in shown] == sizes
    titles = [one["title"] for one in shown]
    assert titles == ["Requests", "Requests (2)", "Requests (3)"][: len(sizes)]


def test_metrics_that_an_expression_hides_count_too() -> None:
    lines = tuple(Line(label=str(index), watches=shares(("errors", "requests"))) for index in range(251))
    shown = properties(dashboard(Graph(title="Errors", lines=lines)))
    assert [sum(len(entry) > 1 for entry in one["metrics"]) for one in shown] == [500, 2]


@pytest.mark.parametrize(("alarms", "sizes"), [(100, [100]), (101, [100, 1])])
def test_more_than_100_alarms_become_several_widgets(alarms: int, sizes: list[int]) -> None:
    shown = properties(dashboard(AlarmStates(arns=tuple(map(str, range(alarms))))))
    assert [len(one["alarms"]) for one in shown] == sizes
    assert list(itertools.chain(*(one["alarms"] for one in shown))) == list(map(str, range(alarms)))


@pytest.mark.parametrize(
    ("widgets", "said"),
    [
        ([graph(1)] * 500, []),
        ([graph(1)] * 501, ["would give dashboard central-ingress_prod 501 widgets, and CloudWatch takes 500"]),
        ([graph(500)] * 5, []),
        ([graph(2_501)], ["would give dashboard central-ingress_prod 2501 metrics, and CloudWatch takes 2500"]),
    ],
)
def test_a_dashboard_that_stays_too_large_is_refused_with_the_setting(widgets: list[Widget], said: list[str]) -> None:
    problems = check_dashboard(dashboard(*widgets), where="dashboards")
    assert [(one.where, one.reason) for one in problems] == [("dashboards", reason) for reason in said]
