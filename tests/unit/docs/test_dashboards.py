"""docs/dashboards.md: what it shows loads and switches dashboards on."""

from __future__ import annotations

from privatelink_ingress.settings.attached import load_edge
from tests.support import documents
from tests.unit.settings.test_load import EDGE, as_text


def test_the_settings_of_the_document_switch_dashboards_on():
    [block] = documents.yaml("dashboards.md", "edge-settings")
    values = {key.partition(":")[2]: value for key, value in block.items()}
    assert load_edge(as_text(EDGE | values), project="central-ingress", stack="prod").dashboards
    assert not load_edge(as_text(EDGE), project="central-ingress", stack="prod").dashboards
