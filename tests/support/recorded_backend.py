"""A backend that answers from tables, for tests of programs."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from privatelink_ingress.local.adapters.base import Created, Properties
from privatelink_ingress.local.engine.registration import Registration


class RecordedBackend:
    """Every resource gets the id `<name>-id`; outputs and answers come from tables."""

    def __init__(
        self,
        outputs: Mapping[str, Properties | Callable[[Registration], Properties]] | None = None,
        answers: Mapping[str, Properties | Callable[[Properties], Properties]] | None = None,
    ) -> None:
        """`outputs` by resource type, `answers` by function token; each a dict, or a function that returns it."""
        self._outputs, self._answers = outputs or {}, answers or {}

    def create(self, registration: Registration, provider_inputs: Properties) -> Created:
        """Return the id, and the outputs for the registration's type."""
        outputs = self._outputs.get(registration.type, {})
        return Created(f"{registration.name}-id", dict(outputs) if isinstance(outputs, dict) else outputs(registration))

    def invoke(self, token: str, args: Properties, provider_inputs: Properties) -> Properties:
        """Return the answer for the token.

        Raises:
            LookupError: the table has no answer for it; the message names the token.
        """
        if token not in self._answers:
            raise LookupError(f"no answer for {token}; the table has {', '.join(sorted(self._answers)) or 'none'}")
        answer = self._answers[token]
        return dict(answer) if isinstance(answer, dict) else answer(args)
