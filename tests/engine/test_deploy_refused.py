"""`deploy` where a stack cannot be opened: the message names what to type, what it names works, and nothing is lost."""

from __future__ import annotations

import os
import shutil
from collections.abc import Generator
from pathlib import Path

import pytest

from privatelink_ingress.local.providers import daemon
from privatelink_ingress.problems import Problem
from tests.support import deployments
from tests.support.edge_repository import PROD, Edge
from tests.support.engine import World
from tests.support.plugin_server import plugin_server

PASSPHRASE = "PULUMI_CONFIG_PASSPHRASE"
OVERRIDES = "PULUMI_PLUGIN_DOWNLOAD_URL_OVERRIDES"


@pytest.fixture(scope="module")
def edge(world: World, tmp_path_factory: pytest.TempPathFactory) -> Edge:
    made = Edge(world, deployments.copy_of_samples(tmp_path_factory.mktemp("repository")))
    assert made.deploy().state == "succeeded"
    return made


@pytest.fixture
def untouched(edge: Edge) -> Generator[None]:
    """A refusal leaves the state's resources and the stack file as they are, and holds no lock."""
    before = (edge.resources(), edge.pending(), edge.file.read_text())
    yield
    edge.environment = {}
    assert (edge.resources(), edge.pending(), edge.file.read_text()) == before
    assert edge.locks() == []


@pytest.mark.usefixtures("untouched")
def test_a_wrong_passphrase_is_refused(edge):
    edge.environment = {PASSPHRASE: "another one"}
    assert edge.refused() == (
        Problem(
            PASSPHRASE,
            f"is not the passphrase of {PROD}",
            "Set it to the passphrase that the stack was created with.",
        ),
    )


@pytest.mark.usefixtures("untouched")
def test_a_missing_passphrase_is_refused(edge):
    edge.environment = {PASSPHRASE: ""}
    [problem] = edge.refused()
    assert (problem.where, problem.reason) == (PASSPHRASE, f"is not the passphrase of {PROD}")


def test_without_any_passphrase_the_message_names_two_variables_and_either_will_do(edge, monkeypatch, tmp_path):
    held = os.environ[PASSPHRASE]
    monkeypatch.delenv(PASSPHRASE)
    assert edge.refused() == (
        Problem(
            PASSPHRASE,
            f"is not set, and {PROD} encrypts its secrets with a passphrase",
            "Set it, or PULUMI_CONFIG_PASSPHRASE_FILE to a file that contains the passphrase.",
        ),
    )
    (tmp_path / "passphrase").write_text(held)
    for setting in ({PASSPHRASE: held}, {f"{PASSPHRASE}_FILE": str(tmp_path / "passphrase")}):
        edge.environment = setting
        assert str(edge.deploy().changes) == "no changes"


@pytest.mark.usefixtures("untouched")
def test_a_backend_that_does_not_exist_is_refused(edge):
    edge.environment = {"PULUMI_BACKEND_URL": "file:///no/such/folder"}
    [problem] = edge.refused()
    assert problem.where == PROD
    assert problem.reason.startswith("has a state that cannot be read: unable to open state directory")
    assert problem.remedy == "Check the backend's URL with `pulumi whoami -v`, and the credentials for it."


AWS_PLUGIN = f"v{daemon.version('aws')}"


@pytest.fixture
def missing(edge: Edge, tmp_path: Path) -> Generator[Path]:
    """The folder that the AWS provider is missing from."""
    [plugin] = (edge.world.home / "plugins").glob("resource-aws-*/")
    away = plugin.rename(tmp_path / "away")
    yield plugin
    shutil.rmtree(plugin, ignore_errors=True)
    away.rename(plugin)


@pytest.mark.usefixtures("untouched")
def test_a_missing_plugin_is_named_with_the_command_that_installs_it(edge, missing):
    [problem] = edge.refused()
    assert problem == Problem(
        PROD,
        f"needs Pulumi's plugin aws {AWS_PLUGIN}, which is not installed",
        "Run `pulumi -C central-ingress install`.",
    )
    with plugin_server() as address:
        edge.environment = {OVERRIDES: f".*={address}"}
        edge.type(problem.remedy, "install")
    assert missing.is_dir()


def test_a_state_of_another_account_is_refused(edge):
    before = edge.file.read_text()
    edge.change(accountId="111111111111")
    try:
        assert edge.refused() == (
            Problem(
                "central-ingress/Pulumi.prod.yaml: accountId",
                "is 111111111111, but the resources in the state are in 222222222222",
                "Write that account, or give the stack of the new account another name.",
            ),
        )
        edge.change(accountId="222222222222")
        assert str(edge.deploy().changes) == "no changes"
    finally:
        edge.file.write_text(before)


def test_a_state_that_a_newer_cli_wrote_is_refused(edge):
    before = edge.state()
    edge.write({**before, "version": 9})
    assert edge.refused() == (
        Problem(
            PROD,
            "has a state that a newer Pulumi CLI wrote",
            "Install that release of the CLI: https://www.pulumi.com/docs/install/.",
        ),
    )
    assert edge.state() == {**before, "version": 9}
    edge.write(before)
