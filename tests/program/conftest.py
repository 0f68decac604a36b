"""Both programs, run unchanged with their sample stack files against a strict fake of AWS.

`workload_run()` and `edge_run()` are fixtures that return functions; values given to them replace top-level keys of the
sample stack file: `workload_run(nodes={"min": 2})`, `edge_run(connections={...})`, a value of `None` removes the key.
"""

from __future__ import annotations

import functools
import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from strict_backend import StrictBackend

from privatelink_ingress.local.monitor import StackOutputs
from privatelink_ingress.local.runner import StackRun, run
from privatelink_ingress.settings import stack_files

REPOSITORY = Path(__file__).parents[2]

Run = Callable[..., StackRun]


def _run(
    project: str,
    stack: str,
    overrides: Mapping[str, Any],
    *,
    stacks: Mapping[str, StackOutputs] | None = None,
    backend: StrictBackend | None = None,
    preview: bool = False,
) -> StackRun:
    file = stack_files.read(REPOSITORY / project, stack)
    config = dict(file.config)
    for key, value in overrides.items():
        full = key if ":" in key else f"{project}:{key}"
        if value is None:
            config.pop(full, None)
        else:
            config[full] = value if isinstance(value, str) else json.dumps(value)
    return run(
        REPOSITORY / project,
        project=project,
        stack=stack,
        config=config,
        backend=backend or StrictBackend(),
        stacks=stacks,
        preview=preview,
        timeout=120,
    )


def run_workload(
    stack: str = "shop", *, preview: bool = False, backend: StrictBackend | None = None, **overrides: Any
) -> StackRun:
    """`eks-service` with `Pulumi.<stack>.yaml`, and `overrides` in place of its top-level keys."""
    return _run("eks-service", stack, overrides, preview=preview, backend=backend)


@functools.cache
def _published() -> dict[str, StackOutputs]:
    return {f"organization/eks-service/{stack}": run_workload(stack).outputs for stack in ("shop", "blog")}


def run_edge(
    stack: str = "prod",
    *,
    preview: bool = False,
    backend: StrictBackend | None = None,
    stacks: Mapping[str, StackOutputs] | None = None,
    **overrides: Any,
) -> StackRun:
    """`central-ingress` with `Pulumi.<stack>.yaml`; unless `stacks` are given, joined to what shop and blog export."""
    published = _published() if stacks is None else stacks
    return _run("central-ingress", stack, overrides, stacks=published, preview=preview, backend=backend)


@pytest.fixture
def workload_run() -> Run:
    """See `run_workload`."""
    return run_workload


@pytest.fixture
def edge_run() -> Run:
    """See `run_edge`."""
    return run_edge


@pytest.fixture
def published() -> dict[str, StackOutputs]:
    """What the sample workloads export, by the name that a StackReference uses; a copy to change."""
    return {name: StackOutputs(dict(outputs.values), outputs.secret) for name, outputs in _published().items()}


@pytest.fixture
def connections() -> dict[str, Any]:
    """The sample's `connections`, a copy to change."""
    return json.loads(stack_files.read(REPOSITORY / "central-ingress", "prod").settings["connections"])
