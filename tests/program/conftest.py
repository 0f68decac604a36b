"""The runs of `tests.support.programs` as fixtures."""

from __future__ import annotations

import functools
from typing import Any

import pytest

from privatelink_ingress.local.engine.monitor import StackOutputs
from tests.support.programs import (
    Run,
    published_outputs,
    run_attached,
    run_edge,
    run_workload,
    sample_connections,
    shard_outputs,
)


@pytest.fixture
def workload_run(request: pytest.FixtureRequest) -> Run:
    """See `run_workload`. A test that patches something has runs of its own."""
    return functools.partial(run_workload, fresh="monkeypatch" in request.fixturenames)


@pytest.fixture
def edge_run(request: pytest.FixtureRequest) -> Run:
    """See `run_edge`. A test that patches something has runs of its own."""
    return functools.partial(run_edge, fresh="monkeypatch" in request.fixturenames)


@pytest.fixture
def attached_run(request: pytest.FixtureRequest) -> Run:
    """See `run_attached`. A test that patches something has runs of its own."""
    return functools.partial(run_attached, fresh="monkeypatch" in request.fixturenames)


@pytest.fixture
def shard() -> StackOutputs:
    """What the sample shard exports, a copy to change."""
    return StackOutputs(dict(shard_outputs().values))


@pytest.fixture
def published() -> dict[str, StackOutputs]:
    """What the sample workloads export, by the name that a StackReference uses; a copy to change."""
    return {name: StackOutputs(dict(outputs.values), outputs.secret) for name, outputs in published_outputs().items()}


@pytest.fixture
def connections() -> dict[str, Any]:
    """See `sample_connections`."""
    return sample_connections()
