"""`deploy`, `teardown` and `drift` as they are typed: what stops them before Pulumi is called, and their exit codes."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner, Result

from privatelink_ingress.aws import credentials
from privatelink_ingress.cli.app import app
from privatelink_ingress.deployment import drift as running
from privatelink_ingress.fleet.outcomes import Changes, Outcome

ACCOUNTS = {None: "111111111111", "edge": "222222222222"}


@pytest.fixture(autouse=True)
def _accounts(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Credentials of two accounts, and a CLI that only tells its release."""
    import boto3

    folder = tmp_path_factory.mktemp("bin")
    (folder / "pulumi").write_text("#!/bin/sh\necho v3.274.1\n")
    (folder / "pulumi").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")

    monkeypatch.setattr(boto3, "Session", lambda profile_name=None: SimpleNamespace(profile=profile_name))
    monkeypatch.setattr(credentials, "caller", lambda session, region: ACCOUNTS[session.profile])


def run(root: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, [*arguments, "--root", str(root)])


@pytest.mark.parametrize("command", ["deploy", "teardown", "drift"])
def test_an_unknown_stack_is_wrong_use_and_gets_the_nearest_name(repository, command):
    result = run(repository, command, "shp")
    assert result.exit_code == 2
    assert "shp: has no stack file" in result.stderr
    assert "Did you mean shop?" in result.stderr


def test_nothing_is_done_with_credentials_of_another_account(repository):
    result = run(repository, "deploy", "prod", "shop")
    assert result.exit_code == 2
    assert " ".join(result.stderr.split()) == (
        "Nothing was done: the credentials are not of the stacks' accounts: "
        "central-ingress/Pulumi.prod.yaml: accountId: is 222222222222, but the ambient credentials are of account "
        "111111111111 → Use credentials of account 222222222222, or name a profile with --profile."
    )


def test_each_stack_runs_with_the_credentials_of_its_own_account(repository, monkeypatch):
    seen = {}
    monkeypatch.setattr(running, "drift", lambda chosen, settings: seen.update(settings.environments) or [])
    assert run(repository, "drift", "shop", "prod", "--profile", "edge").exit_code == 0
    no_keys = {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "AWS_SESSION_TOKEN": ""}
    assert seen == {"eks-service/shop": {}, "central-ingress/prod": {"AWS_PROFILE": "edge", **no_keys}}


def test_the_permissions_boundary_is_no_role_to_assume(repository, monkeypatch):
    seen = {}
    monkeypatch.setattr(running, "drift", lambda chosen, settings: seen.update(settings.environments) or [])
    file = repository / "eks-service/Pulumi.shop.yaml"
    boundary = "arn:aws:iam::111111111111:policy/privatelink-ingress/shop-boundary"
    file.write_text(f"{file.read_text()}\n  eks-service:roles:\n    permissionsBoundary: {boundary}\n")
    assert run(repository, "drift", "shop").exit_code == 0
    assert seen == {"eks-service/shop": {}}


def test_without_a_cli_of_pulumi_nothing_is_done(repository, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    result = run(repository, "deploy", "shop")
    assert result.exit_code == 2
    assert "PATH: has no pulumi, and this command needs release 3.255.0 or newer" in result.stderr


@pytest.mark.parametrize(("update", "code"), [(0, 0), (1, 1)])
def test_drift_is_in_the_exit_code_and_in_json(repository, monkeypatch, update, code):
    outcome = Outcome(label="eks-service/shop", state="succeeded", changes=Changes(update=update, unchanged=3))
    monkeypatch.setattr(running, "drift", lambda chosen, settings: [outcome])
    result = run(repository, "drift", "shop", "--json")
    assert result.exit_code == code
    answer = json.loads(result.stdout)
    assert answer["drift"] is bool(update)
    assert answer["stacks"][0]["changes"] == {"create": 0, "update": update, "replace": 0, "delete": 0, "unchanged": 3}


def test_mistakes_in_stack_files_stop_a_deployment(repository):
    file = repository / "central-ingress/Pulumi.prod-blog.yaml"
    file.write_text(file.read_text().replace("slot: 1", "slot: 0"))
    result = run(repository, "deploy", "shop")
    assert result.exit_code == 1
    assert "central-ingress/Pulumi.prod-blog.yaml: connections.blog.slot" in result.stderr
