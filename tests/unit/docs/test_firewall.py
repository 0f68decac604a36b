"""docs/firewall.md: what it shows loads and fits into one web ACL."""

from __future__ import annotations

import json
from typing import Any

import pytest

from privatelink_ingress.plan.edge.firewall.web_acl import check_capacity, plan_firewall
from privatelink_ingress.settings.attached import load_edge
from privatelink_ingress.settings.edge import EdgeSettings
from tests.support import documents
from tests.unit.settings.test_load import EDGE, as_text

KEYS = documents.yaml("firewall.md", "edge-settings")
ENTRIES = documents.yaml("firewall.md", "connections")


def loaded(**more: Any) -> EdgeSettings:
    settings = load_edge(as_text(EDGE | more), project="central-ingress", stack="prod")
    assert isinstance(settings, EdgeSettings)
    return settings


@pytest.mark.parametrize("block", KEYS)
def test_a_setting_of_the_web_acl_loads(block: dict[str, Any]) -> None:
    values = {key.partition(":")[2]: json.loads(json.dumps(value)) for key, value in block.items()}
    connections = {"shop": EDGE["connections"]["shop"]}
    settings = loaded(**values, connections=connections)
    planned = plan_firewall(settings.firewall, settings.connections, name="edge")
    assert check_capacity(planned, limit=settings.limits.firewall_capacity) == []


@pytest.mark.parametrize("entries", ENTRIES)
def test_a_setting_of_a_connection_changes_the_web_acl(entries: dict[str, Any]) -> None:
    settings = loaded(connections=entries)
    planned = plan_firewall(settings.firewall, settings.connections, name="edge")
    assert planned != plan_firewall(settings.firewall, {}, name="edge")
    assert check_capacity(planned) == []


def test_the_document_has_a_block_for_each_kind_of_setting() -> None:
    assert (len(KEYS), len(ENTRIES)) == (7, 3)
