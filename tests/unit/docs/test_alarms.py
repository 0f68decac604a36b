"""docs/alarms.md: what it shows loads, and its tables of thresholds have the defaults."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from privatelink_ingress.settings.alarms import Alarms, OwnTopic, ShardAlarms
from privatelink_ingress.settings.attached import load_edge
from privatelink_ingress.settings.edge import EdgeSettings
from privatelink_ingress.settings.explain import keys
from privatelink_ingress.settings.load import load
from privatelink_ingress.settings.workload import WorkloadSettings
from privatelink_ingress.settings.workload.alarms import WorkloadAlarms
from tests.support import documents
from tests.support.alarms import WORKLOAD
from tests.support.programs import REPOSITORY
from tests.unit.settings.test_load import EDGE, as_text

BLOCKS = documents.yaml("alarms.md", "edge-settings")
WORKLOADS = documents.yaml("alarms.md", "workload-settings")
SWITCHES = {"enabled", "topicArn", "key"}
ENTRIES = documents.yaml("alarms.md", "connections")


def loaded(**more: Any) -> EdgeSettings:
    settings = load_edge(as_text(EDGE | more), project="central-ingress", stack="prod")
    assert isinstance(settings, EdgeSettings)
    return settings


@pytest.mark.parametrize("block", BLOCKS)
def test_the_settings_of_a_shard_switch_alarms_on(block: dict[str, Any]):
    values = {key.partition(":")[2]: json.loads(json.dumps(value)) for key, value in block.items()}
    assert loaded(**values).alarms.enabled


@pytest.mark.parametrize("entries", ENTRIES)
def test_the_settings_of_a_connection_replace_those_of_its_stack(entries: dict[str, Any]):
    settings = loaded(connections=entries)
    own = settings.connections["shop"].alarms
    assert settings.alarms.overridden(own) != settings.alarms


def rows(*titles: str) -> dict[str, float]:
    """The defaults that the document's tables of thresholds have below these headings."""
    sections = re.split(r"^##+ ", (REPOSITORY / "docs/alarms.md").read_text(), flags=re.MULTILINE)
    text = "".join(one for one in sections if one.partition("\n")[0] in titles)
    return {key: float(value) for key, value in re.findall(r"^\| `(\w+)` \| ([\d.]+) \|", text, re.MULTILINE)}


def thresholds(settings: OwnTopic) -> dict[str, float]:
    return {key: value for key, value in settings.model_dump(by_alias=True).items() if key not in SWITCHES}


def test_the_tables_have_every_threshold_with_its_default():
    assert rows("Thresholds") == thresholds(ShardAlarms())
    assert rows("Thresholds of a workload") == thresholds(WorkloadAlarms())
    assert keys(Alarms).keys() - SWITCHES <= rows("Thresholds").keys()


@pytest.mark.parametrize("block", WORKLOADS)
def test_the_settings_of_a_workload_switch_alarms_on(block: dict[str, Any]):
    values = {key.partition(":")[2]: json.loads(json.dumps(value)) for key, value in block.items()}
    settings = load(WorkloadSettings, as_text(WORKLOAD | values), project="eks-service", stack="shop")
    assert settings.alarms.enabled


def test_the_document_has_a_block_for_each_kind_of_setting():
    assert (len(BLOCKS), len(ENTRIES), len(WORKLOADS)) == (2, 1, 2)
