"""README's onboarding, command by command as it is printed, on a copy of the samples."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from privatelink_ingress.cli import invocation
from privatelink_ingress.cli.app import app
from privatelink_ingress.fleet.check import check
from tests.support.programs import REPOSITORY

HEADING = "### Onboard a second connection"


def commands() -> list[str]:
    section = (REPOSITORY / "README.md").read_text().partition(HEADING)[2]
    block = re.search(r"^```console\n(.*?)^```", section, re.DOTALL | re.MULTILINE)
    assert block
    return [line.removeprefix("$ ") for line in block[1].splitlines()]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The projects, `./run` for this environment, and a `pulumi` that notes what it is called with."""
    for project in ("", "eks-service", "central-ingress"):
        (tmp_path / project).mkdir(exist_ok=True)
        for file in (REPOSITORY / project).glob("[P_]*"):
            if file.is_file():
                (tmp_path / project / file.name).write_bytes(file.read_bytes())
    library = shlex.quote(f"{REPOSITORY}/shared")
    module = f"{shlex.quote(sys.executable)} -m privatelink_ingress"
    for name, text in (
        ("run", f'PYTHONPATH={library} exec {module} "$@"'),
        ("bin/pulumi", f'echo "$@" >> {shlex.quote(str(tmp_path))}/pulumi.txt'),
    ):
        script = tmp_path / name
        script.parent.mkdir(exist_ok=True)
        script.write_text(f"#!/bin/sh\n{text}\n")
        script.chmod(0o755)
    return tmp_path


def follow(copy: Path, command: str) -> subprocess.CompletedProcess[str]:
    """Run it as a person at a terminal does, who answers each question with yes."""
    master, terminal = os.openpty()
    try:
        os.write(master, b"y\n")
        path = f"{copy / 'bin'}:{os.environ['PATH']}"
        environment = {**os.environ, "PATH": path}
        return subprocess.run(
            ["bash", "-c", command],
            cwd=copy,
            stdin=terminal,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        os.close(master)
        os.close(terminal)


def test_a_second_connection_is_onboarded_as_readme_says(copy: Path):
    for command in commands():
        result = follow(copy, command)
        assert result.returncode == 0, (command, result.stdout, result.stderr)
    assert check(copy).findings == []
    assert (
        "    news:\n      slot: 2\n      owner: team-news\n" in (copy / "central-ingress/Pulumi.prod.yaml").read_text()
    )
    assert (copy / "pulumi.txt").read_text().splitlines() == [
        "-C eks-service stack init news",
        "-C eks-service up --stack news",
        "-C central-ingress up --stack prod",
    ]
    result = CliRunner().invoke(app, ["demo", "--root", str(copy), "--out", str(copy / ".demo")])
    assert result.exit_code == 0, result.output
    assert "https://news.example.com/ → reached its Service" in result.stdout
    page = copy / ".demo" / "report.html"
    assert result.stdout.splitlines()[-1] == f"Open the report in a browser: {invocation.shown(page)}"
    assert "An emulator answered here, not AWS" in page.read_text()
    assert page.read_text().count('<details class="connection"') == 3
    states = ["--state", str(page.parent), "--file", str(copy / "states.html")]
    result = CliRunner().invoke(app, ["report", "--root", str(copy), *states])
    assert (result.exit_code, result.stderr) == (0, "")
    assert "Read from Pulumi&#39;s exported states." in (copy / "states.html").read_text()
