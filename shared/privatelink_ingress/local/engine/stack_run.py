"""The registrations of an in-process run of a Pulumi program."""

from __future__ import annotations

import dataclasses
import heapq
from collections.abc import Mapping
from typing import Any

from privatelink_ingress.local.engine.registration import Invocation, Registration, StackOutputs


@dataclasses.dataclass(frozen=True, kw_only=True)
class StackRun:
    """A run's registrations. The stack itself is the first one."""

    project: str
    stack: str
    registrations: tuple[Registration, ...]
    """Sorted by dependencies, then by URN: the same order in every run."""
    invokes: tuple[Invocation, ...]
    exports: Mapping[str, Any]
    """Plain values, secrets included."""
    secret_exports: frozenset[str]
    messages: tuple[str, ...] = ()
    """Warnings that the program logged."""

    @property
    def outputs(self) -> StackOutputs:
        """The exports as another stack's reference reads them."""
        return StackOutputs(self.exports, self.secret_exports)

    def of_type(self, type_: str) -> tuple[Registration, ...]:
        """All registrations of a type, such as `aws:ec2/vpc:Vpc`."""
        return tuple(registration for registration in self.registrations if registration.type == type_)

    def only(self, type_: str) -> Registration:
        """The one registration of a type.

        Raises:
            LookupError: when there is none or more than one; the message lists the existing ones.
        """
        found = self.of_type(type_)
        if len(found) == 1:
            return found[0]
        if found:
            raise LookupError(f"{len(found)} of {type_}: {', '.join(r.name for r in found)}")
        raise LookupError(f"no {type_}; there are {', '.join(sorted({r.type for r in self.registrations}))}")


def in_order(by_urn: Mapping[str, Registration]) -> tuple[Registration, ...]:
    """Dependencies first, then by URN."""
    needs = {
        urn: {u for u in (r.parent, r.provider, *r.providers.values(), *r.depends_on) if u in by_urn and u != urn}
        for urn, r in by_urn.items()
    }
    needed_by: dict[str, list[str]] = {urn: [] for urn in by_urn}
    for urn, others in needs.items():
        for other in others:
            needed_by[other].append(urn)
    ready = [urn for urn, others in needs.items() if not others]
    heapq.heapify(ready)
    ordered: list[Registration] = []
    while ready:
        urn = heapq.heappop(ready)
        ordered.append(by_urn[urn])
        for dependent in needed_by[urn]:
            needs[dependent].discard(urn)
            if not needs[dependent]:
                heapq.heappush(ready, dependent)
    return tuple(ordered)
