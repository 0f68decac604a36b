"""A backend for a stack's next run: existing resources stay, like resources with unchanged inputs in the engine."""

from __future__ import annotations

from privatelink_ingress.local.adapters.base import AdapterError, Created, Properties
from privatelink_ingress.local.engine.monitor import Backend
from privatelink_ingress.local.engine.registration import Registration
from privatelink_ingress.local.engine.stack_run import StackRun


class IncrementalBackend:
    """Creates only new resources, on another backend. Unlike the engine, it updates and deletes nothing."""

    def __init__(self, backend: Backend, before: StackRun) -> None:
        """Treat the registrations of `before` as the existing resources on `backend`."""
        self._backend = backend
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
        if changed := sorted(key for key in keys if existing.inputs.get(key) != registration.inputs.get(key)):
            raise AdapterError(f"the in-process runner updates no resource, and {', '.join(changed)} changed")
        return Created(existing.id, existing.outputs)

    def invoke(self, token: str, args: Properties, provider_inputs: Properties) -> Properties:
        """Call the function on the backend."""
        return self._backend.invoke(token, args, provider_inputs)
