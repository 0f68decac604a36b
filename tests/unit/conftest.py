"""Fixtures of the tests of plain decisions."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SAMPLES = ("Pulumi.yaml", "eks-service/Pulumi.*yaml", "central-ingress/Pulumi.*yaml")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """The sample projects, to change. Tests that want less make their own."""
    for file in (found for pattern in SAMPLES for found in ROOT.glob(pattern)):
        copy = tmp_path / file.relative_to(ROOT)
        copy.parent.mkdir(exist_ok=True)
        shutil.copy(file, copy)
    return tmp_path
