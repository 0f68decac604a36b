"""Answers of the load balancer itself."""

from __future__ import annotations

from typing import Any

from privatelink_ingress.settings.pages import FixedPage


def fixed_response(page: FixedPage, status: int) -> dict[str, Any]:
    """The action that answers with a page."""
    answer = {"status_code": str(status), "content_type": page.content_type, "message_body": page.content}
    return {"type": "fixed-response", "fixed_response": answer}
