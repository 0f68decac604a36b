"""`bootstrap migrate-state`: in which order the CLI is called, on which backend, and what a failure leaves."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from privatelink_ingress.cli.app import app

BUCKET = "s3://pulumi-state-1?region=eu-west-1&awssdk=v2"
KEY = "awskms://alias/pulumi-state?region=eu-west-1"
PULUMI = """#!/usr/bin/env python3
import json, os, pathlib, sys
home, arguments = pathlib.Path(__file__).parent, sys.argv[1:]
outputs = {"backend_url": "%s", "secrets_provider": "%s"}
with (home / "calls").open("a") as calls:
    calls.write(json.dumps([os.environ["PULUMI_BACKEND_URL"], os.getcwd(), *arguments]) + "\\n")
if arguments[:2] == ["stack", "output"]:
    if arguments[-1] != "workload":
        sys.exit("error: no stack named 'other' found")
    print(outputs[arguments[2]])
elif arguments[:2] == ["stack", "ls"]:
    print((home / "stacks").read_text())
elif arguments[:2] == ["stack", "export"]:
    pathlib.Path(arguments[-1]).write_text("{}")
if (home / "broken").exists() and arguments[:2] == (home / "broken").read_text().split():
    sys.exit(255)
"""


@pytest.fixture
def pulumi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stand-in for the CLI: it notes its calls, answers look-ups, and fails at the command in `broken`."""
    home = tmp_path / "bin"
    home.mkdir()
    (home / "pulumi").write_text(PULUMI % (BUCKET, KEY))
    (home / "pulumi").chmod(0o755)
    (home / "stacks").write_text("[]")
    monkeypatch.setenv("PATH", f"{home}{os.pathsep}{os.environ['PATH']}")
    return home


def run(root: Path, *more: str, stack: str = "workload") -> Result:
    return CliRunner().invoke(app, ["bootstrap", "migrate-state", stack, "--root", str(root), *more])


def calls(pulumi: Path) -> list[tuple[str, str]]:
    """Backend and words of every call that changes something, the exported file under one name."""
    made = [json.loads(line) for line in (pulumi / "calls").read_text().splitlines()]
    words = [(backend, ["state" if one.endswith("state.json") else one for one in rest]) for backend, _, *rest in made]
    return [
        (backend, " ".join(rest)) for backend, rest in words if rest[:2] not in (["stack", "output"], ["stack", "ls"])
    ]


MOVE = [
    ("file://~", f"stack change-secrets-provider {KEY} --stack workload"),
    ("file://~", "stack export --stack workload --file state"),
    (BUCKET, f"stack init workload --secrets-provider {KEY}"),
    (BUCKET, "stack import --stack workload --file state"),
    (BUCKET, "preview --stack workload --expect-no-changes"),
    (BUCKET, f"login {BUCKET}"),
]


def test_secrets_move_before_the_state_and_the_login_comes_last(tmp_path: Path, pulumi: Path):
    result = run(tmp_path)
    assert result.exit_code == 0, result.output
    assert calls(pulumi) == MOVE
    assert "The state of workload is in s3://pulumi-state-1, and pulumi is logged in there." in result.stdout


def test_every_call_is_made_at_the_top_of_the_repository_and_the_exported_file_is_gone(tmp_path: Path, pulumi: Path):
    run(tmp_path)
    made = [json.loads(line) for line in (pulumi / "calls").read_text().splitlines()]
    assert {directory for _, directory, *_ in made} == {str(tmp_path)}
    (file,) = {one for call in made for one in call if one.endswith("state.json")}
    assert not Path(file).parent.exists()


@pytest.mark.parametrize("broken", ["stack change-secrets-provider", "stack import", "preview --stack"])
def test_a_failed_step_is_the_last_one_and_is_named(tmp_path: Path, pulumi: Path, broken: str):
    (pulumi / "broken").write_text(broken)
    result = run(tmp_path)
    assert result.exit_code == 1
    assert calls(pulumi)[-1][1].startswith(broken)
    assert calls(pulumi) == MOVE[: len(calls(pulumi))]
    assert f"pulumi {broken}" in result.stderr
    assert "exited with code 255" in result.stderr


def test_a_stack_that_an_earlier_call_left_empty_in_the_bucket_is_not_made_again(tmp_path: Path, pulumi: Path):
    (pulumi / "stacks").write_text(json.dumps([{"name": "workload", "resourceCount": 0}]))
    assert run(tmp_path).exit_code == 0
    assert calls(pulumi) == [call for call in MOVE if "stack init" not in call[1]]


def test_a_state_that_is_in_the_bucket_is_never_written_over(tmp_path: Path, pulumi: Path):
    (pulumi / "stacks").write_text(json.dumps([{"name": "organization/bootstrap/workload", "resourceCount": 12}]))
    assert run(tmp_path).exit_code == 0
    assert calls(pulumi) == MOVE[-2:]


def test_a_dry_run_shows_the_commands_and_runs_none(tmp_path: Path, pulumi: Path):
    result = run(tmp_path, "--dry-run")
    assert result.exit_code == 0
    assert calls(pulumi) == []
    shown = [line for line in result.stdout.splitlines() if line.startswith("→ pulumi")]
    assert len(shown) == len(MOVE)
    assert shown[2] == f"→ pulumi stack init workload --secrets-provider '{KEY}'"


def test_a_stack_without_state_here_is_told_where_to_start(tmp_path: Path, pulumi: Path):
    result = run(tmp_path, stack="other")
    assert result.exit_code == 1
    message = " ".join(result.stderr.split())
    reason = "file://~ has no output backend_url of this stack: error: no stack named 'other' found"
    assert f"stack other: {reason}" in message
    assert "`pulumi up --stack other` first, or name its backend with --from." in message
    assert calls(pulumi) == []


def test_another_backend_can_hold_the_state(tmp_path: Path, pulumi: Path):
    run(tmp_path, "--from", "file:///srv/state")
    assert [backend for backend, _ in calls(pulumi)[:2]] == ["file:///srv/state"] * 2


def test_without_pulumi_it_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PATH", "")
    result = run(tmp_path)
    assert result.exit_code == 2
    assert "needs pulumi, which is not on PATH" in result.stderr
