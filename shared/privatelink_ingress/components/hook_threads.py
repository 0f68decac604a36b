"""Threads of their own for hooks, instead of `asyncio.to_thread`.

The SDK waits for each resource that it registers in one of the event loop's threads, and a resource waits for its hook.
With more such resources than threads, hooks in the same threads would never start: the deployment would stand still.
"""

from __future__ import annotations

import asyncio
import contextvars
import functools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

_THREADS = ThreadPoolExecutor(max_workers=64, thread_name_prefix="hook")
"""No hook waits for another one, so their number decides only how many wait for AWS at the same time."""

P = ParamSpec("P")
T = TypeVar("T")


async def in_hook_thread(function: Callable[P, T], *args: P.args, **options: P.kwargs) -> T:
    """Call a function that blocks, and wait for its result; as `asyncio.to_thread`."""
    call = functools.partial(contextvars.copy_context().run, function, *args, **options)
    return await asyncio.get_running_loop().run_in_executor(_THREADS, call)
