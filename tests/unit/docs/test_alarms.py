"""docs/alarms.md: what it shows loads, and its table of thresholds has the defaults."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from privatelink_ingress.settings.alarms import Alarms, ShardAlarms
from privatelink_ingress.settings.attached import load_edge
from privatelink_ingress.settings.edge import EdgeSettings
from privatelink_ingress.settings.explain import keys
from tests.support import documents
from tests.support.programs import REPOSITORY
from tests.unit.settings.test_load import EDGE, as_text

BLOCKS = documents.yaml("alarms.md", "edge-settings")
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


def test_the_table_has_every_threshold_with_its_default():
    text = (REPOSITORY / "docs/alarms.md").read_text()
    rows = dict(re.findall(r"^\| `(\w+)` \| ([\d.]+) \|", text, re.MULTILINE))
    switches = {*("enabled", "topicArn", "key")}
    defaults = {key: value for key, value in ShardAlarms().model_dump(by_alias=True).items() if key not in switches}
    assert {key: float(value) for key, value in rows.items()} == defaults
    assert keys(Alarms).keys() - switches <= rows.keys()


def test_the_document_has_a_block_for_each_kind_of_setting():
    assert (len(BLOCKS), len(ENTRIES)) == (2, 1)
