"""Every entry that docs/connections.md shows is one that the settings take and that plans."""

from __future__ import annotations

import json
from typing import Any

import pytest

from privatelink_ingress.plan.routing.routes import check, plan_all
from privatelink_ingress.settings.attached import load_edge
from privatelink_ingress.trace.listeners import Condition
from privatelink_ingress.trace.request import Request
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


def test_the_document_shows_routes_two_backends_a_generation_and_a_maintenance_page():
    assert len(ENTRIES) == 5


@pytest.mark.parametrize("path", ["/posts/../admin", "/posts/%2e%2e/admin", "/posts//admin", "/posts/..%2fadmin"])
def test_a_path_of_a_route_protects_none_beside_it_as_the_document_says(path: str):
    """F13: the load balancer compares what the client wrote, and NGINX serves what is left after normalization.

    Browsers and `Request.parse` remove the dots before they send the path; an attacker's client does not.
    """
    route = Condition(field="path-pattern", values=("/posts/*",))
    assert Request(scheme="https", host="shop.example.com", port=443, path=path).matches(route)
    text = (documents.REPOSITORY / "docs" / "connections.md").read_text()
    [said] = [one for one in text.split("\n- ") if one.startswith("Paths choose a backend; they do not protect one.")]
    assert "is in no Ingress" in said
    assert "`URL_DECODE` and `NORMALIZE_PATH`" in said
