"""Alarms of the emulated CloudWatch: how they begin, and which AWS refuses."""

from __future__ import annotations

from typing import Any

import pytest

from privatelink_ingress.local.cloud.session import Session
from tests.support.edge_world import refused

ERRORS = {"Namespace": "AWS/ApplicationELB", "MetricName": "HTTPCode_ELB_5XX_Count"}
ALARM: dict[str, Any] = {
    "AlarmName": "edge/errors",
    "ComparisonOperator": "GreaterThanThreshold",
    "EvaluationPeriods": 3,
    "Threshold": 1.0,
    "Statistic": "Sum",
    "Period": 300,
    **ERRORS,
}


def stat(id_: str, **more: Any) -> dict[str, Any]:
    return {"Id": id_, "MetricStat": {"Metric": ERRORS, "Period": 300, "Stat": "Sum"}, **more}


def test_a_new_alarm_has_no_data_and_keeps_its_state_when_it_is_put_again(edge: Session):
    client = edge.client("cloudwatch")
    client.put_metric_alarm(**ALARM)
    (alarm,) = client.describe_alarms(AlarmNames=["edge/errors"])["MetricAlarms"]
    assert (alarm["StateValue"], alarm["Threshold"]) == ("INSUFFICIENT_DATA", 1.0)
    client.set_alarm_state(AlarmName="edge/errors", StateValue="ALARM", StateReason="test")
    (alarm,) = client.describe_alarms(AlarmNames=["edge/errors"])["MetricAlarms"]
    assert alarm["StateValue"] == "ALARM"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"Period": 45}, "Invalid period 45"),
        ({"Period": 300, "EvaluationPeriods": 289}, "across more than a day"),
        ({"Period": 3600, "EvaluationPeriods": 169}, "across more than a day"),
        ({"DatapointsToAlarm": 4}, "less than or equal to EvaluationPeriods"),
        ({"AlarmActions": ["arn:aws:sns:us-east-1:222222222222:on-call"]}, "Only eu-west-1 is supported"),
        ({"OKActions": ["arn:aws:sns:us-east-1:222222222222:on-call"]}, "Only eu-west-1 is supported"),
    ],
    ids=["period", "a day", "a week", "datapoints", "topic elsewhere", "topic elsewhere for ok"],
)
def test_an_alarm_that_aws_refuses_is_refused(edge: Session, changes: dict[str, Any], message: str):
    with refused("ValidationError", message):
        edge.client("cloudwatch").put_metric_alarm(**ALARM | changes)


def test_a_period_of_an_hour_may_look_back_a_week(edge: Session):
    edge.client("cloudwatch").put_metric_alarm(**ALARM | {"Period": 3600, "EvaluationPeriods": 168})


@pytest.mark.parametrize(
    "metrics",
    [
        [stat("a"), stat("b")],
        [stat("a", ReturnData=False), {"Id": "e", "Expression": "a * 2", "ReturnData": False}],
    ],
    ids=["two results", "none"],
)
def test_metric_math_has_one_result(edge: Session, metrics: list[dict[str, Any]]):
    keys = ("AlarmName", "ComparisonOperator", "EvaluationPeriods", "Threshold")
    alarm = {key: ALARM[key] for key in keys}
    with refused("ValidationError", "Exactly one"):
        edge.client("cloudwatch").put_metric_alarm(**alarm, Metrics=metrics)
