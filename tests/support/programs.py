"""Both programs, run unchanged with their sample stack files against a strict fake of AWS.

Values given to `run_workload` and `run_edge` replace top-level keys of the sample stack file:
`run_workload(nodes={"min": 2})`, `run_edge(connections={...})`; a value of `None` removes the key.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from privatelink_ingress.aws import credentials
from privatelink_ingress.contracts.shard import ShardContract
from privatelink_ingress.local.engine.monitor import StackOutputs
from privatelink_ingress.local.engine.runner import StackRun, run
from privatelink_ingress.stackfiles import reader
from privatelink_ingress.stackfiles.reader import StackFile
from tests.support.strict_backend import Asked, StrictBackend

REPOSITORY = Path(__file__).parents[2]

Run = Callable[..., StackRun]

_RUNS: dict[str, StackRun] = {}
"""Runs by everything that decides them: tests share a run, unless they bring a backend or ask for a `fresh` one."""


@functools.cache
def stack_file(project: str, stack: str) -> StackFile:
    """A sample stack file of this repository."""
    return reader.read(REPOSITORY / project, stack)


def _run(
    project: str,
    stack: str,
    overrides: Mapping[str, Any],
    *,
    stacks: Mapping[str, StackOutputs] | None = None,
    backend: StrictBackend | None = None,
    preview: bool = False,
    sample: str | None = None,
    secret_keys: tuple[str, ...] = (),
    fresh: bool = False,
) -> StackRun:
    file = stack_file(project, sample or stack)
    config = dict(file.config)
    for key, value in overrides.items():
        full = key if ":" in key else f"{project}:{key}"
        if value is None:
            config.pop(full, None)
        else:
            config[full] = value if isinstance(value, str) else json.dumps(value)
    key = repr((project, stack, sorted(config.items()), sorted((stacks or {}).items()), preview, secret_keys))
    if not fresh and backend is None and key in _RUNS:
        return _RUNS[key]
    answering = backend or StrictBackend()
    with credentials.answered_by(lambda account_id, _: Asked(answering, account_id)):
        made = run(
            REPOSITORY / project,
            project=project,
            stack=stack,
            config=config,
            secret_keys=secret_keys,
            backend=answering,
            stacks=stacks,
            preview=preview,
            timeout=120,
        )
    if not fresh and backend is None:
        _RUNS[key] = made
    return made


def run_workload(
    stack: str = "shop",
    *,
    preview: bool = False,
    backend: StrictBackend | None = None,
    fresh: bool = False,
    **overrides: Any,
) -> StackRun:
    """`eks-service` with `Pulumi.<stack>.yaml`, and `overrides` in place of its top-level keys."""
    return _run("eks-service", stack, overrides, preview=preview, backend=backend, fresh=fresh)


@functools.cache
def published_outputs() -> dict[str, StackOutputs]:
    return {f"organization/eks-service/{stack}": run_workload(stack).outputs for stack in ("shop", "blog")}


def run_edge(
    stack: str = "prod",
    *,
    sample: str = "prod",
    preview: bool = False,
    backend: StrictBackend | None = None,
    stacks: Mapping[str, StackOutputs] | None = None,
    fresh: bool = False,
    secret_keys: tuple[str, ...] = (),
    **overrides: Any,
) -> StackRun:
    """`central-ingress` with `Pulumi.<sample>.yaml`; unless `stacks` are given, joined to what shop and blog export.

    Unless `connections` are given, it has those of all sample stacks, as if none of them were attached.
    """
    published = published_outputs() if stacks is None else stacks
    overrides.setdefault("connections", sample_connections())
    return _run(
        "central-ingress",
        stack,
        overrides,
        stacks=published,
        preview=preview,
        backend=backend,
        sample=sample,
        secret_keys=secret_keys,
        fresh=fresh,
    )


def sample_connections() -> dict[str, Any]:
    """The connections of all sample stacks of `central-ingress`, a copy to change."""
    files = (stack_file("central-ingress", stack) for stack in ("prod", "prod-blog"))
    return {name: entry for file in files for name, entry in json.loads(file.settings["connections"]).items()}


@functools.cache
def shard_outputs() -> StackOutputs:
    """What `Pulumi.prod.yaml` exports, with its own connections alone."""
    file = stack_file("central-ingress", "prod")
    return run_edge(connections=json.loads(file.settings["connections"])).outputs


def shard_contract() -> str:
    """The contract of the sample shard as its parameter holds it."""
    values = shard_outputs().values
    return json.dumps({key: values[key] for key in ShardContract.model_fields if key in values})


def shard_in(account_id: str) -> StackOutputs:
    """What the sample shard would export in another account."""
    values = shard_outputs().values
    own = f":{values['account_id']}:"
    return StackOutputs(
        {
            **{
                key: value.replace(own, f":{account_id}:") if isinstance(value, str) else value
                for key, value in values.items()
            },
            "account_id": account_id,
        }
    )


def run_attached(
    stack: str = "prod-blog",
    *,
    preview: bool = False,
    backend: StrictBackend | None = None,
    stacks: Mapping[str, StackOutputs] | None = None,
    fresh: bool = False,
    secret_keys: tuple[str, ...] = (),
    **overrides: Any,
) -> StackRun:
    """`central-ingress` with the attached `Pulumi.<stack>.yaml`, on what `prod` exports unless `stacks` are given."""
    published = (
        published_outputs() | {"organization/central-ingress/prod": shard_outputs()} if stacks is None else stacks
    )
    return _run(
        "central-ingress",
        stack,
        overrides,
        stacks=published,
        preview=preview,
        backend=backend,
        secret_keys=secret_keys,
        fresh=fresh,
    )
