"""Reads all pages of an AWS operation."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any


def read(client: Any, operation: str, key: str, **parameters: Any) -> list[Any]:
    """All items under `key` of every page of `operation` (snake_case)."""
    if client.can_paginate(operation):
        pages = client.get_paginator(operation).paginate(**parameters)
    else:
        pages = _by_token(getattr(client, operation), key, parameters)
    return [item for page in pages for item in page.get(key) or ()]


def _by_token(call: Callable[..., dict[str, Any]], key: str, parameters: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """All pages of an operation for which the SDK has no paginator: some have more than one all the same."""
    page = call(**parameters)
    yield page
    for name in ("nextToken", "NextToken", "NextMarker"):
        # WAF gives its last page a marker, too, behind which is nothing.
        while (token := page.get(name)) and page.get(key):
            page = call(**parameters, **{name: token})
            yield page
