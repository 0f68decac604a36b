"""The engine for this folder's claims: each module has an emulated AWS of its own."""

from __future__ import annotations

import os
import shutil
from collections.abc import Generator, Iterator
from typing import Any

import pytest

from tests.support import pulumi_cli
from tests.support.engine import World, world


@pytest.fixture(scope="module", name="world")
def emulated_aws(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """An empty emulated AWS under Pulumi's engine. Where CI has Go, a missing engine is a failure, not a skip.

    The engine writes checkpoints in modules that say `CHECKPOINTS = True`, as those have to in which it is killed.
    """
    try:
        pulumi_cli.folder(build=False)
    except pulumi_cli.NoEngine as reason:
        if os.environ.get("CI") == "true" and shutil.which("go"):
            pytest.fail(str(reason))
        pytest.skip(str(reason))
    home = tmp_path_factory.mktemp("engine") / "home"
    with world(home, checkpoints=getattr(request.module, "CHECKPOINTS", False)) as running:
        yield running


PASSED = pytest.StashKey[set[str]]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, Any]:
    """Remember which claims of a module hold."""
    report = yield
    if report.when == "call" and report.passed and isinstance(item, pytest.Function) and item.parent:
        item.parent.stash.setdefault(PASSED, set()).add(item.function.__name__)
    return report


@pytest.fixture(autouse=True)
def in_order(request: pytest.FixtureRequest) -> None:
    """A module tells one life: a claim cannot be tried when one above it was left out, or does not hold.

    Those of a module that says `INDEPENDENT = True` each start afresh.
    """
    if getattr(request.module, "INDEPENDENT", False):
        return
    claims = [name for name in vars(request.module) if name.startswith("test_")]
    passed = request.node.parent.stash.get(PASSED, set())
    for name in claims[: claims.index(request.function.__name__)]:
        if name not in passed:
            pytest.fail(f"{name} comes before this claim and did not pass. Run the whole file.", pytrace=False)
