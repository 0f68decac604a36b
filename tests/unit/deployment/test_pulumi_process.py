"""The CLI as `deploy` runs it, with scripts in its place: missing, too old, out of time, interrupted."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest
from pulumi import automation as auto

from privatelink_ingress.deployment.pulumi_process import OutOfTime, PulumiProcess
from privatelink_ingress.problems import Problem, UsageError

INSTALL = "Install it from https://www.pulumi.com/docs/install/."
WAITS = 'trap "echo stopped >> {0}/log; exit 3" INT; echo started >> {0}/log; while :; do sleep 0.05; done'


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    return tmp_path


def write(folder: Path, *, version: str = "v3.274.1", body: str = "") -> None:
    script = folder / "pulumi"
    script.write_text(f'#!/bin/sh\n[ "$1" = version ] && echo {version} && exit\n{body}\n')
    script.chmod(0o755)


def test_a_missing_cli_is_told_with_the_release_that_is_needed(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UsageError) as refused:
        PulumiProcess()
    reason = "has no pulumi, and this command needs release 3.255.0 or newer"
    assert refused.value.problems == (Problem("PATH", reason, INSTALL),)


def test_a_cli_that_is_too_old_is_refused(folder):
    write(folder, version="v3.200.0")
    with pytest.raises(UsageError) as refused:
        PulumiProcess()
    [problem] = refused.value.problems
    assert (problem.where, problem.remedy) == ("pulumi", INSTALL)
    assert problem.reason.startswith("is not release 3.255.0 or newer: ")


def test_a_command_that_is_out_of_time_is_stopped_as_by_ctrl_c(folder):
    write(folder, body=WAITS.format(folder))
    process = PulumiProcess()
    with pytest.raises(OutOfTime), process.limited(1.0):
        process.run(["preview"], str(folder), {})
    assert (folder / "log").read_text() == "started\nstopped\n"


def test_an_interrupt_lets_the_command_end_by_itself(folder):
    write(folder, body=WAITS.format(folder))
    process = PulumiProcess()

    def interrupt() -> None:
        while not (folder / "log").exists():
            time.sleep(0.01)
        process.interrupt()

    threading.Thread(target=interrupt).start()
    with pytest.raises(Exception, match="code: 3"):
        process.run(["up"], str(folder), {})
    assert (folder / "log").read_text() == "started\nstopped\n"


def test_an_interrupt_that_comes_before_a_command_ends_it_as_well(folder):
    write(folder, body=WAITS.format(folder).replace("echo started", "sleep 0.2; echo started"))
    process = PulumiProcess()
    process.interrupt()
    with pytest.raises(auto.CommandError):
        process.run(["up"], str(folder), {})
    assert "started" not in ((folder / "log").read_text() if (folder / "log").exists() else "")


def test_a_command_gets_the_environment_of_its_stack_and_is_never_asked(folder):
    write(folder, body='echo "$AWS_PROFILE $*"')
    result = PulumiProcess().run(["up"], str(folder), {"AWS_PROFILE": "edge"})
    assert result.stdout == "edge --non-interactive up"
