"""How long Pulumi's engine takes over the emulated AWS: for the sample stacks, and for an edge with many connections.

    .venv/bin/python -m benchmarks.engine [connections ...]

One line for each command: seconds of the clock, and CPU seconds of the engine and of this process. Here they are split
into the plugins, without the emulated AWS that they call; the emulated AWS; and the rest, which is the program with
Pulumi's SDK.
"""

from __future__ import annotations

import dataclasses
import resource
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.support.engine import Stack, World, world
from tests.support.engine_edge import connection, edge, publish

SAMPLES = ("eks-service/blog", "eks-service/shop", "central-ingress/prod", "central-ingress/prod-blog")


@dataclasses.dataclass
class Shares:
    """CPU seconds of this process so far."""

    plugins: float = 0.0
    """In the providers' threads, with the emulated AWS."""
    aws: float = 0.0
    aws_of_plugins: float = 0.0
    """The part of `aws` that was spent in the providers' threads."""

    def measure(self, running: World) -> None:
        """Count what the providers and the emulated AWS of a world spend, from now on."""
        in_plugin = threading.local()
        lock = threading.Lock()

        def counted(function: Callable[..., Any], count: Callable[[float], None]) -> Callable[..., Any]:
            def call(*args: Any, **options: Any) -> Any:
                began = time.thread_time()
                try:
                    return function(*args, **options)
                finally:
                    with lock:
                        count(time.thread_time() - began)

            return call

        def plugin(seconds: float) -> None:
            self.plugins += seconds

        def aws(seconds: float) -> None:
            self.aws += seconds
            self.aws_of_plugins += seconds if getattr(in_plugin, "now", False) else 0.0

        def marked(function: Callable[..., Any]) -> Callable[..., Any]:
            def call(*args: Any, **options: Any) -> Any:
                in_plugin.now = True
                return function(*args, **options)

            return counted(call, plugin)

        workers, transport = running.daemon._workers, running.cloud._transport
        submit = workers.submit
        workers.submit = lambda function, *args, **options: submit(marked(function), *args, **options)
        transport._application = counted(transport._application, aws)


def timed(stack: Stack, command: str, label: str, shares: Shares) -> None:
    """Run one command and print what it took."""
    began, own, engine, before = time.monotonic(), time.process_time(), _engine_seconds(), dataclasses.replace(shares)
    result = getattr(stack, command)()
    took = time.monotonic() - began
    aws, plugins = shares.aws - before.aws, shares.plugins - before.plugins
    alone = plugins - (shares.aws_of_plugins - before.aws_of_plugins)
    cpu = {
        "engine": _engine_seconds() - engine,
        "plugins": alone,
        "AWS": aws,
        "program": time.process_time() - own - alone - aws,
    }
    split = "   ".join(f"{name} {seconds:5.1f}" for name, seconds in cpu.items())
    print(f"{label:40} {command:8} {took:6.1f} s   CPU: {split}   {len(result.steps)} steps", flush=True)


def samples(running: World, shares: Shares) -> None:
    """The life of the sample stacks."""
    stacks = {}
    for label in SAMPLES:
        stack = stacks[label] = running.sample(label)
        timed(stack, "up", label, shares)
        if stack.copies():
            timed(stack, "up", f"{label}, after its images", shares)
    for command in ("up", "refresh"):
        for label, stack in stacks.items():
            timed(stack, command, f"{label}, unchanged", shares)
    for label, stack in reversed(stacks.items()):
        unprotect(stack)
        timed(stack, "destroy", label, shares)


def unprotect(stack: Stack) -> None:
    """Let a stack be destroyed; an attached one has nothing that is protected."""
    if stack.project == "eks-service":
        stack.set("cluster", deletionProtection=False)
    elif stack.name == "prod":
        stack.set("loadBalancer", deletionProtection=False)
    else:
        return
    stack.up()


def connections(running: World, number: int, shares: Shares) -> None:
    """An edge stack with so many connections, each to a service of its own."""
    services = {f"c{slot}": publish(running, f"c{slot}") for slot in range(number)}
    made = {name: connection(name, slot, {"service": each}) for slot, (name, each) in enumerate(services.items())}
    stack = edge(running, **made)
    timed(stack, "up", f"{number} connections", shares)
    timed(stack, "up", f"{number} connections, unchanged", shares)
    unprotect(stack)
    timed(stack, "destroy", f"{number} connections", shares)


def _engine_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main(numbers: list[int]) -> None:
    """Print the samples' figures, then those of so many connections, each on an emulated AWS of its own."""
    with tempfile.TemporaryDirectory() as folder, world(Path(folder) / "home") as running:
        shares = Shares()
        shares.measure(running)
        samples(running, shares)
    for number in numbers:
        with tempfile.TemporaryDirectory() as folder, world(Path(folder) / "home") as running:
            shares = Shares()
            shares.measure(running)
            connections(running, number, shares)


if __name__ == "__main__":
    main([int(each) for each in sys.argv[1:]])
