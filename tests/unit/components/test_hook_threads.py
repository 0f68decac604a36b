"""Hooks run although every thread of the event loop waits for a resource that waits for them."""

from __future__ import annotations

import asyncio
import contextvars
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from privatelink_ingress.components.hook_threads import in_hook_thread

ASKED = contextvars.ContextVar("ASKED", default="")


def test_a_hook_runs_while_the_event_loops_threads_wait():
    """As the SDK's threads do, each of which waits for one resource that is registered."""
    released = threading.Event()

    async def deploy() -> str:
        loop = asyncio.get_running_loop()
        loop.set_default_executor(ThreadPoolExecutor(max_workers=1))
        registered = loop.run_in_executor(None, released.wait)
        try:
            answer = await asyncio.wait_for(in_hook_thread(threading.current_thread), timeout=30)
        finally:
            released.set()
        await registered
        return answer.name

    assert asyncio.run(deploy()).startswith("hook")


def test_a_hook_has_the_context_of_its_caller_and_its_failure_reaches_it():
    ASKED.set("of the stack")
    assert asyncio.run(in_hook_thread(ASKED.get)) == "of the stack"
    with pytest.raises(ZeroDivisionError):
        asyncio.run(in_hook_thread(divmod, 1, 0))
