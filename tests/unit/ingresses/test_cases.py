"""Each manifest of `cases/` gets the text beside it: what F5's controller and the API server do."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from privatelink_ingress.cli.app import app

CASES = Path(__file__).parent / "cases"
NAMES = sorted(one.stem for one in CASES.glob("*.yaml"))
RIGHT = {"mergeable-right", "regex-right"}


@pytest.mark.parametrize("name", NAMES)
def test_a_case_gets_its_answer(name: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(CASES)
    result = CliRunner().invoke(app, ["ingress", "check", f"{name}.yaml"])
    assert result.stdout == (CASES / f"{name}.txt").read_text(encoding="utf-8")
    assert result.exit_code == (0 if name in RIGHT else 1)
