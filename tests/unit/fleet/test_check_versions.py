"""`check` on the day: a Kubernetes version that goes out of support is a warning, one that is out of it a mistake."""

from __future__ import annotations

import datetime
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from privatelink_ingress.cli.app import app
from privatelink_ingress.plan.workload import versions

ROOT = Path(__file__).parents[3]
SHOP = "eks-service/Pulumi.shop.yaml"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """The sample workload alone, to change."""
    for file in ("Pulumi.yaml", "eks-service/Pulumi.yaml", SHOP):
        (tmp_path / file).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / file, tmp_path / file)
    return tmp_path


def checked(root: Path, version: str) -> tuple[int, dict[str, Any]]:
    text = (root / SHOP).read_text()
    assert 'version: "1.36"' in text
    (root / SHOP).write_text(text.replace('version: "1.36"', f'version: "{version}"'))
    result = CliRunner().invoke(app, ["check", "--root", str(root), "--json"])
    return result.exit_code, json.loads(result.stdout)


def test_a_version_out_of_support_is_a_mistake_with_what_to_write(repository: Path):
    exit_code, report = checked(repository, "1.33")
    (problem,) = report["problems"]
    assert exit_code == 1
    assert (problem["file"], problem["where"]) == (SHOP, "cluster.version")
    assert problem["reason"].startswith('is "1.33", whose standard support ended on 2026-07-29;')


def test_a_version_that_goes_out_of_support_is_a_warning_and_no_mistake(
    repository: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(versions, "NOTICE", datetime.timedelta(days=100_000))
    exit_code, report = checked(repository, "1.37")
    assert exit_code == 0
    assert report["problems"] == []
    assert [(one["file"], one["where"]) for one in report["warnings"]] == [(SHOP, "cluster.version")]
