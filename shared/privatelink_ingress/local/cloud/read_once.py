"""What moto computes again for every request, computed once: a third of the emulator's time."""

from __future__ import annotations

from typing import Any

import moto.eks.utils
from moto import backends
from moto.core import responses, utils
from moto.core.base_backend import BaseBackend

from privatelink_ingress.local.cloud.hardening import around, cached

# One loader for all services: each loader lists every model that botocore has.
cached(utils, "create_loader")
# For every request: which operations a service has, and which services moto has.
cached(responses, "method_names_from_class")
# For every role of a cluster or node group: which partitions AWS has.
cached(moto.eks.utils, "Session")

_services: list[frozenset[str]] = []


@around(backends, "list_of_moto_modules")
def services_are_listed_once(original: Any) -> frozenset[str]:
    """Moto's own function is a generator, which a cache would hand out exhausted."""
    if not _services:
        _services.append(frozenset(original()))
    return _services[0]


@around(BaseBackend, "reset")
def reset_leaves_a_store_empty(original: Any, backend: Any) -> None:
    """Moto fills each store again at a reset and drops it right after; here it only drops it."""
