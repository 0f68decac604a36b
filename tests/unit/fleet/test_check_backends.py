"""`check` on backends that are no stacks: compared as far as their files go, and a note on the rest."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from privatelink_ingress.cli.app import app

ROOT = Path(__file__).parents[3]
PROD = "central-ingress/Pulumi.prod.yaml"
PARAMETER = "- parameter: /central-ingress/connections/shop"
SERVICE = """- service:
            endpointServiceName: com.amazonaws.vpce.eu-west-1.vpce-svc-0a
            accountId: "111111111111"
            zoneIds: [euw1-az1, euw1-az{zone}]"""


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    for folder in ("", "eks-service", "central-ingress"):
        (tmp_path / folder).mkdir(exist_ok=True)
        for file in (ROOT / folder).glob("Pulumi*.yaml"):
            shutil.copy(file, tmp_path / folder / file.name)
    return tmp_path


def checked(root: Path, backend: str, **changes: str) -> tuple[list[str], list[str]]:
    """Notes and reasons, with `backend` in place of stack shop and other texts replaced."""
    text = (root / PROD).read_text()
    for old, new in {"- stack: shop": backend, **changes}.items():
        assert old in text
        text = text.replace(old, new)
    (root / PROD).write_text(text)
    report = json.loads(CliRunner().invoke(app, ["check", "--root", str(root), "--json"]).stdout)
    return report["notes"], [problem["reason"] for problem in report["problems"]]


def test_a_parameter_is_a_note_and_the_rest_of_the_connection_is_still_compared(repository: Path) -> None:
    note = (
        f"{PROD}: connections.shop.backends[0] is a parameter, so only `pulumi preview` can check what its contract "
        "says."
    )
    assert checked(repository, PARAMETER) == ([note], [])


def test_routes_of_a_connection_behind_a_parameter_are_compared(repository: Path) -> None:
    changes = {"hosts: [shop.example.com]": "hosts: [blog.example.com]\n          paths: [/feed.xml]"}
    _, reasons = checked(repository, PARAMETER, **changes)
    assert any("blog.example.com/feed.xml" in reason for reason in reasons)


def test_a_literal_service_that_fits_is_neither_problem_nor_note(repository: Path) -> None:
    assert checked(repository, SERVICE.format(zone=2)) == ([], [])


def test_a_literal_service_without_two_common_zones_is_refused(repository: Path) -> None:
    notes, (reason,) = checked(repository, SERVICE.format(zone=4))
    assert notes == []
    assert "1 in common, 2 needed" in reason
