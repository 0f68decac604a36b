"""Pages of the load balancer itself."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import ValidationError

from privatelink_ingress.settings.explain import explain
from privatelink_ingress.settings.load_balancer import LoadBalancer
from privatelink_ingress.settings.pages import MAINTENANCE, FixedPage


def refused(page: dict[str, Any]) -> list[str]:
    with pytest.raises(ValidationError) as error:
        LoadBalancer.model_validate_json(json.dumps({"notFoundPage": page}))
    return [str(problem) for problem in explain(LoadBalancer, error.value)]


def test_a_page_is_html_or_text() -> None:
    assert (MAINTENANCE.content_type, MAINTENANCE.content) == (
        "text/plain",
        "Down for maintenance. Please try again later.",
    )
    page = FixedPage(html="<p>Closed")
    assert (page.content_type, page.content) == ("text/html", "<p>Closed")
    assert refused({}) == ["notFoundPage: has neither html nor text\n    Write one of the two."]
    assert refused({"html": "<p>", "text": "x"}) == ["notFoundPage: has html and text\n    Write one of the two."]
    assert refused({"text": ""}) == ["notFoundPage.text: has 0 characters, but needs at least 1\n    Write at least 1."]


def test_a_page_has_1024_bytes_at_most() -> None:
    assert FixedPage(text="x" * 1_024).content == "x" * 1_024
    reason = "but the load balancer answers with 1,024 at most\n    Shorten it, or refer to a page elsewhere."
    assert refused({"text": "x" * 1_025}) == [f"notFoundPage.text: has 1,025 bytes, {reason}"]
    assert refused({"html": "é" * 513}) == [f"notFoundPage.html: has 1,026 bytes, {reason}"]
