"""Runs a Pulumi program, unchanged, in this process: no engine, no CLI, no provider plugins.

For trying and testing. The program talks to Pulumi's SDK as always; a `Monitor` stands where the engine is, and a
`Backend` makes the resources: the local cloud (`providers.CloudBackend`), or a table of answers (`RecordedBackend`).
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import dataclasses
import heapq
import inspect
import logging
import runpy
import sys
import threading
from collections.abc import Callable, Collection, Generator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pulumi
from pulumi.runtime import config as sdk_config
from pulumi.runtime import mocks, settings
from pulumi.runtime import stack as sdk_stack
from pulumi.runtime.proto import engine_pb2

from privatelink_ingress.local.adapters.base import Created, Properties
from privatelink_ingress.local.monitor import (
    STACK,
    Backend,
    Invocation,
    Monitor,
    ProgramFailed,
    Registration,
    StackOutputs,
)
from privatelink_ingress.local.project import ConfigError, load_config, project_name

__all__ = [
    "Backend",
    "ConfigError",
    "Invocation",
    "ProgramFailed",
    "RecordedBackend",
    "Registration",
    "StackOutputs",
    "StackRun",
    "load_config",
    "project_name",
    "run",
]

Program = Path | Callable[[], Any]
"""A project directory, a program file, or the program itself: a function, plain or async, that may return exports."""

WORKERS = 32
"""Registrations in flight at once."""

_one_at_a_time = threading.RLock()


@dataclasses.dataclass(frozen=True, kw_only=True)
class StackRun:
    """What a run registered. The stack itself is the first registration."""

    project: str
    stack: str
    registrations: tuple[Registration, ...]
    """Each after everything it depends on, otherwise by URN: the same order in every run."""
    invokes: tuple[Invocation, ...]
    exports: Mapping[str, Any]
    """Plain values, secrets included."""
    secret_exports: frozenset[str]
    messages: tuple[str, ...] = ()
    """Warnings that the program logged."""

    @property
    def outputs(self) -> StackOutputs:
        """The exports as another stack's reference reads them."""
        return StackOutputs(self.exports, self.secret_exports)

    def of_type(self, type_: str) -> tuple[Registration, ...]:
        """All registrations of a type, such as `aws:ec2/vpc:Vpc`."""
        return tuple(registration for registration in self.registrations if registration.type == type_)

    def only(self, type_: str) -> Registration:
        """The one registration of a type.

        Raises:
            LookupError: when there is none or more than one; the message says what is there.
        """
        found = self.of_type(type_)
        if len(found) == 1:
            return found[0]
        if found:
            raise LookupError(f"{len(found)} of {type_}: {', '.join(r.name for r in found)}")
        raise LookupError(f"no {type_}; there are {', '.join(sorted({r.type for r in self.registrations}))}")

    def none(self, type_: str) -> bool:
        """Whether nothing of a type was registered."""
        return not self.of_type(type_)


class RecordedBackend:
    """Answers from tables, for tests of programs: every resource is `<name>-id`, outputs and answers are given."""

    def __init__(
        self,
        outputs: Mapping[str, Properties | Callable[[Registration], Properties]] | None = None,
        answers: Mapping[str, Properties | Callable[[Properties], Properties]] | None = None,
    ) -> None:
        """`outputs` by resource type, `answers` by function token; each a dict, or a function that makes it."""
        self._outputs, self._answers = outputs or {}, answers or {}

    def create(self, registration: Registration, provider_inputs: Properties) -> Created:
        """The id, and the outputs of the registration's type."""
        outputs = self._outputs.get(registration.type, {})
        return Created(f"{registration.name}-id", dict(outputs) if isinstance(outputs, dict) else outputs(registration))

    def invoke(self, token: str, args: Properties, provider_inputs: Properties) -> Properties:
        """The answer of the token.

        Raises:
            LookupError: when the table has none, with the token to add.
        """
        if token not in self._answers:
            raise LookupError(f"no answer for {token}; there are {', '.join(sorted(self._answers)) or 'none'}")
        answer = self._answers[token]
        return dict(answer) if isinstance(answer, dict) else answer(args)


def run(
    program: Program,
    *,
    project: str,
    stack: str,
    config: Mapping[str, str],
    secret_keys: Collection[str] = (),
    backend: Backend,
    stacks: Mapping[str, StackOutputs] | None = None,
    preview: bool = False,
    timeout: float = 600.0,
    on_event: Callable[[Registration], None] | None = None,
) -> StackRun:
    """Run a program to its end.

    Args:
        program: see `Program`.
        project: its Pulumi project.
        stack: the stack's name.
        config: values by full key, as text (`load_config`).
        secret_keys: keys of `config` that are secret.
        backend: makes the resources.
        stacks: exports of other stacks, by the name that a StackReference uses (`organization/eks-service/shop`).
        preview: nothing is created; ids and computed outputs are unknown, as in the first `pulumi preview`.
        timeout: seconds after which the run is given up.
        on_event: called with every registration once it is done, from worker threads.

    Raises:
        ProgramFailed: a resource could not be registered, or the program logged an error.
        TimeoutError: after `timeout`.
        RuntimeError: when called from within a running event loop.
        Exception: whatever the program raises, unchanged.
    """
    monitor = Monitor(
        project=project, stack=stack, backend=backend, stacks=stacks or {}, preview=preview, on_event=on_event
    )
    engine = _Engine()
    with _one_at_a_time:
        contextvars.copy_context().run(
            _run, program, monitor, engine, project, stack, config, secret_keys, preview, timeout
        )
    root = monitor.by_urn[monitor.urn("", STACK, f"{project}-{stack}")]
    return StackRun(
        project=project,
        stack=stack,
        registrations=_in_order(monitor.by_urn),
        invokes=tuple(monitor.invocations),
        exports=root.outputs,
        secret_exports=frozenset(str(path[0]) for path in root.secret_outputs),
        messages=tuple(engine.warnings),
    )


