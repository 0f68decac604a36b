"""The resources of several exported states, by type."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from privatelink_ingress.arns import Arn
from privatelink_ingress.stackfiles.exports import Export

Outputs = Mapping[str, Any]
"""A resource's outputs, with its `id`."""


class Resources:
    """What AWS had of each resource when its stack was deployed or refreshed last."""

    def __init__(self, exports: Iterable[Export]) -> None:
        """Leave out what is due to be deleted."""
        self._by_type: dict[str, list[Outputs]] = defaultdict(list)
        for export in exports:
            for resource in export.resources:
                if not resource.get("delete"):
                    outputs = {**(resource.get("outputs") or {}), "id": resource.get("id") or ""}
                    self._by_type[resource["type"]].append(outputs)

    def of(self, type_: str) -> list[Outputs]:
        """Those of a type, in the order of the states."""
        return self._by_type[type_]

    def by(self, type_: str, key: str) -> dict[str, list[Outputs]]:
        """Those of a type, by the value of an output."""
        found: dict[str, list[Outputs]] = defaultdict(list)
        for outputs in self.of(type_):
            found[outputs.get(key, "")].append(outputs)
        return found


def place(outputs: Outputs) -> tuple[str, str]:
    """Account and Region, from the resource's ARN."""
    arn = Arn.parse(outputs["arn"])
    return arn.account_id, arn.region
