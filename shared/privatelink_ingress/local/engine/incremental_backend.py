"""A stack's next run: what an earlier one made stays, as the engine leaves resources whose inputs are the same."""

from __future__ import annotations

from privatelink_ingress.local.adapters.base import AdapterError, Created, Properties
from privatelink_ingress.local.engine.monitor import Backend
from privatelink_ingress.local.engine.registration import Registration
from privatelink_ingress.local.engine.stack_run import StackRun


class Standing:
    """A backend over another one: it creates what is new alone. Nothing is changed or deleted; the engine does that."""

    def __init__(self, backend: Backend, before: StackRun) -> None:
        """Take what `before` made on `backend` for what stands there."""
        self._backend = backend
        self._before = {registration.urn: registration for registration in before.registrations}

    def create(self, registration: Registration, provider_inputs: Properties) -> Created:
        """What stands, or else a new resource.

        Raises:
            AdapterError: for a resource that would have to be changed, and whatever the backend raises.
        """
        made = self._before.get(registration.urn)
        if made is None:
            return self._backend.create(registration, provider_inputs)
        keys = made.inputs.keys() | registration.inputs.keys()
        if changed := sorted(key for key in keys if made.inputs.get(key) != registration.inputs.get(key)):
            raise AdapterError(f"the in-process runner changes nothing that stands, and {', '.join(changed)} differ")
        return Created(made.id, made.outputs)

    def invoke(self, token: str, args: Properties, provider_inputs: Properties) -> Properties:
        """As the backend answers."""
        return self._backend.invoke(token, args, provider_inputs)
