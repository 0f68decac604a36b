"""`offboard`: the order of the steps, and what it does where AWS cannot be seen. What is live: `tests/local`."""

from __future__ import annotations

import contextlib
import datetime
import errno
import json
import os
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from privatelink_ingress.cli import offboard
from privatelink_ingress.cli.app import app
from privatelink_ingress.fleet import offboarding
from privatelink_ingress.fleet.offboarding import EdgeState, Observed
from privatelink_ingress.plan.workload.removal import WorkloadState

EDGE = "222222222222"
PROD, ATTACHED = "central-ingress/Pulumi.prod.yaml", "central-ingress/Pulumi.prod-blog.yaml"

SERVING = EdgeState(forwarding=2, endpoints={"vpce-1": "available"}, requests=0)
DRAINED = EdgeState(answering=2, endpoints={"vpce-1": "available"}, requests=0)
CONNECTED = WorkloadState(service_id="vpce-svc-1", connections={"vpce-1": (EDGE, "available")})
ALONE = WorkloadState(service_id="vpce-svc-1", connections={"vpce-1": (EDGE, "deleted")})


def observed(entry: Any, edge: EdgeState | None, workload: WorkloadState | None = CONNECTED, **over: Any) -> Observed:
    return Observed(
        name="shop", entry=entry, edge=edge, workload=workload, edge_accounts=frozenset({EDGE}), days=7, **over
    )


@pytest.mark.parametrize(
    ("state", "step"),
    [
        (observed("active", SERVING), "drain"),
        (observed("maintenance", SERVING), "deploy drain"),
        (observed("maintenance", DRAINED), "remove"),
        (observed(None, DRAINED), "deploy removal"),
        (observed(None, EdgeState(endpoints={"vpce-1": "deleting"})), "deploy removal"),
        (observed(None, EdgeState(endpoints={"vpce-1": "rejected"})), "deploy removal"),
        (observed(None, EdgeState()), "reject"),
        (observed(None, EdgeState(endpoints={"vpce-1": "deleted"}), ALONE), "destroy"),
        (observed(None, EdgeState(), WorkloadState(service_id=None)), "destroy"),
        (observed(None, EdgeState(), others=("sale",)), "keep"),
        # A stack that holds nothing else is destroyed while its file is there.
        (observed("maintenance", DRAINED, sole_connection=True), "deploy removal"),
        (observed("maintenance", EdgeState(), sole_connection=True), "remove"),
        # What was never deployed needs no draining.
        (observed("active", EdgeState()), "remove"),
    ],
)
def test_the_next_step_follows_from_files_and_aws_alone(state: Observed, step: str):
    assert offboarding.next_step(state) == offboarding.NextStep(
        step=next(one for one in (*offboarding.STEPS, offboarding.KEEP_WORKLOAD) if one.key == step)
    )


def test_traffic_keeps_a_connection_and_the_figures_say_how_much():
    at = datetime.datetime(2026, 11, 22, 20, tzinfo=datetime.UTC)
    busy = EdgeState(forwarding=1, endpoints={"vpce-1": "available"}, requests=12345, last_request=at)
    due = offboarding.next_step(observed("active", busy))
    assert [problem.reason for problem in due.refused] == [
        "got 12,345 requests in the last 7 days, the last after 2026-11-22 20:00 UTC"
    ]
    assert "--force" in due.refused[0].remedy
    forced = offboarding.next_step(observed("active", busy), force=True)
    assert (forced.step.key, forced.refused, len(forced.overridden)) == ("drain", (), 1)


@pytest.mark.parametrize(
    "state",
    [
        observed("active", None, edge_unseen="x"),
        observed("active", EdgeState(forwarding=1, requests=None), edge_unseen="x"),
        observed("maintenance", None, edge_unseen="x"),
        observed(None, None, edge_unseen="x"),
        observed(None, EdgeState(), None, workload_unseen="x"),
    ],
)
def test_a_step_without_sight_of_aws_is_refused_and_only_force_continues(state: Observed):
    refused = offboarding.next_step(state).refused
    assert refused
    assert all("x" in problem.reason for problem in refused)
    assert offboarding.next_step(state, force=True).refused == ()


