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
    sample: str | None = None,
) -> StackRun:
    file = stack_files.read(REPOSITORY / project, sample or stack)
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
    sample: str = "prod",
    preview: bool = False,
    backend: StrictBackend | None = None,
    stacks: Mapping[str, StackOutputs] | None = None,
    **overrides: Any,
) -> StackRun:
    """`central-ingress` with `Pulumi.<sample>.yaml`; unless `stacks` are given, joined to what shop and blog export.

    Unless `connections` are given, it has those of all sample stacks, as if none of them were attached.
    """
    published = _published() if stacks is None else stacks
    overrides.setdefault("connections", sample_connections())
    return _run("central-ingress", stack, overrides, stacks=published, preview=preview, backend=backend, sample=sample)


def sample_connections() -> dict[str, Any]:
    """The connections of all sample stacks of `central-ingress`, a copy to change."""
    files = (stack_files.read(REPOSITORY / "central-ingress", stack) for stack in ("prod", "prod-blog"))
    return {name: entry for file in files for name, entry in json.loads(file.settings["connections"]).items()}


@functools.cache
def shard_outputs() -> StackOutputs:
    """What `Pulumi.prod.yaml` exports, with its own connections alone."""
    file = stack_files.read(REPOSITORY / "central-ingress", "prod")
    return run_edge(connections=json.loads(file.settings["connections"])).outputs


def run_attached(
    stack: str = "prod-blog",
    *,
    preview: bool = False,
    backend: StrictBackend | None = None,
    stacks: Mapping[str, StackOutputs] | None = None,
    **overrides: Any,
) -> StackRun:
    """`central-ingress` with the attached `Pulumi.<stack>.yaml`, on what `prod` exports unless `stacks` are given."""
    published = _published() | {"organization/central-ingress/prod": shard_outputs()} if stacks is None else stacks
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
def attached_run() -> Run:
    """See `run_attached`."""
    return run_attached


@pytest.fixture
def shard() -> StackOutputs:
    """What the sample shard exports, a copy to change."""
    return StackOutputs(dict(shard_outputs().values))


@pytest.fixture
def published() -> dict[str, StackOutputs]:
    """What the sample workloads export, by the name that a StackReference uses; a copy to change."""
    return {name: StackOutputs(dict(outputs.values), outputs.secret) for name, outputs in _published().items()}


@pytest.fixture
def connections() -> dict[str, Any]:
    """See `sample_connections`."""
    return sample_connections()
