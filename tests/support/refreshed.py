"""Stacks of an in-process deployment, refreshed and exported, as `pulumi refresh` and `pulumi stack export` do it.

Each resource is read from the emulated AWS by the readings that the engine's refresh uses. `tests/engine/test_drift.py`
shows that the engine does the same with them.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any
from unittest import mock

from privatelink_ingress.cli import doctor, topologies
from privatelink_ingress.local.cloud import Cloud
from privatelink_ingress.local.cloud_backend import CloudBackend
from privatelink_ingress.local.deploy import Stack
from privatelink_ingress.local.engine import state
from privatelink_ingress.local.engine.registration import Registration
from privatelink_ingress.local.engine.runner import StackRun
from privatelink_ingress.stackfiles import exports
from privatelink_ingress.stackfiles.exports import Export
from privatelink_ingress.trace.diagnosis import Diagnosis
from privatelink_ingress.trace.expected import Expected
from privatelink_ingress.trace.states import load, surroundings
from privatelink_ingress.trace.states.resources import Outputs, Resources


class Refreshed:
    """The stacks of one deployment, as their refreshed states tell of them."""

    def __init__(self, cloud: Cloud, runs: Sequence[tuple[Stack, StackRun]], scope: doctor.Scope, left: str) -> None:
        """After the deployment; the stack `left` is not refreshed, because nothing breaks it."""
        self._cloud, self._runs, self._scope, self._left = cloud, runs, scope, left
        self._types = _types_read([_export(run) for _, run in runs], scope.expected)

    def found(self) -> list[Diagnosis]:
        """Errors and warnings of `doctor --state`."""
        exports = tuple(
            _export(run) if stack.label == self._left else self._refreshed(stack, run) for stack, run in self._runs
        )
        system = topologies.System(topology=load.load(exports), exports=exports)
        return [one for one in doctor.report(self._scope, system).found if one.severity != "not seen"]

    def _refreshed(self, stack: Stack, run: StackRun) -> Export:
        """Only types that the loaders look at are read, and no tags, which they do not."""
        backend = CloudBackend(self._cloud, ambient_account_id=stack.settings.account_id, region=stack.region)
        providers = {one.urn: one.inputs for one in run.registrations}
        found: dict[str, Mapping[str, Any] | None] = {
            one.urn: backend.read(one, _untagged(one.outputs), dict(providers.get(one.provider, {})))
            for one in state.managed(run)
            if one.type in self._types and one.custom and not one.external
        }
        return _export(_with(run, found))


def _types_read(exports: Sequence[Export], expected: Expected) -> frozenset[str]:
    """The types of resources that the loaders of states look at."""
    seen = set[str]()
    of = Resources.of

    def recorded(resources: Resources, type_: str) -> list[Outputs]:
        seen.add(type_)
        return of(resources, type_)

    with mock.patch.object(Resources, "of", recorded):
        load.load(exports)
        surroundings.load(exports, expected)
    return frozenset(seen)


def _export(run: StackRun) -> Export:
    return exports.parse(state.export(run), source=run.stack, failed="")


def _untagged(outputs: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in outputs.items() if key != "tagsAll"}


def _with(run: StackRun, found: Mapping[str, Mapping[str, Any] | None]) -> StackRun:
    """The run with what was read. What is gone is left out, and nothing refers to it."""
    gone = {urn for urn, outputs in found.items() if outputs is None}

    def refreshed(one: Registration) -> Registration:
        kept = {name: tuple(urn for urn in urns if urn not in gone) for name, urns in one.property_dependencies.items()}
        return dataclasses.replace(
            one,
            outputs=dict(found.get(one.urn) or one.outputs),
            depends_on=tuple(urn for urn in one.depends_on if urn not in gone),
            property_dependencies=kept,
            children=(),
        )

    return dataclasses.replace(
        run, registrations=tuple(refreshed(one) for one in state.managed(run) if one.urn not in gone)
    )
