"""Faults in the middle of a run: one call of the engine fails, or the engine itself dies at it."""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from privatelink_ingress.local.adapters.base import AdapterError
from privatelink_ingress.local.providers.observation import Call, Unobserved

Operation = Literal["create", "update", "delete"]
Moment = Literal["before", "after"]
MESSAGE = "ServiceUnavailable: the emulated AWS fails this call once"


def any_call(call: Call) -> bool:
    """Every call counts."""
    return True


@dataclasses.dataclass
class Fault(Unobserved):
    """An observer that strikes once, at the k-th call of an operation: `Fault("create", 3)`."""

    operation: Operation
    number: int = 1
    moment: Moment = "before"
    """Before AWS hears of the call, or after its answer and before the engine has it."""
    kill: bool = False
    """Whether the engine's process is killed; otherwise the call fails."""
    of: Callable[[Call], bool] = any_call
    """Which calls count."""
    states: Path | None = None
    """The engine's home: it is killed while the states there are whole. A bucket takes a state whole or not at all, but
    a kill can cut one that is being written to a file."""
    struck: Call | None = None
    """The call at which it did; None when there were fewer."""
    created: list[Call] = dataclasses.field(default_factory=list)
    """Every create that AWS completed."""

    def __post_init__(self) -> None:
        self._change, self._seen, self._under_way = threading.Condition(), 0, set[str]()

    def before(self, call: Call) -> None:
        with self._change:
            self._under_way.add(call.urn)
        self._at("before", call)

    def after(self, call: Call) -> None:
        if call.operation == "create":
            self.created.append(call)
        self._at("after", call)
        if self.kill and self.struck:
            wait_for_the_end_of(call.engine_pid)  # no other answer reaches the engine meanwhile

    def ended(self, call: Call) -> None:
        with self._change:
            self._under_way.discard(call.urn)
            self._change.notify_all()

    def settle(self) -> None:
        """Wait until AWS has answered all calls: those that a killed engine had sent still take place."""
        with self._change:
            self._change.wait_for(lambda: not self._under_way)

    def _at(self, moment: str, call: Call) -> None:
        if (moment, call.operation) != (self.moment, self.operation) or not self.of(call):
            return
        with self._change:
            self._seen += 1
            if self._seen != self.number:
                return
            self.struck = call
        if self.kill:
            assert os.environ["PULUMI_SKIP_CHECKPOINTS"] == "false", "this module has to say CHECKPOINTS = True"
            kill_between_writes(call.engine_pid, self.states)
            wait_for_the_end_of(call.engine_pid)
        raise AdapterError(MESSAGE)


def kill_between_writes(pid: int, home: Path | None) -> None:
    """Kill an engine while the states of its home are whole."""
    os.kill(pid, signal.SIGSTOP)
    while home and not all(map(_is_whole, home.glob("states/.pulumi/stacks/*/*.json*"))):
        os.kill(pid, signal.SIGCONT)
        time.sleep(0.01)
        os.kill(pid, signal.SIGSTOP)
    os.kill(pid, signal.SIGKILL)


def _is_whole(file: Path) -> bool:
    try:
        return file.suffix == ".tmp" or bool(json.loads(file.read_text()))
    except (OSError, ValueError):
        return False


def wait_for_the_end_of(pid: int) -> None:
    """Until the process is gone, so that it cannot hear the answer."""
    while True:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        time.sleep(0.01)
