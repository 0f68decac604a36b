"""Runs a Pulumi program, unchanged, in this process: no engine, no CLI, no provider plugins.

For trying and testing. The program talks to Pulumi's SDK as always; a `Monitor` stands where the engine is, and a
`Backend` creates the resources: the local cloud (`CloudBackend`), or a stub in a test.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import logging
import signal
import threading
from collections.abc import Callable, Collection, Coroutine, Generator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from pulumi.runtime import config as sdk_config
from pulumi.runtime import mocks, settings
from pulumi.runtime import resource as sdk_resource
from pulumi.runtime import stack as sdk_stack
from pulumi.runtime._callbacks import _CallbackServicer
from pulumi.runtime.proto import engine_pb2, source_pb2

from privatelink_ingress import tokens as t
from privatelink_ingress.local.engine.monitor import Backend, Monitor, ProgramFailed
from privatelink_ingress.local.engine.program import Program, as_program
from privatelink_ingress.local.engine.registration import Invocation, Registration, StackOutputs
from privatelink_ingress.local.engine.stack_run import StackRun, in_order

__all__ = [
    "Backend",
    "Invocation",
    "Program",
    "ProgramFailed",
    "Registration",
    "StackOutputs",
    "StackRun",
    "run",
]

# The SDK determines the program line of each resource, for the engine's messages. Nothing here
# reads it, and it takes a tenth of a run.
sdk_resource._get_stack_trace = source_pb2.StackTrace  # ty: ignore[invalid-assignment]

WORKERS = 32
"""Registrations in flight at once."""

_one_at_a_time = threading.RLock()


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
        config: values by full key, as text.
        secret_keys: keys of `config` that are secret.
        backend: Creates the resources.
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
    root = monitor.by_urn[monitor.urn("", t.STACK, f"{project}-{stack}")]
    return StackRun(
        project=project,
        stack=stack,
        registrations=in_order(monitor.by_urn),
        invokes=tuple(monitor.invocations),
        exports=root.outputs,
        secret_exports=frozenset(str(path[0]) for path in root.secret_outputs),
        messages=tuple(engine.warnings),
    )


class _Engine:
    """Receives the SDK's log messages."""

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
        with as_program(program) as main:
            _to_its_end(lambda: _with_callbacks(main, monitor), timeout)
    except BaseException as error:
        # The SDK wraps a failed registration in errors of its own; the first failure is the cause.
        if monitor.failure and isinstance(error, Exception):
            raise monitor.failure from None
        raise
    if monitor.failure:
        raise monitor.failure
    if engine.errors:
        raise ProgramFailed(*engine.errors[0])


async def _with_callbacks(main: Callable[[], Any], monitor: Monitor) -> None:
    """Run the program with one server for all its hooks; the SDK starts one for each, unless one is set.

    The SDK stops it, and keeps it as the default of its settings: so the hooks are forgotten here, and with them the
    program's resources, which they refer to.
    """
    callbacks = _CallbackServicer(monitor)  # ty: ignore[invalid-argument-type]
    await callbacks.serve()
    settings.SETTINGS.callbacks = callbacks
    try:
        await sdk_stack.run_in_stack(main)
    finally:
        for kept in (callbacks._callbacks, callbacks._transforms, callbacks._state_migrations):
            kept.clear()
        del callbacks._server  # while its event loop is open: gRPC cannot take it down later


def _to_its_end(program: Callable[[], Coroutine[Any, Any, None]], timeout: float) -> None:
    # As the SDK's language host does: failed futures of a failed run would otherwise fill the log.
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    loop = asyncio.new_event_loop()
    pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="registration")
    loop.set_default_executor(pool)
    asyncio.set_event_loop(loop)
    try:
        task = loop.create_task(asyncio.wait_for(program(), timeout))
        with _cancelled_by_ctrl_c(loop, task):
            loop.run_until_complete(task)
    finally:
        try:
            _cancel_tasks(loop)
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
            asyncio.set_event_loop(None)
            loop.close()


@contextlib.contextmanager
def _cancelled_by_ctrl_c(loop: asyncio.AbstractEventLoop, task: asyncio.Task[Any]) -> Generator[None]:
    """Ctrl-C cancels the task and is raised at its end; a second one is raised at once.

    By default it is raised wherever the main thread is, which may be the start of a worker thread or a
    callback of the SDK: it is lost there, or leaves a thread that the process waits for.
    """
    is_main = threading.current_thread() is threading.main_thread()
    if not is_main or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield
        return
    pressed = False

    def handle(number: int, frame: Any) -> None:
        nonlocal pressed
        if pressed or task.done():
            signal.default_int_handler(number, frame)
        pressed = True
        task.cancel()
        loop.call_soon_threadsafe(lambda: None)  # wakes the loop

    signal.signal(signal.SIGINT, handle)
    try:
        yield
    except BaseException:  # the SDK may wrap what the cancelled task raised
        if pressed:
            raise KeyboardInterrupt from None
        raise
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if pressed:
        raise KeyboardInterrupt


def _cancel_tasks(loop: asyncio.AbstractEventLoop) -> None:
    """End the tasks that, after a failure or Ctrl-C, wait for registrations that will never come."""
    tasks = asyncio.all_tasks(loop)
    for task in tasks:
        task.cancel()
    if tasks:
        loop.run_until_complete(asyncio.wait(tasks, timeout=5))
