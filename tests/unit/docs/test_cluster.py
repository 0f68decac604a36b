"""Every piece of a stack file that docs/cluster.md shows is one that the settings take and that plans."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from privatelink_ingress.components.workload.api_probe import TIMEOUT_SECONDS
from privatelink_ingress.plan.workload import kubeconfig, plan_workload
from privatelink_ingress.settings.load import load
from privatelink_ingress.settings.workload import WorkloadSettings

TEXT = (Path(__file__).parents[3] / "docs" / "cluster.md").read_text()
PIECES = [YAML(typ="safe").load(block)["config"] for block in re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)]


def settings(piece: dict[str, Any]) -> WorkloadSettings:
    values = {"accountId": "111111111111", "owner": "team-shop", "controller": {"install": False}}
    values["publication"] = {"consumers": [{"accountId": "222222222222"}]}
    values |= {key.removeprefix("eks-service:"): value for key, value in piece.items()}
    written = {key: value if isinstance(value, str) else json.dumps(value) for key, value in values.items()}
    return load(WorkloadSettings, written, project="eks-service", stack="shop")


@pytest.mark.parametrize("piece", PIECES)
def test_a_piece_of_the_document_is_right_and_plans(piece: dict[str, Any]):
    zones = ("euw1-az1", "euw1-az2", "euw1-az3")
    plan = plan_workload(settings(piece), stack="shop", region="eu-west-1", available_zones=zones)
    assert plan.nodes.groups


def test_the_document_shows_tunnel_networks_access_groups_and_add_ons():
    assert len(PIECES) == 5


def test_the_message_in_the_document_is_the_one_that_is_shown():
    shown = kubeconfig.no_answer("0A1B….eks.amazonaws.com", 443, f"no connection within {TIMEOUT_SECONDS:g} seconds")
    assert f"warning: {shown.where}: {shown.reason}" in TEXT
