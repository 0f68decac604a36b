"""What holds for all tests of plain decisions."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).parents[2]
SAMPLES = ("Pulumi.yaml", "eks-service/Pulumi.*yaml", "central-ingress/Pulumi.*yaml")

# How long an example takes is the machine's affair: a busy one must not turn a claim red.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """The sample projects, to change. Tests that want less make their own."""
    for file in (found for pattern in SAMPLES for found in ROOT.glob(pattern)):
        copy = tmp_path / file.relative_to(ROOT)
        copy.parent.mkdir(exist_ok=True)
        shutil.copy(file, copy)
    return tmp_path
