"""Where the tests on Pulumi's engine take its CLI from."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support import pulumi_cli


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with nothing on PATH but what a test puts into the folder, and an empty cache."""
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path


def program(folder: Path, name: str, says: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\necho {says}\n")
    (folder / name).chmod(0o755)


def test_the_pinned_version_is_a_release():
    assert pulumi_cli.wanted() == "v3.274.1"


@pytest.mark.parametrize("version", ["v3.274.1", "v3.300.0", "4.0.0"])
def test_a_cli_on_path_that_is_new_enough_is_taken(machine, version):
    program(machine / "bin", "pulumi", version)
    assert pulumi_cli.folder() == machine / "bin"


def test_an_older_one_on_path_gives_way_to_the_one_that_was_built(machine):
    program(machine / "bin", "pulumi", "v3.259.0")
    built = machine / "cache" / "privatelink-ingress" / "pulumi-v3.274.1"
    program(built, "pulumi", "v3.274.1")
    assert pulumi_cli.folder() == built


@pytest.mark.parametrize(("version", "there"), [("v3.259.0", "on PATH is v3.259.0"), (None, "there is none on PATH")])
def test_without_go_the_reason_says_what_there_is(machine, version, there):
    if version:
        program(machine / "bin", "pulumi", version)
    with pytest.raises(pulumi_cli.NoEngine) as caught:
        pulumi_cli.folder()
    assert str(caught.value) == f"Pulumi's CLI v3.274.1 or newer is needed: {there}, and no Go to build it"


def test_a_failed_build_leaves_nothing_that_looks_like_a_cli(machine):
    program(machine / "bin", "nice", "no room; exit 1")
    program(machine / "bin", "go", "unused")
    with pytest.raises(pulumi_cli.NoEngine, match="could not be built"):
        pulumi_cli.folder()
    assert list((machine / "cache" / "privatelink-ingress" / "pulumi-v3.274.1").iterdir()) == []
