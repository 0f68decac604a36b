"""Runs that many claims look at, made once."""

from __future__ import annotations

import functools
from collections.abc import Callable

from privatelink_ingress.local.engine.runner import StackRun

Run = Callable[..., StackRun]


@functools.cache
def once(run: Run) -> StackRun:
    """`run` with the sample stack file as it is."""
    return run()
