"""Every entry that docs/connections.md shows is one that the settings take and that plans."""

from __future__ import annotations

import json
from typing import Any

import pytest

from privatelink_ingress.plan.routing.routes import check, plan_all
from privatelink_ingress.settings.attached import load_edge
from tests.support import documents

ENTRIES = documents.yaml("connections.md", "connections")


@pytest.mark.parametrize("entries", ENTRIES)
def test_an_entry_of_the_document_is_right(entries: dict[str, Any]):
    values = {
        "accountId": "222222222222",
        "owner": "team-platform",
        "dns": json.dumps({"zoneId": "Z0123456789EXAMPLE"}),
        "certificates": json.dumps([{"domains": ["example.com", "*.example.com", "*.shop.example.com"]}]),
        "connections": json.dumps(entries),
    }
    settings = load_edge(values, project="central-ingress", stack="prod")
    assert list(settings.connections) == ["shop"]
    (shop,) = plan_all(settings.connections)
    assert check([shop]) == []
    assert shop.rules


def test_the_document_shows_a_route_two_backends_and_a_generation():
    assert len(ENTRIES) == 3
