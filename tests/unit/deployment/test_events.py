"""The Automation API may hand on the last events of a command after it has returned."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from pulumi import automation as auto

from privatelink_ingress.deployment.events import run_to_last_event

FIRST = auto.EngineEvent(sequence=1, timestamp=1, stdout_event=auto.StdoutEngineEvent("first", "never"))
LATE = auto.EngineEvent(sequence=2, timestamp=1, stdout_event=auto.StdoutEngineEvent("late", "never"))
LAST = auto.EngineEvent(sequence=3, timestamp=1, cancel_event=auto.CancelEvent())


def command(*later: auto.EngineEvent, code: int = 0) -> Callable[..., str]:
    """A command of the API: `later` comes from its server's thread, once the command has ended."""

    def run(on_event: Callable[[auto.EngineEvent], None], **options: Any) -> str:
        on_event(FIRST)
        if later:
            threading.Timer(0.05, lambda: [on_event(event) for event in later]).start()
        if code:
            raise auto.CommandError(auto.CommandResult(stdout="", stderr="", code=code))
        return f"done with {options}"

    return run


def test_a_command_returns_after_its_last_event():
    events = list[auto.EngineEvent]()
    assert run_to_last_event(command(LATE, LAST), events.append, color="never") == "done with {'color': 'never'}"
    assert events == [FIRST, LATE, LAST]


def test_a_command_that_fails_raises_after_its_last_event():
    events = list[auto.EngineEvent]()
    with pytest.raises(auto.CommandError):
        run_to_last_event(command(LATE, LAST, code=255), events.append)
    assert events == [FIRST, LATE, LAST]


def test_a_command_whose_first_event_is_late_still_returns_after_its_last():
    def quick(on_event: Callable[[auto.EngineEvent], None]) -> None:
        threading.Timer(0.05, lambda: [on_event(event) for event in (FIRST, LAST)]).start()
        raise auto.CommandError(auto.CommandResult(stdout="", stderr="", code=255))

    events = list[auto.EngineEvent]()
    with pytest.raises(auto.CommandError):
        run_to_last_event(quick, events.append)
    assert events == [FIRST, LAST]


def test_nothing_more_is_awaited_of_an_engine_that_was_killed(monkeypatch):
    monkeypatch.setattr(threading.Event, "wait", lambda *_: pytest.fail("waits"))
    with pytest.raises(auto.CommandError):
        run_to_last_event(command(code=-9), list[auto.EngineEvent]().append)
