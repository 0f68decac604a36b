"""Time that `central-ingress` takes to register 10, 50 and 100 connections, against a bare program.

    .venv/bin/python -m benchmarks.registration

The bare program registers the same resources with the same inputs, straight from a recording: what is left is the
price of Pulumi's SDK itself. Both run in this process on a backend that answers from tables, so no cloud is timed.
"""

from __future__ import annotations

import functools
import gc
import importlib
import inspect
import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pulumi

from privatelink_ingress.local.engine.runner import StackRun, run
from privatelink_ingress.stackfiles import reader
from tests.support.edge_services import connection, services
from tests.support.strict_backend import StrictBackend

REPOSITORY = Path(__file__).parents[1]

ROUNDS = 3
LIMITS = {"endpoints": 100, "rules": 200}


def edge(count: int) -> StackRun:
    """The real program with so many connections."""
    file = reader.read(REPOSITORY / "central-ingress", "prod")
    names = [f"service-{number}" for number in range(count)]
    entries = {name: connection(name, slot) for slot, name in enumerate(names)}
    config = dict(file.config) | {
        "central-ingress:connections": json.dumps(entries),
        "central-ingress:limits": json.dumps(LIMITS),
    }
    return run(
        REPOSITORY / "central-ingress",
        project="central-ingress",
        stack="prod",
        config=config,
        backend=StrictBackend(),
        stacks=services(*names),
    )


def bare(recorded: StackRun) -> StackRun:
    """The resources, components and references of a recording, registered one after the other without any plan."""
    file = reader.read(REPOSITORY / "central-ingress", "prod")
    references = [one.name for one in recorded.of_type("pulumi:pulumi:StackReference")]

    def program() -> None:
        for one in recorded.registrations:
            if one.type.startswith("aws:"):
                resource, arguments = _sdk_class(one.type)
                resource(one.name, **{arguments[key.lower()]: value for key, value in one.inputs.items()})
            elif one.name in references:
                pulumi.StackReference(one.name)
            elif not one.custom and one.parent:
                pulumi.ComponentResource(one.type, one.name).register_outputs({})

    stacks = services(*(name.rpartition("/")[2] for name in references))
    return run(program, project="bare", stack="prod", config=file.config, backend=StrictBackend(), stacks=stacks)


@functools.cache
def _sdk_class(type_: str) -> tuple[Any, dict[str, str]]:
    """The class of a resource type, and its arguments by their wire names in lower case."""
    _, module, name = type_.split(":")
    resource = getattr(importlib.import_module(f"pulumi_aws.{module.split('/')[0]}"), name)
    parameters = inspect.signature(resource._internal_init).parameters
    return resource, {parameter.replace("_", ""): parameter for parameter in parameters}


def seconds(action: Callable[[], Any]) -> float:
    """The median of CPU time over some rounds: wall time says more about the machine's other work."""
    times = []
    for _ in range(ROUNDS):
        start = time.process_time()
        action()
        times.append(time.process_time() - start)
    return statistics.median(times)


def main() -> None:
    """Print one line for each number of connections."""
    edge(1)  # imports
    gc.disable()  # as the command line does for the length of a run: passes over all of the SDK would drown the figures
    base = seconds(lambda: edge(1))
    print(f"{'connections':>11} {'resources':>9} {'program':>9} {'bare':>9} {'ratio':>6} {'ms per connection':>18}")
    for count in (10, 50, 100):
        recorded = edge(count)
        whole, least = seconds(lambda count=count: edge(count)), seconds(lambda recorded=recorded: bare(recorded))
        each = 1000 * (whole - base) / (count - 1)
        size = len(recorded.registrations)
        print(f"{count:>11} {size:>9} {whole:>8.2f}s {least:>8.2f}s {whole / least:>6.2f} {each:>18.1f}")


if __name__ == "__main__":
    main()