def test_a_connection_from_an_unknown_account_is_not_rejected():
    foreign = WorkloadState(service_id="vpce-svc-1", connections={"vpce-9": ("999999999999", "available")})
    due = offboarding.next_step(observed(None, EdgeState(), foreign))
    assert due.step.key == "reject"
    assert "vpce-9 of account 999999999999" in due.refused[0].reason


def test_force_does_not_skip_a_missing_deployment():
    assert offboarding.next_step(observed("maintenance", SERVING), force=True).step.key == "deploy drain"
    assert offboarding.next_step(observed(None, DRAINED), force=True).step.key == "deploy removal"


@pytest.fixture(autouse=True)
def no_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)


def files(root: Path) -> dict[str, bytes]:
    return {file.relative_to(root).as_posix(): file.read_bytes() for file in root.rglob("*") if file.is_file()}


def run(root: Path, name: str, *options: str) -> Result:
    with contextlib.chdir(root):
        result = CliRunner().invoke(app, ["offboard", name, *options])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def words(text: str) -> str:
    return " ".join(text.split())


def test_without_credentials_it_says_so_and_refuses(repository: Path):
    before = files(repository)
    result = run(repository, "shop")
    assert result.exit_code == 1
    assert "Edge: not seen. no credentials for account 222222222222 (ambient credentials: Unable" in words(
        result.stdout
    )
    assert "refused edge account: cannot be read, so its resources are not known" in words(result.stdout)
    assert files(repository) == before


def test_with_force_each_run_does_one_step_and_the_last_calls_nothing_safe(repository: Path):
    before = files(repository)
    assert run(repository, "shop", "--force").exit_code == 0
    drained = files(repository)
    assert drained[PROD] == before[PROD].replace(
        b"      owner: team-shop\n", b"      owner: team-shop\n      state: maintenance\n"
    )
    assert run(repository, "shop", "--force").exit_code == 0
    removed = files(repository)
    assert b"    shop:\n" not in removed[PROD]
    assert {name for name in removed if removed[name] != before[name]} == {PROD}
    last = run(repository, "shop", "--force")
    assert "yours to do, not checked" in words(last.stdout)
    assert "safe" not in last.stdout
    assert files(repository) == removed
    assert CliRunner().invoke(app, ["check", "--root", str(repository)]).exit_code == 0


def test_an_attached_stack_with_one_connection_is_removed_with_its_file(repository: Path):
    run(repository, "blog", "--force")
    result = run(repository, "blog", "--force")
    assert not (repository / ATTACHED).exists()
    assert "pulumi -C central-ingress stack rm prod-blog" in result.stdout
    assert CliRunner().invoke(app, ["check", "--root", str(repository)]).exit_code == 0


def test_an_unknown_name_gets_the_nearest_one(repository: Path):
    result = run(repository, "shpo")
    assert result.exit_code == 2
    assert "Did you mean shop?" in result.stderr


@pytest.mark.parametrize("runs", [0, 1])
def test_a_dry_run_changes_nothing_at_any_step(repository: Path, runs: int):
    for _ in range(runs):
        run(repository, "shop", "--force")
    before = files(repository)
    result = run(repository, "shop", "--force", "--dry-run")
    assert "would be done" in result.stdout
    assert files(repository) == before


