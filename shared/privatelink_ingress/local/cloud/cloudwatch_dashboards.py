"""Dashboards: of no Region, and refused when the body is wrong. moto keeps them by Region and takes any JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from moto.cloudwatch.models import cloudwatch_backends
from moto.cloudwatch.responses import CloudWatchResponse
from moto.core.responses import ActionResult

from privatelink_ingress.local.cloud.hardening import Params, around, before, refuse

WIDGETS, METRICS_OF_WIDGET, METRICS, ALARMS = 500, 500, 2500, 100
"""Most of a dashboard, of a graph, of a dashboard's graphs, and of an alarm widget (CloudWatch quotas)."""

HOME = "us-east-1"
"""moto's backend that keeps the dashboards of an account."""

_REQUIRED: Mapping[str, tuple[str, ...]] = {"text": ("markdown",), "alarm": ("alarms",), "metric": ("region",)}
_TYPES = ("alarm", "chart", "custom", "explorer", "log", "metric", "text")
_STATISTIC = r"(SampleCount|Average|Sum|Minimum|Maximum|IQM|p\d{1,2}(\.\d+)?|p100|(TM|WM|PR|TC|TS|tm|wm|pr|tc|ts).+)"
_OPTIONS = {"accountId", "color", "id", "label", "period", "region", "stat", "visible", "yAxis"}

Message = tuple[str, str]
"""Path in the body, and what is wrong there: DashboardValidationMessage."""


@around(CloudWatchResponse, "put_dashboard", "get_dashboard", "delete_dashboards", "list_dashboards")
def dashboards_are_of_no_region(original: Any, request: Any) -> ActionResult:
    """All Regions of an account have the same dashboards (API reference, PutDashboard)."""
    region, request.region = request.region, HOME
    try:
        return original(request)
    finally:
        request.region = region


@before(CloudWatchResponse, "put_dashboard")
def a_dashboard_is_valid(request: Any, params: Params) -> None:
    """Its name, and its body (API reference, PutDashboard: DashboardInvalidInputError, and the body's structure)."""
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,255}", params["DashboardName"]):
        refuse("InvalidParameterInput", f"The value {params['DashboardName']} for field DashboardName is invalid.")
    if messages := list(problems(params["DashboardBody"])):
        told = [{"DataPath": path, "Message": message} for path, message in messages]
        refuse("InvalidParameterInput", f"The field DashboardBody must be a valid JSON object: {json.dumps(told)}")


def problems(body: str) -> Iterator[Message]:
    """What AWS tells about a body.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
    """
    try:
        document = json.loads(body)
    except ValueError as error:
        yield "", f"The dashboard body is invalid JSON: {error}"
        return
    widgets = document.get("widgets") if isinstance(document, dict) else None
    if not isinstance(widgets, list):
        yield "/", "Should have property 'widgets', an array"
        return
    if len(widgets) > WIDGETS:
        yield "/widgets", f"Should NOT have more than {WIDGETS} items"
    if document.get("periodOverride", "auto") not in ("auto", "inherit"):
        yield "/periodOverride", "Should be equal to one of the allowed values"
    for index, widget in enumerate(widgets):
        yield from _widget(f"/widgets/{index}", widget)
    if not any(widget.get("type") is None for widget in widgets):
        total = sum(len(_entries(widget)) for widget in widgets)
        if total > METRICS:
            yield "/widgets", f"Should NOT have more than {METRICS} metrics"


def _widget(path: str, widget: Any) -> Iterator[Message]:
    kind, properties = widget.get("type"), widget.get("properties")
    if kind not in _TYPES:
        yield f"{path}/type", "Should be equal to one of the allowed values"
        return
    for name, least, most in (("x", 0, 23), ("y", 0, None), ("width", 1, 24), ("height", 1, 1000)):
        if name in widget and not _between(widget[name], least, most):
            yield f"{path}/{name}", f"Should be an integer from {least} to {most}"
    if not isinstance(properties, dict):
        yield path, "Should have required property 'properties'"
        return
    for name in _REQUIRED.get(kind, ()):
        if not properties.get(name):
            yield f"{path}/properties", f"Should have required property '{name}'"
    if kind == "alarm":
        yield from _alarms(f"{path}/properties/alarms", properties.get("alarms") or [])
    if kind == "metric":
        yield from _metrics(f"{path}/properties/metrics", _entries(widget))
        if not _entries(widget) and not properties.get("annotations"):
            yield f"{path}/properties", "Should have required property 'metrics'"


def _alarms(path: str, alarms: list[Any]) -> Iterator[Message]:
    if len(alarms) > ALARMS:
        yield path, f"Should NOT have more than {ALARMS} items"
    for index, arn in enumerate(alarms):
        if not re.fullmatch(r"arn:aws[\w-]*:cloudwatch:[\w-]+:\d{12}:alarm:.+", str(arn)):
            yield f"{path}/{index}", "Should match the ARN of an alarm"


def _metrics(path: str, entries: list[Any]) -> Iterator[Message]:
    if len(entries) > METRICS_OF_WIDGET:
        yield path, f"Should NOT have more than {METRICS_OF_WIDGET} items"
    ids = list[str]()
    for index, entry in enumerate(entries):
        at = f"{path}/{index}"
        if not isinstance(entry, list) or not entry:
            yield at, "Should be an array"
            continue
        options = entry[-1] if isinstance(entry[-1], dict) else {}
        names = entry[:-1] if options else entry
        if "expression" not in options:
            if len(names) < 2 or len(names) % 2 or not all(isinstance(name, str) and name for name in names):
                yield at, "Should have a namespace, a metric name, and pairs of dimension names and values"
            if unknown := options.keys() - _OPTIONS:
                yield at, f"Should NOT have additional properties {sorted(unknown)}"
            if "stat" in options and not re.fullmatch(_STATISTIC, options["stat"]):
                yield at, "Invalid statistic"
            if "period" in options and not _is_period(options["period"]):
                yield at, "Invalid period"
        if "id" in options:
            if not re.fullmatch(r"[a-z]\w{0,254}", options["id"]):
                yield at, "Invalid id: it begins with a lower-case letter"
            if options["id"] in ids:
                yield at, f"Duplicate id {options['id']}"
            ids.append(options["id"])
    for index, entry in enumerate(entries):
        if isinstance(entry, list) and entry and isinstance(entry[-1], dict) and "expression" in entry[-1]:
            for word in re.findall(r"\b[a-z]\w*", entry[-1]["expression"]):
                if word not in ids:
                    yield f"{path}/{index}", f"Expression refers to the unknown id {word}"


def _entries(widget: Any) -> list[Any]:
    properties = widget.get("properties") or {}
    return (properties.get("metrics") or []) if widget.get("type") == "metric" else []


def _between(value: Any, least: int, most: int | None) -> bool:
    return isinstance(value, int) and value >= least and (most is None or value <= most)


def _is_period(value: Any) -> bool:
    return isinstance(value, int) and (value in (1, 5, 10, 30) or (value > 0 and value % 60 == 0))


def of_account(account_id: str) -> Mapping[str, Any]:
    """The dashboards of an account, by name."""
    return cloudwatch_backends[account_id][HOME].dashboards
