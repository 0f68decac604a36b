"""Paths and printed commands, from where the user stands and with the options that they gave."""

from __future__ import annotations

import contextlib
import os
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from privatelink_ingress.cli import invocation
from privatelink_ingress.cli.app import app


@pytest.fixture(autouse=True)
def back(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Each test leaves the working directory and the checkout as they were."""
    monkeypatch.setattr(invocation, "_checkout", None)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, os.devnull)
    with contextlib.chdir(Path.cwd()):
        yield


@pytest.fixture
def called_from(repository: Path, monkeypatch: pytest.MonkeyPatch):
    """What `run` does: it changes into its checkout, and hands on where the user stands."""

    def call(directory: Path) -> None:
        monkeypatch.setenv(invocation.RUN_FROM, str(directory))
        os.chdir(repository)
        invocation.enter()

    return call


def output(*arguments: str) -> str:
    return " ".join(CliRunner().invoke(app, list(arguments)).stdout.split())


def test_relative_paths_start_where_the_user_stands(repository: Path, tmp_path: Path, called_from):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    called_from(elsewhere)
    assert Path.cwd() == elsewhere
    assert "stack files are right" in output("check", "--root", os.path.relpath(repository, elsewhere))


@pytest.mark.parametrize("below", [".", "central-ingress"])
def test_without_root_the_repository_around_the_user_is_meant(repository: Path, called_from, below: str):
    called_from(repository / below)
    assert invocation.repository() == repository


def test_outside_of_a_repository_the_checkout_of_run_is_meant(
    repository: Path, called_from, tmp_path_factory: pytest.TempPathFactory
):
    called_from(tmp_path_factory.mktemp("elsewhere"))
    assert invocation.repository() == repository


def test_printed_commands_work_where_the_user_stands(repository: Path, called_from):
    called_from(repository)
    lines = output("offboard", "shop", "--force")
    assert lines.endswith("→ pulumi -C central-ingress up --stack prod → ./run offboard shop")


def test_printed_commands_from_a_directory_below_lead_back_to_the_top(repository: Path, called_from):
    called_from(repository / "eks-service")
    lines = output("offboard", "shop", "--force")
    assert lines.endswith("→ pulumi -C ../central-ingress up --stack prod → ../run offboard shop")


def test_the_printed_next_step_repeats_the_options_that_still_hold_and_no_others(
    repository: Path, called_from, tmp_path_factory: pytest.TempPathFactory
):
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "far" / "away"
    elsewhere.mkdir(parents=True)
    called_from(elsewhere)
    options = ["--root", str(repository), "--profile", "edge", "--profile", "the workload", "--days", "3"]
    lines = output("offboard", "shop", *options, "--force")
    again = f"offboard shop --days 3 --profile edge --profile 'the workload' --root {repository}"
    assert lines.endswith(f"→ pulumi -C {repository}/central-ingress up --stack prod → {repository}/run {again}")
    assert shlex.split(again)[-1] == str(repository)


def test_without_run_the_printed_command_is_the_installed_program(repository: Path):
    os.chdir(repository)
    assert output("offboard", "shop", "--force").endswith("→ privatelink-ingress offboard shop")


def test_a_deleted_working_directory_is_survived(repository: Path, called_from, tmp_path: Path):
    called_from(tmp_path / "deleted")
    assert Path.cwd() == repository
