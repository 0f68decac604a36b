"""Pulumi's CLI as the Automation API runs it, with two additions: a time limit, and a stop that loses nothing.

A CLI that gets SIGINT finishes the calls that it has made, writes its state and releases its lock:
https://www.pulumi.com/docs/iac/cli/commands/pulumi_cancel/. So Ctrl-C here, and the end of the time limit, send that.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
from collections.abc import Callable, Generator, Mapping
from typing import IO

from pulumi.automation import CommandResult, InvalidVersionError, PulumiCommand
from pulumi.automation.errors import create_command_error
from semver import VersionInfo

from privatelink_ingress.fleet.engine_failures import OLDEST_CLI
from privatelink_ingress.problems import Problem, UsageError

OnOutput = Callable[[str], object]

_LAST_SECONDS = 30.0
"""Between SIGINT and SIGKILL of a CLI that is out of time. Our choice; a preview has nothing to write."""

_INSTALL = "Install it from https://www.pulumi.com/docs/install/."


class OutOfTime(Exception):
    """A command did not end within its time limit, and was stopped."""


class PulumiProcess(PulumiCommand):
    """The `pulumi` on PATH. Each command has a session of its own, so that a terminal's Ctrl-C reaches it only once."""

    def __init__(self) -> None:
        """Look for it.

        Raises:
            UsageError: when it is missing or too old.
        """
        oldest = ".".join(map(str, OLDEST_CLI))
        try:
            super().__init__(version=VersionInfo(*OLDEST_CLI))
        except OSError:
            problem = Problem("PATH", f"has no pulumi, and this command needs release {oldest} or newer", _INSTALL)
            raise UsageError("Nothing was done", [problem]) from None
        except (InvalidVersionError, subprocess.CalledProcessError) as error:
            reason = f"is not release {oldest} or newer: {str(error).partition('. ')[0]}"
            raise UsageError("Nothing was done", [Problem("pulumi", reason, _INSTALL)]) from None
        self._limit: float | None = None
        self._lock = threading.Lock()
        self._running: subprocess.Popen[str] | None = None
        self._interrupted = False

    @contextlib.contextmanager
    def limited(self, seconds: float) -> Generator[None]:
        """Commands within the block must end in this time. Only for those that change nothing."""
        self._limit = seconds
        try:
            yield
        finally:
            self._limit = None

    def interrupt(self) -> None:
        """Let the running command, if any, finish the calls that it has made, write its state and end."""
        with self._lock:
            self._interrupted = True
            if self._running is not None:
                self._running.send_signal(signal.SIGINT)

    def rearm(self) -> None:
        """Let later commands run although an earlier one was interrupted."""
        with self._lock:
            self._interrupted = False

    def run(
        self,
        args: list[str],
        cwd: str,
        additional_env: Mapping[str, str],
        on_output: OnOutput | None = None,
        on_error: OnOutput | None = None,
    ) -> CommandResult:
        """As of `PulumiCommand`.

        Raises:
            CommandError: when it fails.
            OutOfTime: when the time limit stopped it.
        """
        environment = {**os.environ, **additional_env, "PULUMI_AUTOMATION_API": "true"}
        late = threading.Event()
        with subprocess.Popen(
            [self.command, "--non-interactive", *args],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=cwd,
            env=environment,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
        ) as process:
            with self._lock:
                self._running = process
                if self._interrupted:  # after the start, and before this could be interrupted
                    process.send_signal(signal.SIGINT)
            readers = [_Reader(process.stdout, on_output), _Reader(process.stderr, on_error)]
            with _alarm(process, self._limit, late):
                code = process.wait()
            for reader in readers:
                reader.join()
            with self._lock:
                self._running = None
        if late.is_set():
            raise OutOfTime
        result = CommandResult(stdout=readers[0].text, stderr=readers[1].text, code=code)
        if code:
            raise create_command_error(result)
        return result


class _Reader(threading.Thread):
    """Takes a stream's lines as they come, so that the process never waits for its reader."""

    def __init__(self, stream: IO[str] | None, callback: OnOutput | None) -> None:
        super().__init__(daemon=True)
        assert stream is not None
        self._stream, self._callback, self._lines = stream, callback, list[str]()
        self.start()

    def run(self) -> None:
        for line in self._stream:
            self._lines.append(line.rstrip())
            if self._callback:
                self._callback(line.rstrip())

    @property
    def text(self) -> str:
        return "\n".join(self._lines)


@contextlib.contextmanager
def _alarm(process: subprocess.Popen[str], seconds: float | None, late: threading.Event) -> Generator[None]:
    def stop() -> None:
        late.set()
        process.send_signal(signal.SIGINT)
        try:
            process.wait(_LAST_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)

    timer = threading.Timer(seconds, stop) if seconds is not None else None
    if timer:
        timer.start()
    try:
        yield
    finally:
        if timer:
            timer.cancel()
