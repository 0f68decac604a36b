"""What docs/measures.md shows is what its scripts print."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
SHOWN = dict(
    re.findall(
        r"```sh\n\.venv/bin/python -m (benchmarks\.\w+)\n```\n\n```text\n(.*?)\n```",
        (REPOSITORY / "docs" / "measures.md").read_text(),
        re.DOTALL,
    )
)


def printed(script: str) -> str:
    done = subprocess.run([sys.executable, "-m", script], cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.rstrip()


def test_each_deterministic_script_has_its_place():
    assert list(SHOWN) == ["benchmarks.endpoints_cost", "benchmarks.longest_chain", "benchmarks.resources"]


@pytest.mark.parametrize("script", SHOWN)
def test_the_document_shows_what_the_script_prints(script: str):
    assert printed(script).splitlines() == SHOWN[script].splitlines(), f"run {script}, and put it in docs/measures.md"
