"""Faults in the middle of a run: one call of the engine fails, or the engine itself dies at it."""

from __future__ import annotations

import dataclasses
import os
import signal
import threading
import time
from typing import Literal

from privatelink_ingress.local.adapters.base import AdapterError
from privatelink_ingress.local.providers.observation import Call

MESSAGE = "ServiceUnavailable: the emulated AWS fails this call once"


@dataclasses.dataclass
class Fault:
    """An observer that strikes once, at the k-th call of an operation: `Fault("create", 3)`."""

    operation: Literal["create", "update", "delete"]
    number: int
    moment: Literal["before", "after"] = "before"
    """Before AWS hears of the call, or after its answer and before the engine has it."""
    kill: bool = False
    """Whether the engine's process is killed; otherwise the call fails."""
    struck: Call | None = None
    """The call at which it did; None when there were fewer."""

    def __post_init__(self) -> None:
        self._lock, self._seen = threading.Lock(), 0

    def before(self, call: Call) -> None:
        self._at("before", call)

    def after(self, call: Call) -> None:
        self._at("after", call)

    def _at(self, moment: str, call: Call) -> None:
        if moment != self.moment or call.operation != self.operation:
            return
        with self._lock:
            self._seen += 1
            if self._seen != self.number:
                return
            self.struck = call
        if self.kill:
            os.kill(call.engine_pid, signal.SIGKILL)
            _wait_for_the_end_of(call.engine_pid)
        raise AdapterError(MESSAGE)


def _wait_for_the_end_of(pid: int) -> None:
    """Until the process is gone, so that it cannot hear the answer."""
    while True:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        time.sleep(0.01)