class _Engine:
    """Where the SDK sends log messages."""

    def __init__(self) -> None:
        self.warnings: list[str] = []
        self.errors: list[tuple[str, str]] = []

    def Log(self, request: Any) -> None:  # noqa: N802
        if request.severity == engine_pb2.WARNING:
            self.warnings.append(request.message)
        elif request.severity == engine_pb2.ERROR:
            self.errors.append((request.urn, request.message))


def _run(
    program: Program,
    monitor: Monitor,
    engine: _Engine,
    project: str,
    stack: str,
    config: Mapping[str, str],
    secret_keys: Collection[str],
    preview: bool,
    timeout: float,
) -> None:
    settings.ROOT.set(None)
    settings.configure(
        mocks.MockSettings(
            monitor=monitor,
            engine=engine,
            project=project,
            stack=stack,
            dry_run=preview,
            organization="organization",
            callbacks=None,
            parallel=None,
            root_directory="",
            outputs=set(),
            lock=threading.Lock(),
            monitor_features=set(monitor.GetDeploymentInfo(None).supportedFeatures),
            package_refs={},
            base_providers_by_ref={},
            legacy_apply_enabled=False,
        )
    )
    sdk_config.set_all_config(dict(config), list(secret_keys))
    try:
        with _as_program(program) as main:
            _to_its_end(main, timeout)
    except BaseException as error:
        # The SDK wraps a failed registration in errors of its own; the first failure says what happened.
        if monitor.failure and isinstance(error, Exception):
            raise monitor.failure from None
        raise
    if monitor.failure:
        raise monitor.failure
    if engine.errors:
        raise ProgramFailed(*engine.errors[0])


def _to_its_end(main: Callable[[], Any], timeout: float) -> None:
    # As the SDK's language host does: failed futures of a failed run would otherwise fill the log.
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    loop = asyncio.new_event_loop()
    pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="registration")
    loop.set_default_executor(pool)
    asyncio.set_event_loop(loop)
    try:
        loop.run_until_complete(asyncio.wait_for(sdk_stack.run_in_stack(main), timeout))
    finally:
        # After a failure or Ctrl-C, tasks still wait for registrations that will never come.
        tasks = asyncio.all_tasks(loop)
        for task in tasks:
            task.cancel()
        if tasks:
            loop.run_until_complete(asyncio.wait(tasks, timeout=5))
        pool.shutdown(wait=True, cancel_futures=True)
        asyncio.set_event_loop(None)
        loop.close()


@contextlib.contextmanager
def _as_program(program: Program) -> Generator[Callable[[], Any]]:
    """The program as a function that the SDK runs within the stack."""
    if not isinstance(program, Path):
        yield lambda: pulumi.run(program) if inspect.iscoroutinefunction(program) else _export(program())
        return
    file = program / "__main__.py" if program.is_dir() else program
    if not file.is_file():
        raise FileNotFoundError(f"No program {file}.")
    with _own_modules(file.parent.resolve()), contextlib.chdir(file.parent):
        yield lambda: _export(runpy.run_path(file.name, run_name="__main__") and None)


def _export(outputs: Mapping[str, Any] | None) -> None:
    for name, value in (outputs or {}).items():
        pulumi.export(name, value)


@contextlib.contextmanager
def _own_modules(directory: Path) -> Generator[None]:
    """The program's folder first on the module path, its modules fresh, and none of them left behind.

    Two projects may both have a module `network`: each run must import its own.
    """
    names = {path.stem for path in directory.glob("*.py")} | {path.parent.name for path in directory.glob("*/*.py")}
    names.discard("__main__")

    def take() -> dict[str, Any]:
        return {name: sys.modules.pop(name) for name in list(sys.modules) if name.split(".")[0] in names}

    before = take()
    sys.path.insert(0, str(directory))
    try:
        yield
    finally:
        sys.path.remove(str(directory))
        take()
        sys.modules.update(before)


def _in_order(by_urn: Mapping[str, Registration]) -> tuple[Registration, ...]:
    """Dependencies first, then by URN."""
    needs = {
        urn: {u for u in (r.parent, r.provider, *r.providers.values(), *r.depends_on) if u in by_urn and u != urn}
        for urn, r in by_urn.items()
    }
    needed_by: dict[str, list[str]] = {urn: [] for urn in by_urn}
    for urn, others in needs.items():
        for other in others:
            needed_by[other].append(urn)
    ready = [urn for urn, others in needs.items() if not others]
    heapq.heapify(ready)
    ordered: list[Registration] = []
    while ready:
        urn = heapq.heappop(ready)
        ordered.append(by_urn[urn])
        for dependent in needed_by[urn]:
            needs[dependent].discard(urn)
            if not needs[dependent]:
                heapq.heappush(ready, dependent)
    return tuple(ordered)
