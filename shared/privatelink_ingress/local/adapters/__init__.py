"""The adapters: what the local cloud can register, by Pulumi resource type."""

from __future__ import annotations

import functools
import importlib
import pkgutil

from privatelink_ingress.local.adapters.base import Adapter, AdapterError

KUBERNETES = "kubernetes:"


def adapter_for(type_: str) -> Adapter:
    """The adapter of a Pulumi resource type, such as `aws:ec2/vpc:Vpc`.

    Raises:
        AdapterError: when there is none.
    """
    if type_.startswith(KUBERNETES):
        from privatelink_ingress.local.adapters import kubernetes

        return kubernetes.kubernetes_adapter(type_)
    adapter = _table().get(type_)
    if adapter is None:
        raise AdapterError(f"the local cloud has no adapter for {type_}")
    return adapter


@functools.cache
def _table() -> dict[str, Adapter]:
    """The `ADAPTERS` of every module of this package, joined; a type stands in one module only."""
    table: dict[str, Adapter] = {}
    for module in sorted(info.name for info in pkgutil.iter_modules(__path__)):
        adapters = getattr(importlib.import_module(f"{__name__}.{module}"), "ADAPTERS", {})
        if twice := sorted(table.keys() & adapters.keys()):
            raise ValueError(f"{module} has adapters that another module has too: {', '.join(twice)}")
        table |= adapters
    return table
