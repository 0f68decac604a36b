"""`report`: where it writes, what it overwrites, and what it says of a file that it cannot write."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from privatelink_ingress.cli import invocation, public_dns, report, topologies
from privatelink_ingress.cli.app import app
from privatelink_ingress.problems import Problem
from tests.support import open_fleet
from tests.support.programs import REPOSITORY

UNREAD = Problem("account 111111111111, eu-west-1", "cannot be read: denied", "Use other credentials.")


@pytest.fixture
def deployed(monkeypatch: pytest.MonkeyPatch) -> list[Problem]:
    """The samples are deployed; the accounts that cannot be read, to fill."""
    unread = list[Problem]()
    found = open_fleet.topology(REPOSITORY)
    monkeypatch.setattr(topologies, "chosen", lambda *_, **__: topologies.System(topology=found, unread=tuple(unread)))
    monkeypatch.setattr(public_dns, "resolver", lambda *_, **__: None)
    return unread


def run(*options: str) -> Result:
    return CliRunner(env={"COLUMNS": "200"}).invoke(app, ["report", "--root", str(REPOSITORY), *options])


def refused(*options: str) -> str:
    result = run(*options)
    assert (result.exit_code, result.stdout) == (2, "")
    return result.stderr


@pytest.mark.usefixtures("deployed")
def test_it_writes_the_page_and_names_it_on_its_last_line(tmp_path: Path):
    file = tmp_path / "report.html"
    result = run("--file", str(file), "--state", ".demo")
    assert (result.exit_code, result.stdout) == (0, f"Open the report in a browser: {invocation.shown(file)}\n")
    text = file.read_text()
    assert text.startswith("<!doctype html>\n")
    assert "Read from Pulumi&#39;s exported states." in text
    assert [one.name for one in tmp_path.iterdir()] == ["report.html"]
    assert file.stat().st_mode & 0o777 == 0o644


@pytest.mark.usefixtures("deployed")
def test_without_a_file_it_writes_to_the_directory_of_the_demo_and_replaces_an_older_report(tmp_path: Path):
    out = tmp_path / "demo"
    assert run("--out", str(out)).exit_code == 0
    file = out / "report.html"
    before = file.read_text()
    assert "emulated AWS" in before
    assert run("--out", str(out), "--live").exit_code == 0
    assert "Read from AWS, in the accounts" in file.read_text()
    assert run("--out", str(out), "--live", "--endpoint-url", "http://127.0.0.1:1").exit_code == 0
    assert "An emulator answered here, not AWS" in file.read_text()


@pytest.mark.usefixtures("deployed")
def test_traffic_is_in_the_cost(tmp_path: Path):
    file = tmp_path / "report.html"
    assert run("--file", str(file), "--gb", "1000", "--requests", "10").exit_code == 0
    assert "endpoint data" in file.read_text()


def test_an_account_that_cannot_be_read_is_on_the_page_and_gives_exit_code_1(tmp_path: Path, deployed: list[Problem]):
    deployed.append(UNREAD)
    result = run("--file", str(tmp_path / "report.html"), "--live")
    assert (result.exit_code, result.stderr) == (1, f"{UNREAD}\n")
    text = (tmp_path / "report.html").read_text()
    assert "Accounts that could not be read" in text
    assert "Use other credentials." in text


def test_a_file_that_cannot_be_written_is_refused_before_anything_is_read(tmp_path: Path, monkeypatch):
    def read(*_: object, **__: object) -> None:
        raise AssertionError("the system was read")

    monkeypatch.setattr(topologies, "chosen", read)
    assert refused("--file", str(tmp_path)) == (
        f"The report cannot be written:\n  {tmp_path}: is a directory\n"
        f"    → Name a file in it: --file {tmp_path}/report.html\n"
    )
    missing = tmp_path / "missing" / "report.html"
    assert f"{tmp_path}/missing: does not exist\n    → Create it, or name another file: mkdir -p" in refused(
        "--file", str(missing)
    )
    other = tmp_path / "notes.html"
    other.write_text("<html>mine</html>")
    assert f"{other}: exists, and is not a report\n    → Name another file with --file. Or delete this one." in refused(
        "--file", str(other)
    )
    assert f"{other}: is not a directory" in refused("--file", str(other / "report.html"))
    assert other.read_text() == "<html>mine</html>"
    os.mkfifo(tmp_path / "pipe")
    assert f"{tmp_path}/pipe: is a device, a pipe or a socket\n" in refused("--file", str(tmp_path / "pipe"))
    assert "is a device, a pipe or a socket\n" in refused("--file", os.devnull)
    assert "cannot be written: File name too long\n" in refused("--file", str(tmp_path / ("r" * 300)))
    (tmp_path / "old.html").touch()
    access = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: path != tmp_path and access(path, mode))
    for name in ("new.html", "old.html"):
        assert f"{tmp_path}: cannot be written: Permission denied" in refused("--file", str(tmp_path / name))
    old = str(tmp_path / "old.html")
    monkeypatch.setattr(os, "access", lambda path, mode: (str(path), mode) != (old, os.W_OK) and access(path, mode))
    assert "old.html: cannot be written: Permission denied" in refused("--file", str(tmp_path / "old.html"))
    assert sorted(one.name for one in tmp_path.iterdir()) == ["notes.html", "old.html", "pipe"]


@pytest.mark.usefixtures("deployed")
def test_a_disk_that_fills_up_leaves_the_older_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    file = tmp_path / "report.html"
    assert run("--file", str(file)).exit_code == 0
    before = file.read_text()

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(report.tempfile, "NamedTemporaryFile", full)
    assert "report.html: cannot be written: No space left on device" in refused("--file", str(file))
    assert file.read_text() == before


@pytest.mark.usefixtures("deployed")
def test_a_disk_that_fills_up_on_the_way_leaves_no_part_of_a_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "chmod", full)
    assert "report.html: cannot be written: No space left on device" in refused("--file", str(tmp_path / "report.html"))
    assert list(tmp_path.iterdir()) == []


def test_other_commands_do_not_import_what_only_the_report_needs():
    code = (
        "import sys; from privatelink_ingress.cli import app; import privatelink_ingress.cli.app; "
        "print([name for name in sys.modules if name.partition('.')[0] in ('jinja2', 'markupsafe', 'boto3', 'xml')])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
