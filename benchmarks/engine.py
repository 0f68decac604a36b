"""How long Pulumi's engine takes over the emulated AWS: for the sample stacks, and for an edge with many connections.

    .venv/bin/python -m benchmarks.engine [connections ...]

One line for each command: seconds of the clock, CPU seconds of the engine, and CPU seconds of this process, in which
the program, the providers and the emulated AWS run.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from pathlib import Path

from tests.support.engine import Stack, World, world
from tests.support.engine_edge import connection, edge, publish

SAMPLES = ("eks-service/blog", "eks-service/shop", "central-ingress/prod", "central-ingress/prod-blog")


def timed(stack: Stack, command: str, label: str) -> None:
    """Run one command and print what it took."""
    began, own, engine = time.monotonic(), time.process_time(), _engine_seconds()
    result = getattr(stack, command)()
    took = time.monotonic() - began
    cpu = f"engine {_engine_seconds() - engine:5.1f}   here {time.process_time() - own:5.1f}"
    print(f"{label:40} {command:8} {took:6.1f} s   CPU: {cpu}   {len(result.steps)} steps", flush=True)


def samples(running: World) -> None:
    """The life of the sample stacks."""
    stacks = {}
    for label in SAMPLES:
        stack = stacks[label] = running.sample(label)
        timed(stack, "up", label)
        if stack.copies():
            timed(stack, "up", f"{label}, after its images")
    for command in ("up", "refresh"):
        for label, stack in stacks.items():
            timed(stack, command, f"{label}, unchanged")
    for label, stack in reversed(stacks.items()):
        unprotect(stack)
        timed(stack, "destroy", label)


def unprotect(stack: Stack) -> None:
    """Let a stack be destroyed; an attached one has nothing that is protected."""
    if stack.project == "eks-service":
        stack.set("cluster", deletionProtection=False)
    elif stack.name == "prod":
        stack.set("loadBalancer", deletionProtection=False)
    else:
        return
    stack.up()


def connections(running: World, number: int) -> None:
    """An edge stack with so many connections, each to a service of its own."""
    services = {f"c{slot}": publish(running, f"c{slot}") for slot in range(number)}
    made = {name: connection(name, slot, {"service": each}) for slot, (name, each) in enumerate(services.items())}
    stack = edge(running, **made)
    timed(stack, "up", f"{number} connections")
    timed(stack, "up", f"{number} connections, unchanged")
    unprotect(stack)
    timed(stack, "destroy", f"{number} connections")


def _engine_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main(numbers: list[int]) -> None:
    """Print the samples' figures, then those of so many connections, each on an emulated AWS of its own."""
    with tempfile.TemporaryDirectory() as folder, world(Path(folder) / "home") as running:
        samples(running)
    for number in numbers:
        with tempfile.TemporaryDirectory() as folder, world(Path(folder) / "home") as running:
            connections(running, number)


if __name__ == "__main__":
    main([int(each) for each in sys.argv[1:]])
