"""Reading resources back, for a refresh."""

from __future__ import annotations

from typing import Any

from privatelink_ingress.local.adapters.base import Properties


def read(target: Any, type_: str, id_: str, state: Properties) -> Properties | None:
    """The outputs of a resource that differ from `state`; None when it is gone."""
    return {}
