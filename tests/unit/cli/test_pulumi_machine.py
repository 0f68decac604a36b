"""What `preflight` says about the CLI, the plugins and the SDKs of this machine."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from privatelink_ingress.trace.preflight.machine import Plugin
from tests.support.preflight_machine import BREAKAGES, Breakage, Machine


@pytest.fixture(name="here")
def this_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    return Machine(tmp_path, monkeypatch)


def test_nothing_is_wrong_where_all_is_installed(here: Machine):
    assert [one.name for one in here.wanted] == ["aws", "eks", "kubernetes"]
    assert here.found() == []


@pytest.mark.parametrize("breakage", BREAKAGES, ids=lambda one: one.what)
def test_what_is_broken_is_told_with_its_remedy(here: Machine, breakage: Breakage):
    breakage.do(here)
    [one] = here.found()
    assert (one.connection, one.severity, one.problem.where) == ("this machine", breakage.severity, "Pulumi")
    assert breakage.reason in one.problem.reason
    assert one.problem.remedy


def test_a_missing_plugin_is_told_with_its_folder_its_command_and_the_versions_that_are_there(here: Machine):
    [aws] = [one for one in here.wanted if one.name == "aws"]
    here.without_plugin("aws", Plugin("aws", "6.0.0"), Plugin("aws", "99.0.0"))
    [one] = here.found()
    folder = f"{here.home}/pulumi/plugins"
    assert one.problem.reason.startswith(f"{folder} lacks aws v{aws.version}. ")
    assert f"`pulumi plugin install resource aws v{aws.version}`" in one.problem.remedy
    assert one.evidence == f"{folder} has aws v6.0.0, aws v99.0.0; Pulumi takes no other version"


def test_a_plugin_on_path_need_not_be_installed_unless_pulumi_ignores_it(here: Machine):
    path = here.program("pulumi-resource-aws", "")
    here.without_plugin("aws")
    [ambient] = here.found()
    assert ambient.problem.reason.startswith(f"Pulumi runs {path}, ")
    here.monkeypatch.setenv("PULUMI_IGNORE_AMBIENT_PLUGINS", "1")
    [missing] = here.found()
    assert (missing.severity, " lacks aws v" in missing.problem.reason) == ("not seen", True)


@pytest.mark.parametrize("text", ["", "null", "[1]", '[{"name": "aws"}]', "{}", "\x00", '{"error": "no"}'])
def test_a_list_that_is_none_is_repeated_and_nothing_is_taken_from_it(here: Machine, text: str):
    here.pulumi(plugins=text)
    [one] = here.found()
    assert one.problem.reason.startswith(
        "whether the plugins are installed is unknown: `pulumi plugin ls --json` printed "
    )


def test_a_cli_that_fails_is_told_by_its_last_line(here: Machine):
    here.program("pulumi", "echo first >&2; echo 'error: out of memory' >&2; exit 1")
    assert [one.problem.reason for one in here.found()] == [
        "`pulumi version` printed no version, but 'error: out of memory'",
        "whether the plugins are installed is unknown: `pulumi plugin ls --json` printed 'error: out of memory'",
    ]


def test_a_cli_that_cannot_be_run_is_told(here: Machine):
    (here.home / "bin" / "pulumi").write_bytes(b"\x7fELF")
    assert here.found()[0].problem.reason == "`pulumi version` printed no version, but 'Exec format error'"


def test_without_pulumi_home_the_folder_is_in_the_users_home(here: Machine):
    here.monkeypatch.delenv("PULUMI_HOME")
    here.without_plugin("aws")
    assert here.found()[0].problem.reason.startswith(os.path.expanduser("~/.pulumi/plugins lacks "))


def test_a_repository_without_a_lock_file_says_nothing_about_the_sdks(here: Machine):
    here.lock("")
    (here.root / "requirements.lock").unlink()
    assert here.found() == []
