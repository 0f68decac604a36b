"""Paths that lead to no file: every command that takes one says so, and none ends in a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from privatelink_ingress.cli.app import app
from privatelink_ingress.cli.paths import identity, is_directory

COMMANDS = {
    "ingress check": ["ingress", "check"],
    "trace": ["trace", "https://shop.example.com/", "--state"],
    "doctor": ["doctor", "--state"],
    "report": ["report", "--state"],
    "orphans": ["orphans", "--state"],
}


def loop(folder: Path) -> Path:
    path = folder / "loop.json"
    path.symlink_to(path)
    return path


def dangling(folder: Path) -> Path:
    path = folder / "dangling.json"
    path.symlink_to(folder / "none")
    return path


def binary(folder: Path) -> Path:
    path = folder / "binary.json"
    path.write_bytes(b"\xff\xfe\x00")
    return path


def empty(folder: Path) -> Path:
    (folder / "empty").mkdir()
    return folder / "empty"


ODD = {
    "a loop of links": loop,
    "a link to nothing": dangling,
    "a name that is too long": lambda folder: folder / ("x" * 5000),
    "no file": lambda folder: folder / "none.json",
    "no text": binary,
    "an empty directory": empty,
}


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_a_path_without_a_file_is_told(
    command: list[str], odd, tmp_path: Path, repository: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(repository)
    result = CliRunner().invoke(app, [*command, str(odd(tmp_path))])
    assert (result.exit_code, type(result.exception)) == (2, SystemExit), result.output


def test_one_file_has_one_identity_whatever_leads_to_it(tmp_path: Path):
    file, link = tmp_path / "a", tmp_path / "b"
    file.touch()
    link.symlink_to(file)
    assert identity(link) == identity(file) == identity(tmp_path / "." / "a")
    assert identity("\0") == "\0"
    assert (is_directory(tmp_path), is_directory(file), is_directory("\0")) == (True, False, False)
