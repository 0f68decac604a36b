"""What docs/private-network.md shows is what the settings take and the plan says."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from privatelink_ingress.plan.workload import endpoints
from privatelink_ingress.plan.workload.endpoint_policies import WHOLE_SERVICE
from privatelink_ingress.plan.workload.network import plan_network
from privatelink_ingress.problems import UserError
from privatelink_ingress.settings.load import load
from privatelink_ingress.settings.workload import WorkloadSettings

TEXT = (Path(__file__).parents[3] / "docs" / "private-network.md").read_text()
ENTRIES = [YAML(typ="safe", pure=True).load(block) for block in re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)]
ZONES = ("euw1-az1", "euw1-az2", "euw1-az3")


def settings(keys: dict[str, Any]) -> WorkloadSettings:
    values = {
        "accountId": "111111111111",
        "owner": "team-shop",
        "controller": json.dumps({"install": False}),
        "publication": json.dumps({"consumers": [{"accountId": "222222222222"}]}),
        **{key.removeprefix("eks-service:"): json.dumps(value) for key, value in keys.items()},
    }
    return load(WorkloadSettings, values, project="eks-service", stack="shop")


@pytest.mark.parametrize("entry", ENTRIES)
def test_an_entry_of_the_document_is_taken_and_planned(entry: dict[str, Any]):
    plan = plan_network(settings(entry), region="eu-west-1", available_zones=ZONES, cluster="shop")
    assert plan.zone_ids == ZONES


def test_the_document_shows_every_feature():
    assert len(ENTRIES) == 5
    shown = {key for entry in ENTRIES for key in entry}
    assert shown == {"eks-service:endpoints", "eks-service:podLogs", "eks-service:metrics", "eks-service:network"}


def test_the_message_of_the_document_is_the_plans():
    small = {"network": {"cidr": "10.11.0.0/20", "subnetPrefix": 24}, "nodes": {"max": 25}}
    with pytest.raises(UserError) as caught:
        plan_network(settings(small), region="eu-west-1", available_zones=ZONES, cluster="shop")
    (problem,) = caught.value.problems
    assert f"\n{problem}\n" in TEXT


@pytest.mark.parametrize(
    ("asked_by", "services"),
    [
        ("`nodes`", endpoints.CORE),
        ("`podLogs`", endpoints.POD_LOGS),
        ("`metrics`", endpoints.METRICS),
        ("`sessionManager`", endpoints.SESSION_MANAGER),
        ("`endpoints.preset: article`", endpoints.ARTICLE),
    ],
)
def test_the_table_of_endpoints_is_the_plans(asked_by: str, services: tuple[str, ...]):
    (row,) = [line for line in TEXT.splitlines() if line.startswith(f"| {asked_by} |")]
    assert row.split("|")[2].strip() == ", ".join(f"`{service}`" for service in services)


def test_the_table_of_policies_names_every_service_that_is_open_to_the_accounts_principals():
    (row,) = [line for line in TEXT.splitlines() if line.startswith("| `autoscaling`")]
    assert row.split("|")[1].strip() == ", ".join(f"`{service}`" for service in sorted(WHOLE_SERVICE))
