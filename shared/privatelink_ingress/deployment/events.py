"""What the engine's events tell of a run, and how far the run has come."""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Callable
from typing import Any, TypeVar

from pulumi import automation as auto

from privatelink_ingress.fleet.outcomes import Changes
from privatelink_ingress.fleet.stack_state import kind_of, name_of

T = TypeVar("T")

OnStep = Callable[[str], None]
"""Told of each change as the engine starts it: `create Vpc shop`."""

_QUIET = frozenset({"same", "refresh", "read", "read-discard", "discard", "remove-pending-replace"})
"""Operations that change nothing in AWS."""

_FIRST_EVENT_SECONDS, _LAST_EVENT_SECONDS = 2, 10
"""How long after a command's end its first and its last event are awaited. Our choice: both come within milliseconds,
and a busy machine makes them late."""


def run_to_last_event(command: Callable[..., T], take: Callable[[auto.EngineEvent], None], **options: Any) -> T:
    """Run a command of the Automation API; return or raise once `take` has had its last event.

    The API returns while its event server still hands on what came last (`_cleanup` in pulumi 3.272 does not wait for
    `grpc.Server.stop`), which is often the message of the resource that failed. An engine that was killed, or that
    failed before it started, sends no last event.
    """
    started, ended, killed = threading.Event(), threading.Event(), False

    def on_event(event: auto.EngineEvent) -> None:
        take(event)
        started.set()
        if event.cancel_event:
            ended.set()

    try:
        return command(on_event=on_event, **options)
    except auto.CommandError as error:
        killed = "code: -" in str(error)
        raise
    finally:
        if not killed and started.wait(_FIRST_EVENT_SECONDS):
            ended.wait(_LAST_EVENT_SECONDS)


class Events:
    """Collects one command's events; `on_event` is what the Automation API calls."""

    def __init__(self, on_step: OnStep | None = None) -> None:
        """Tell `on_step` of each change."""
        self._on_step = on_step
        self._counts: Counter[str] = Counter()
        self.steps: list[str] = []
        self._done: Counter[str] = Counter()
        self.errors: list[tuple[str, str]] = []
        """URN, empty for the engine's own, and message."""
        self.warnings: list[str] = []

    def on_event(self, event: auto.EngineEvent) -> None:
        """Take one event."""
        if event.resource_pre_event:
            self._step(event.resource_pre_event.metadata)
        if event.res_outputs_event:
            metadata = event.res_outputs_event.metadata
            if not _is_quiet(metadata):
                self._done[_operation(metadata.op)] += 1
        if event.diagnostic_event:
            self._diagnostic(event.diagnostic_event)
        if event.summary_event:
            changes = event.summary_event.resource_changes
            self._counts.update({_operation(op): number for op, number in changes.items()})

    @property
    def changes(self) -> Changes:
        """From the engine's own summary."""
        return Changes.of(self._counts)

    @property
    def done(self) -> Changes:
        """What has ended so far, for a command that fails."""
        return Changes.of(self._done)

    def _step(self, metadata: Any) -> None:
        if _is_quiet(metadata):
            return
        step = f"{_operation(metadata.op)} {kind_of(metadata.urn)} {name_of(metadata.urn)}"
        self.steps.append(step)
        if self._on_step:
            self._on_step(step)

    def _diagnostic(self, event: Any) -> None:
        message = re.sub(r"<\{%[^%]*%\}>", "", event.message).strip()
        if event.severity == "error":
            self.errors.append((event.urn or "", message))
        elif event.severity == "warning" and message not in self.warnings:
            self.warnings.append(message)


def _is_quiet(metadata: Any) -> bool:
    return _operation(metadata.op) in _QUIET or kind_of(metadata.urn) == "Stack"


def _operation(op: Any) -> str:
    return str(getattr(op, "value", op))
