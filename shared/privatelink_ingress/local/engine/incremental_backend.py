"""A backend for a stack's next run: existing resources stay, like resources with unchanged inputs in the engine."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection
from typing import Protocol

from privatelink_ingress.local.adapters.base import AdapterError, Created, Properties
from privatelink_ingress.local.engine.monitor import Backend
from privatelink_ingress.local.engine.registration import Registration
from privatelink_ingress.local.engine.stack_run import StackRun


class Updating(Backend, Protocol):
    """A backend that also updates resources."""

    def update(self, registration: Registration, state: Properties, provider_inputs: Properties) -> Properties:
        """Update the resource with the outputs `state` to the inputs; returns its outputs."""


class IncrementalBackend:
    """Creates only new resources, on another backend. Unlike the engine, it deletes nothing.

    It updates only the types that it is told to, so a run that should change nothing fails when it would.
    """

    def __init__(self, backend: Updating, before: StackRun, *, updates: Collection[str] = ()) -> None:
        """Treat the registrations of `before` as the existing resources on `backend`; `updates` are types to update."""
        self._backend = backend
        self._updates = updates
        self._before = {registration.urn: registration for registration in before.registrations}

    def create(self, registration: Registration, provider_inputs: Properties) -> Created:
        """Return the existing resource, or create it.

        Raises:
            AdapterError: the inputs of an existing resource differ; also whatever the backend raises.
        """
        existing = self._before.get(registration.urn)
        if existing is None:
            return self._backend.create(registration, provider_inputs)
        keys = existing.inputs.keys() | registration.inputs.keys()
        changed = sorted(key for key in keys if existing.inputs.get(key) != registration.inputs.get(key))
        if changed and registration.type in self._updates:
            known = dataclasses.replace(registration, id=existing.id)
            return Created(existing.id, self._backend.update(known, dict(existing.outputs), provider_inputs))
        if changed:
            raise AdapterError(f"the in-process runner updates no such resource, and {', '.join(changed)} changed")
        return Created(existing.id, existing.outputs, existing.children)

    def invoke(self, token: str, args: Properties, provider_inputs: Properties) -> Properties:
        """Call the function on the backend."""
        return self._backend.invoke(token, args, provider_inputs)
