"""The engine for this folder's claims: each module has an emulated AWS of its own."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest

from tests.support import pulumi_cli
from tests.support.engine import World, world


@pytest.fixture(scope="module", name="world")
def emulated_aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """An empty emulated AWS under Pulumi's engine. Where CI has Go, a missing engine is a failure, not a skip."""
    try:
        pulumi_cli.folder(build=False)
    except pulumi_cli.NoEngine as reason:
        if os.environ.get("CI") == "true" and shutil.which("go"):
            pytest.fail(str(reason))
        pytest.skip(str(reason))
    with world(tmp_path_factory.mktemp("engine") / "home") as running:
        yield running
