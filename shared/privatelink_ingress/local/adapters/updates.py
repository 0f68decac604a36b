"""Changing resources in place."""

from __future__ import annotations

from typing import Any

from privatelink_ingress.local.adapters.base import AdapterError, Properties


def update(target: Any, type_: str, id_: str, old: Properties, new: Properties) -> Properties:
    """Bring a resource from its state `old` to the inputs `new`; answer the outputs that changed.

    Raises:
        AdapterError: the local cloud has no update for the type, or AWS refuses.
    """
    raise AdapterError(f"{type_}: the local cloud cannot change {id_} in place")
