"""Dashboards of CloudWatch: graphs of the metrics that alarms watch and of their neighbors, and the alarms' states.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from privatelink_ingress.plan.alarms import AlarmPlan, Expression, Metric
from privatelink_ingress.problems import Problem

WIDGETS, METRICS_OF_GRAPH, METRICS = 500, 500, 2_500
"""Of one dashboard, of one graph, and of all graphs of a dashboard together, hidden metrics of expressions included:
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html"""

ALARMS_OF_WIDGET = 100
"""Alarms whose state one widget shows: the page on the body's structure, properties of an alarm status widget."""

COLUMNS = 24
"""Width of the grid."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Line:
    """One line of a graph."""

    label: str
    watches: Metric | Expression

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """All metrics that it reads."""
        return (self.watches,) if isinstance(self.watches, Metric) else tuple(self.watches.metrics.values())


@dataclasses.dataclass(frozen=True, kw_only=True)
class Graph:
    """Metrics over time."""

    title: str
    lines: tuple[Line, ...]
    width: int = 8
    height: int = 6


@dataclasses.dataclass(frozen=True, kw_only=True)
class AlarmStates:
    """The states of alarms."""

    arns: tuple[str, ...]
    title: str = "Alarms"
    width: int = COLUMNS

    @property
    def height(self) -> int:
        """Rows of the grid; four alarms fit side by side."""
        return min(2 + len(self.arns) // 4, 12)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Text:
    """Markdown."""

    markdown: str
    width: int = COLUMNS

    @property
    def height(self) -> int:
        """Rows of the grid."""
        return 1 + len(self.markdown.splitlines()) // 2


Widget = Graph | AlarmStates | Text


@dataclasses.dataclass(frozen=True, kw_only=True)
class DashboardPlan:
    """One dashboard."""

    name: str
    """Letters, digits, hyphens and underscores, at most 255. Dashboards of an account are of no Region (PutDashboard,
    CloudWatch API)."""
    region: str
    """Of its metrics."""
    widgets: tuple[Widget, ...]
    alarms: tuple[AlarmPlan, ...] = ()
    """A graph shows from when they fire, where it has the very metric."""

    @property
    def metrics(self) -> int:
        """How many metrics its graphs read."""
        return sum(len(line.metrics) for graph in self.widgets if isinstance(graph, Graph) for line in graph.lines)

    def body(self) -> dict[str, Any]:
        """The body. Values of dimensions that AWS decides are still `Deployed`."""
        placed, x, y, row = [], 0, 0, 0
        for widget in self.widgets:
            if x + widget.width > COLUMNS:
                x, y, row = 0, y + row, 0
            kind, properties = self._properties(widget)
            at = {"x": x, "y": y, "width": widget.width, "height": widget.height}
            placed.append({"type": kind, **at, "properties": properties})
            x, row = x + widget.width, max(row, widget.height)
        return {"start": "-PT6H", "periodOverride": "inherit", "widgets": placed}

    def _properties(self, widget: Widget) -> tuple[str, dict[str, Any]]:
        match widget:
            case Text():
                return "text", {"markdown": widget.markdown}
            case AlarmStates():
                return "alarm", {"title": widget.title, "alarms": list(widget.arns), "sortBy": "stateUpdatedTimestamp"}
            case Graph():
                entries = [entry for index, line in enumerate(widget.lines) for entry in _entries(line, index)]
                limits = [
                    {"label": alarm.key, "value": alarm.threshold}
                    for alarm in self.alarms
                    if any(line.watches == alarm.watches for line in widget.lines)
                ]
                return "metric", {
                    "title": widget.title,
                    "view": "timeSeries",
                    "stacked": False,
                    "region": self.region,
                    "metrics": entries,
                    **({"annotations": {"horizontal": limits}} if limits else {}),
                }


def plan_dashboard(
    name: str, *, region: str, widgets: Iterable[Widget], alarms: Iterable[AlarmPlan] = ()
) -> DashboardPlan:
    """A dashboard whose graphs and lists of alarms are split where one would be above AWS's limits."""
    packed = tuple(part for widget in widgets for part in _split(widget))
    return DashboardPlan(name=name, region=region, widgets=packed, alarms=tuple(alarms))


def check_dashboard(plan: DashboardPlan, *, where: str) -> list[Problem]:
    """What AWS would refuse of a dashboard that splitting cannot make smaller."""
    remedy = f"Write {where}: false, or distribute the connections over more stacks."
    found = [(len(plan.widgets), WIDGETS, "widgets"), (plan.metrics, METRICS, "metrics")]
    return [
        Problem(where, f"would give dashboard {plan.name} {number} {what}, and CloudWatch takes {most}", remedy)
        for number, most, what in found
        if number > most
    ]


def _split(widget: Widget) -> Iterator[Widget]:
    match widget:
        case Text():
            yield widget
        case AlarmStates():
            for start in range(0, len(widget.arns), ALARMS_OF_WIDGET):
                yield dataclasses.replace(widget, arns=widget.arns[start : start + ALARMS_OF_WIDGET])
        case Graph():
            for number, part in enumerate(_of_size(widget.lines)):
                title = widget.title if number == 0 else f"{widget.title} ({number + 1})"
                yield dataclasses.replace(widget, title=title, lines=part)


def _of_size(lines: Sequence[Line]) -> Iterator[tuple[Line, ...]]:
    part, size = list[Line](), 0
    for line in lines:
        if size + len(line.metrics) > METRICS_OF_GRAPH:
            yield tuple(part)
            part, size = [], 0
        part.append(line)
        size += len(line.metrics)
    if part:
        yield tuple(part)


def _entries(line: Line, index: int) -> Iterator[list[Any]]:
    """An element of `metrics` for the line, and hidden ones for what it computes with. Ids are unique in a graph."""
    if isinstance(line.watches, Metric):
        yield _entry(line.watches, label=line.label)
        return
    ids = {id_: f"m{index}_{id_}" for id_ in line.watches.metrics}
    formula = re.sub(r"\b[a-z]\w*", lambda word: ids.get(word[0], word[0]), line.watches.formula)
    yield [{"expression": formula, "label": line.label, "id": f"e{index}"}]
    for id_, metric in line.watches.metrics.items():
        yield _entry(metric, id=ids[id_], visible=False)


def _entry(metric: Metric, **options: Any) -> list[Any]:
    dimensions = [part for pair in metric.dimensions.items() for part in pair]
    return [
        metric.namespace,
        metric.name,
        *dimensions,
        {"stat": metric.statistic, "period": metric.period, **options},
    ]
