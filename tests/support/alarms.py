"""The alarms of two examples, as docs/alarms.md shows them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from privatelink_ingress.plan.alarms import DAY, HOUR, RUNBOOKS, AlarmPlan, Expression
from privatelink_ingress.plan.edge.alarms.stacks import AlarmsPlan
from privatelink_ingress.plan.edge.backends import assumed_contract
from privatelink_ingress.plan.edge.shard import plan_edge
from privatelink_ingress.plan.workload import plan_workload
from privatelink_ingress.plan.workload.alarms import WorkloadAlarmsPlan
from privatelink_ingress.settings.edge import EdgeSettings
from privatelink_ingress.settings.load import load
from privatelink_ingress.settings.workload import WorkloadSettings

ZONES = ("euw1-az1", "euw1-az2", "euw1-az3")
FILE: dict[str, Any] = {
    "accountId": "222222222222",
    "owner": "team-platform",
    "dns": {"zoneId": "Z0123456789EXAMPLE"},
    "certificates": [{"domains": ["example.com", "*.example.com"]}],
    "alarms": {"enabled": True, "topicArn": "arn:aws:sns:eu-west-1:222222222222:on-call"},
    "connections": {
        "shop": {
            "slot": 0,
            "owner": "team-shop",
            "backends": [
                {
                    "service": {
                        "endpointServiceName": "com.amazonaws.vpce.eu-west-1.vpce-svc-0a",
                        "accountId": "111111111111",
                        "zoneIds": ZONES,
                    }
                }
            ],
            "routes": [{"hosts": ["shop.example.com"]}],
            "certificate": {"domains": ["shop.example.com"]},
            "firewall": {"rateLimit": 500},
        }
    },
}


WORKLOAD: dict[str, Any] = {
    "accountId": "111111111111",
    "owner": "team-shop",
    "controller": {
        "image": {"digest": f"sha256:{'8d' * 32}"},
        "minReplicas": 4,
    },
    "publication": {"consumers": [{"accountId": "222222222222", "albSubnetCidrs": ["10.12.0.0/23"]}]},
    "podLogs": {"install": True},
    "metrics": {"install": True},
    "alarms": {"enabled": True, "topicArn": "arn:aws:sns:eu-west-1:111111111111:on-call"},
}
"""A stack file of a workload."""


def workload(**changes: Any) -> WorkloadAlarmsPlan | None:
    """The alarms of the example workload, with other top-level keys."""
    settings = WorkloadSettings.model_validate_json(json.dumps(WORKLOAD | changes))
    return plan_workload(settings, stack="shop", region="eu-west-1", available_zones=ZONES).alarms


def planned(**changes: Any) -> AlarmsPlan | None:
    """The alarms of the example, with other top-level keys."""
    settings = EdgeSettings.model_validate_json(json.dumps(FILE | changes))
    contracts = {
        backend.source: assumed_contract(name, connection, backend, region="eu-west-1", zone_ids=ZONES)
        for name, connection in settings.connections.items()
        for backend in connection.backends
    }
    return plan_edge(settings, stack="prod", region="eu-west-1", available_zones=ZONES, contracts=contracts).alarms


def read_edge(alarms: dict[str, Any]) -> None:
    """Read and plan the example edge with these `alarms`, as its program does.

    Raises:
        SettingsError: a key or value is refused.
        UserError: the plan refuses it.
    """
    load(EdgeSettings, _text(FILE | {"alarms": alarms}), project="central-ingress", stack="prod")
    planned(alarms=alarms)


def read_workload(alarms: dict[str, Any], **changes: Any) -> None:
    """Read and plan the example workload with these `alarms` and other top-level keys, as its program does.

    Raises:
        SettingsError: a key or value is refused.
        UserError: the plan refuses it.
    """
    load(WorkloadSettings, _text(WORKLOAD | changes | {"alarms": alarms}), project="eks-service", stack="shop")
    workload(**changes, alarms=alarms)


def _text(file: dict[str, Any]) -> dict[str, str]:
    return {key: value if isinstance(value, str) else json.dumps(value) for key, value in file.items()}


def table() -> str:
    """One row for each alarm of the edge; those of the three zones are one."""
    found = planned()
    assert found
    return _table([*found.connections["shop"], *found.shard])


def workload_table() -> str:
    """One row for each alarm of a workload; those of the three zones are one."""
    found = workload()
    assert found
    return _table(found.alarms)


def _table(every: Iterable[AlarmPlan]) -> str:
    rows = ["", "| alarm | metrics | dimensions | fires when | without data | runbook |", "|---|---|---|---|---|---|"]
    rows += [_row(alarm) for alarm in every if not alarm.key.endswith(ZONES[1:])]
    return "\n".join([*rows, ""])


def _row(alarm: AlarmPlan) -> str:
    cells = [
        f"`{alarm.name.replace(ZONES[0], '<zone>')}`",
        "<br>".join(f"`{one.namespace}` `{one.name}`, {one.statistic}" for one in alarm.metrics),
        ", ".join(f"`{name}`" for name in dict.fromkeys(name for one in alarm.metrics for name in one.dimensions)),
        _fires(alarm),
        {"notBreaching": "OK", "breaching": "ALARM", "ignore": "as it was"}[alarm.missing],
        f"[{alarm.runbook}]({RUNBOOKS.removeprefix('docs/')}/{alarm.runbook}.md)",
    ]
    return f"| {' | '.join(cells)} |"


def _fires(alarm: AlarmPlan) -> str:
    what = f"`{alarm.watches.formula}`" if isinstance(alarm.watches, Expression) else "it"
    sign = {"GreaterThanThreshold": ">", "GreaterThanOrEqualToThreshold": "≥", "LessThanThreshold": "<"}
    period = alarm.metrics[0].period
    span = "day" if period == DAY else "1 h" if period == HOUR else f"{period // 60} min"
    return f"{what} {sign[alarm.comparison]} {alarm.threshold:g}, {alarm.periods} times {span}"
