"""What CloudWatch refuses of an alarm, and moto lets pass; and the state in which an alarm begins."""

from __future__ import annotations

from typing import Any

from moto.cloudwatch.responses import CloudWatchResponse

from privatelink_ingress.local.cloud.hardening import Params, after, before, refuse, undo

DAY, WEEK = 86_400, 604_800
_SHORT_PERIODS = (10, 20, 30)


@before(CloudWatchResponse, "put_metric_alarm")
def a_period_is_a_number_of_minutes(request: Any, params: Params) -> None:
    """Seconds of Period: 10, 20, 30, or a multiple of 60 (API reference, PutMetricAlarm)."""
    for period in _periods(params):
        if period not in _SHORT_PERIODS and period % 60:
            _invalid(f"Invalid period {period}: it must be 10, 20, 30, or a multiple of 60")


@before(CloudWatchResponse, "put_metric_alarm")
def an_alarm_looks_back_a_day(request: Any, params: Params) -> None:
    """EvaluationPeriods times Period: a day, or a week for periods of an hour (API reference, PutMetricAlarm)."""
    for period in _periods(params):
        if params["EvaluationPeriods"] * period > (WEEK if period >= 3600 else DAY):
            _invalid("Metrics cannot be checked across more than a day (EvaluationPeriods * Period must be <= 86400)")


@before(CloudWatchResponse, "put_metric_alarm")
def no_more_datapoints_than_periods(request: Any, params: Params) -> None:
    """DatapointsToAlarm (API reference, PutMetricAlarm)."""
    if params.get("DatapointsToAlarm", 1) > params["EvaluationPeriods"]:
        _invalid("DatapointsToAlarm must be less than or equal to EvaluationPeriods")


@before(CloudWatchResponse, "put_metric_alarm")
def one_result_of_metric_math(request: Any, params: Params) -> None:
    """Exactly one of the queries returns data (API reference, MetricDataQuery)."""
    queries = params.get("Metrics") or []
    if queries and sum(bool(query.get("ReturnData", True)) for query in queries) != 1:
        _invalid("Exactly one element of the metrics list should return data")


@before(CloudWatchResponse, "put_metric_alarm")
def actions_are_of_the_region(request: Any, params: Params) -> None:
    """An alarm notifies topics of its own Region.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html
    """
    for list_ in ("AlarmActions", "OKActions", "InsufficientDataActions"):
        for arn in params.get(list_) or ():
            if arn.startswith("arn:") and arn.split(":")[3] != request.region:
                _invalid(f"Invalid region {arn.split(':')[3]} specified. Only {request.region} is supported.")


@undo(CloudWatchResponse, "put_metric_alarm")
def no_new_alarm(request: Any, params: Params, response: Any) -> None:
    """After a failed effect; an alarm that was there before stays."""
    if not request.cloudwatch_backend.alarms[params["AlarmName"]].history:
        request.cloudwatch_backend.delete_alarms([params["AlarmName"]])


@after(CloudWatchResponse, "put_metric_alarm")
def a_new_alarm_knows_nothing_yet(request: Any, params: Params, response: Any) -> Any:
    """INSUFFICIENT_DATA, until its first periods are evaluated (API reference, PutMetricAlarm)."""
    alarm = request.cloudwatch_backend.alarms[params["AlarmName"]]
    if not alarm.history:
        alarm.state_value = "INSUFFICIENT_DATA"
    return response


def _periods(params: Params) -> list[int]:
    queries = params.get("Metrics") or ()
    stats = [query["MetricStat"]["Period"] for query in queries if "MetricStat" in query]
    return [*stats, *([params["Period"]] if "Period" in params else [])]


def _invalid(message: str) -> None:
    refuse("ValidationError", message)