@pytest.mark.parametrize("step", [0, 1])
def test_after_a_failed_write_the_next_run_does_the_same_step(
    repository: Path, monkeypatch: pytest.MonkeyPatch, step: int
):
    for _ in range(step):
        run(repository, "shop", "--force")
    before = files(repository)

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        result = run(repository, "shop", "--force")
        assert result.exit_code == 1
        assert "No space left on device" in result.stderr
    assert files(repository) == before
    due = json.loads(run(repository, "shop", "--force", "--dry-run", "--json").stdout)["step"]
    assert run(repository, "shop", "--force").exit_code == 0
    assert files(repository) != before
    assert due == ("drain", "remove")[step]


def test_a_stack_that_serves_another_connection_stays(repository: Path):
    text = (repository / PROD).read_text()
    entry = "    sale:\n      slot: 9\n      owner: team-shop\n      backends:\n        - stack: shop\n"
    entry += "          connectionName: shop\n      routes:\n        - hosts: [sale.example.com]\n"
    (repository / PROD).write_text(text + entry)
    for _ in range(2):
        run(repository, "shop", "--force")
    data = json.loads(run(repository, "shop", "--force", "--json").stdout)
    assert (data["step"], data["outcome"], data["next"]) == ("keep", "over", [])


@pytest.fixture
def pulumi(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stand-in for the CLI: it notes its arguments, and fails while a file says so."""
    home = tmp_path_factory.mktemp("bin")
    script = home / "pulumi"
    script.write_text(f'#!/bin/sh\necho "$@" >> {home}/calls\ntest ! -e {home}/broken\n')
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{home}{os.pathsep}{os.environ['PATH']}")
    return home


def test_run_does_all_steps_of_the_edge_and_leaves_the_workload_to_its_owner(repository: Path, pulumi: Path):
    result = run(repository, "shop", "--force", "--run")
    assert result.exit_code == 0
    assert (pulumi / "calls").read_text().splitlines() == ["-C central-ingress up --stack prod"] * 2
    assert b"    shop:\n" not in (repository / PROD).read_bytes()
    assert words(result.stdout).endswith("→ pulumi -C eks-service destroy --stack shop --run-program")


def test_run_stops_at_a_failed_deployment_and_continues_from_it(repository: Path, pulumi: Path):
    (pulumi / "broken").touch()
    result = run(repository, "shop", "--force", "--run")
    assert result.exit_code == 1
    assert "pulumi -C central-ingress up --stack prod: exited with code 1" in words(result.stderr)
    assert b"    shop:\n" in (repository / PROD).read_bytes()
    (pulumi / "broken").unlink()
    assert run(repository, "shop", "--force", "--run").exit_code == 0
    assert b"    shop:\n" not in (repository / PROD).read_bytes()


def test_run_without_pulumi_is_refused_before_anything_is_written(repository: Path, monkeypatch: pytest.MonkeyPatch):
    before = files(repository)
    monkeypatch.setenv("PATH", "")
    assert run(repository, "shop", "--force", "--run").exit_code == 2
    assert files(repository) == before


def test_a_deployment_that_changes_nothing_is_not_repeated(
    repository: Path, pulumi: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(offboard, "_edge", lambda *_: (SERVING, "", ""))
    result = run(repository, "shop", "--run")
    assert result.exit_code == 1
    assert len((pulumi / "calls").read_text().splitlines()) == 2, "one after the drain, one while it waits"
    assert b"    shop:\n" in (repository / PROD).read_bytes()


def test_edge_resources_of_a_service_in_no_file_still_have_to_be_deleted(
    repository: Path, monkeypatch: pytest.MonkeyPatch
):
    left = EdgeState(answering=1, stacks=("central-ingress/prod", "central-ingress/prod-partner"))
    monkeypatch.setattr(offboard, "_edge", lambda *_: (left, "", ""))
    data = json.loads(run(repository, "partner", "--json").stdout)
    assert (data["step"], data["outcome"]) == ("deploy removal", "waits")
    assert data["next"] == [
        "pulumi -C central-ingress up --stack prod",
        "pulumi -C central-ingress destroy --stack prod-partner",
        "privatelink-ingress offboard partner",
    ]
