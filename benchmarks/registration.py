"""Time and work that `central-ingress` takes to register 10, 50 and 100 connections, against a bare program.

    .venv/bin/python -m benchmarks.registration

The bare program registers the same resources with the same inputs, straight from a recording: what is left is the
price of Pulumi's SDK itself. Both run in this process on a backend that answers from tables, so no cloud is timed.

Times depend on the machine and on its other work, so each is the least of several rounds, and the rounds of both
programs alternate. Before each round, what the one before left is collected: it would slow down the next, and the
larger one more. Calls of functions depend on neither: where the ratio of calls stays, no work grows with the number of
connections. `tests/program/test_registration_growth.py` holds them.
"""

from __future__ import annotations

import cProfile
import functools
import gc
import importlib
import inspect
import json
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

ROUNDS = 5
LIMITS = {"endpoints": 100, "rules": 200}


def edge(count: int, *, alarms: bool = True) -> StackRun:
    """The real program with so many connections, and their alarms."""
    file = reader.read(REPOSITORY / "central-ingress", "prod")
    names = [f"service-{number}" for number in range(count)]
    entries = {name: connection(name, slot) for slot, name in enumerate(names)}
    config = dict(file.config) | {
        "central-ingress:connections": json.dumps(entries),
        "central-ingress:limits": json.dumps(LIMITS),
    }
    if not alarms:
        del config["central-ingress:alarms"]
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


def seconds(*actions: Callable[[], Any]) -> list[float]:
    """The least CPU time of each action: wall time says more about the machine's other work."""
    least = [float("inf") for _ in actions]
    for _ in range(ROUNDS):
        for index, action in enumerate(actions):
            gc.collect()
            start = time.process_time()
            action()
            least[index] = min(least[index], time.process_time() - start)
    return least


def calls(action: Callable[[], Any]) -> int:
    """How many functions an action calls."""
    profile = cProfile.Profile()
    profile.runcall(action)
    return sum(entry.callcount for entry in profile.getstats())


def main() -> None:
    """Print one line for each number of connections, with and without alarms."""
    edge(1)  # imports
    gc.disable()  # as the command line does for the length of a run: passes over all of the SDK would drown the figures
    print(
        f"{'':14} {'connections':>11} {'resources':>9} {'program':>9} {'bare':>9} {'ratio':>6} {'calls':>6} {'each':>8}"
    )
    for title, alarms in (("with alarms", True), ("without alarms", False)):
        program = functools.partial(edge, alarms=alarms)
        (base,) = seconds(functools.partial(program, 1))
        for count in (10, 50, 100):
            whole, least = functools.partial(program, count), functools.partial(bare, program(count))
            ours, its = seconds(whole, least)
            work, size = calls(whole) / calls(least), len(program(count).registrations)
            each = 1000 * (ours - base) / (count - 1)
            print(
                f"{title:14} {count:>11} {size:>9} {ours:>8.2f}s {its:>8.2f}s {ours / its:>6.2f} {work:>6.2f} "
                f"{each:>6.1f}ms"
            )


if __name__ == "__main__":
    main()
