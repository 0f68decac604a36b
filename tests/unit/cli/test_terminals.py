"""Whatever the terminal and the environment are, a command prints its result or a user's mistake, and no traceback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from typer.testing import CliRunner

from privatelink_ingress.cli import topologies
from privatelink_ingress.cli.app import app
from privatelink_ingress.problems import Problem
from tests.support import open_fleet
from tests.support.programs import REPOSITORY

URL = "https://shop.example.com/"
COMMANDS = (
    ("--help",),
    ("cost", "--gb", "1"),
    ("trace", URL),
    ("doctor", "shpo"),
    ("ingress", "check", "no-such-file.yaml"),
)
"""Each ends in a result, or in a message with an arrow before its remedy."""


def run(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[bytes]:
    root = () if arguments[0] in ("--help", "ingress") else ("--root", str(REPOSITORY))
    return subprocess.run(
        [sys.executable, "-m", "privatelink_ingress", *arguments, *root],
        cwd=cwd,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(sys.path)} | environment,
        capture_output=True,
        check=False,
    )


ENVIRONMENTS: Mapping[str, Mapping[str, str]] = {
    "ASCII alone": {"PYTHONIOENCODING": "ascii"},
    "the C locale without UTF-8": {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    "no home, no color, and 20 columns": {"HOME": "/nonexistent", "NO_COLOR": "1", "COLUMNS": "20"},
}


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("environment", ENVIRONMENTS.values(), ids=ENVIRONMENTS)
def test_every_terminal_gets_the_text(tmp_path: Path, arguments: tuple[str, ...], environment: Mapping[str, str]):
    done = run(*arguments, cwd=tmp_path, **environment)
    said = done.stdout + done.stderr
    assert b"Traceback" not in said
    assert b"Error" not in said
    assert done.returncode == (0 if arguments[0] in ("--help", "cost") else 2)
    assert bool(done.stdout) == (done.returncode == 0)
    if done.returncode:
        arrow = b"->" if "PYTHONIOENCODING" in environment or "PYTHONUTF8" in environment else "→".encode()
        assert arrow in done.stderr


@pytest.mark.parametrize("arguments", [("cost",), ("cost", "--json"), ("check",)], ids=" ".join)
def test_a_reader_that_goes_away_ends_the_command_without_a_word(tmp_path: Path, arguments: tuple[str, ...]):
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "privatelink_ingress", *arguments, "--root", str(REPOSITORY)],
            cwd=tmp_path,
            stdout=writing,
            stderr=subprocess.PIPE,
            check=False,
        )
    finally:
        os.close(writing)
    assert done.stderr == b""


@pytest.mark.parametrize("arguments", [("cost",), ("cost", "--json"), ("check",), ("--version",)], ids=" ".join)
def test_a_full_disk_is_said_and_is_not_a_finding(tmp_path: Path, arguments: tuple[str, ...]):
    root = () if arguments == ("--version",) else ("--root", str(REPOSITORY))
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "privatelink_ingress", *arguments, *root],
            cwd=tmp_path,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert (done.returncode, done.stderr) == (2, "Standard output cannot be written: No space left on device\n")


def test_a_closed_standard_input_is_said(tmp_path: Path):
    command = [sys.executable, "-m", "privatelink_ingress", "ingress", "check", "-", "--root", str(REPOSITORY)]
    done = subprocess.run(
        ["sh", "-c", 'exec "$@" <&-', "sh", *command], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "standard input: cannot be read: it is closed" in done.stderr


def test_ctrl_c_ends_a_command_with_130(monkeypatch: pytest.MonkeyPatch):
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(topologies, "chosen", interrupted)
    for command in (["trace", URL], ["doctor", "--root", str(REPOSITORY)], ["report", "--root", str(REPOSITORY)]):
        result = CliRunner().invoke(app, command)
        assert (result.exit_code, result.stdout) == (130, "")
        assert "Traceback" not in result.stderr


WRONG = (
    ("trace", "shop.example.com"),
    ("trace", URL, "--source", "10.0.0.0/8", "--header", "a"),
    ("trace", URL, "--body-size", "big"),
    ("trace", URL, "--state", "nowhere"),
    ("trace", URL, "--state", ".", "--live"),
    ("trace", URL, "--protocol", "http3"),
    ("doctor", "shpo"),
    ("preflight", "--stack", "shpo"),
    ("cost", "--gb", "nan"),
    ("cost", "--gb", "-1"),
    ("cost", "--profile", "a"),
    ("check", "shop"),
    ("capacity", "--stack", "shpo"),
    ("trace", URL, "--live", "--root", "EMPTY"),
    ("doctor", "--root", "EMPTY"),
    ("preflight", "--root", "EMPTY"),
)
"""The last three could not start, either: no stack file says where to look."""


@pytest.mark.parametrize("arguments", WRONG, ids=" ".join)
def test_with_json_a_mistake_goes_to_standard_error_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
):
    monkeypatch.chdir(tmp_path)
    words = [str(tmp_path) if word == "EMPTY" else word for word in arguments]
    root = () if "EMPTY" in arguments else ("--root", str(REPOSITORY))
    result = CliRunner().invoke(app, [*words, "--json", *root])
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.strip()


def test_with_json_what_could_not_be_read_goes_to_standard_error_and_the_rest_is_json(monkeypatch: pytest.MonkeyPatch):
    unread = Problem("account 111111111111", "cannot be read: denied", "Use other credentials.")
    system = topologies.System(topology=open_fleet.topology(REPOSITORY), unread=(unread,))
    monkeypatch.setattr(topologies, "chosen", lambda *_, **__: system)
    result = CliRunner().invoke(app, ["trace", URL, "--json", "--root", str(REPOSITORY)])
    assert json.loads(result.stdout)["url"] == URL
    assert "account 111111111111: cannot be read: denied" in result.stderr


def test_help_names_the_values_of_options_and_none_of_switches():
    shown = CliRunner(env={"COLUMNS": "150"}).invoke(app, ["trace", "--help"]).stdout
    options = {line.split()[1]: line.split()[2] for line in shown.splitlines() if line.startswith("│ --")}
    assert (options["--method"], options["--source"], options["--profile"]) == ("TEXT", "ADDRESS", "TEXT")
    assert (options["--live"], options["--json"]) == ("Read", "Print")
    assert "list[" not in shown
