"""Reads all pages of an AWS operation."""

from __future__ import annotations

from typing import Any


def read(client: Any, operation: str, key: str, **parameters: Any) -> list[Any]:
    """All items under `key` of every page of `operation` (snake_case)."""
    if client.can_paginate(operation):
        pages = client.get_paginator(operation).paginate(**parameters)
    else:
        pages = [getattr(client, operation)(**parameters)]
    return [item for page in pages for item in page.get(key) or ()]
