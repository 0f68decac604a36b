"""`deploy` where it cannot go on: the message names what to type, what it names works, and nothing is lost."""

from __future__ import annotations

import contextlib
import os
import re
import signal
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from privatelink_ingress.local.adapters.base import AdapterError
from privatelink_ingress.local.providers.observation import Call, Unobserved
from privatelink_ingress.problems import Problem
from tests.support import deployments
from tests.support.edge_repository import PROD, Edge
from tests.support.engine import World
from tests.support.engine_faults import MESSAGE

PENDING = "has a pending operation ({}): another run is still at work, or was killed before it recorded what AWS did"
PASSPHRASE = "PULUMI_CONFIG_PASSPHRASE"


class KilledBeforeAwsHears(Unobserved):
    """The engine is killed at its first call, and none of its calls reaches AWS."""

    def before(self, call: Call) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(call.engine_pid, signal.SIGKILL)
        raise AdapterError(MESSAGE)


class DeploysMeanwhile(Unobserved):
    """Deploys the same stack a second time, while AWS takes its first update."""

    def __init__(self, edge: Edge) -> None:
        self._edge, self.problems = edge, list[Problem]()

    def before(self, call: Call) -> None:
        if call.operation == "update" and not self.problems:
            self.problems += self._edge.refused()


@contextlib.contextmanager
def moved(folder: Path) -> Generator[None]:
    """Without the folder, for a moment."""
    away = folder.rename(folder.with_name("away"))
    try:
        yield
    finally:
        away.rename(folder)


@pytest.fixture(scope="module")
def edge(world: World, tmp_path_factory: pytest.TempPathFactory) -> Edge:
    return Edge(world, deployments.copy_of_samples(tmp_path_factory.mktemp("repository")))


@pytest.fixture
def untouched(edge: Edge) -> Generator[None]:
    """A refusal leaves the state's resources and the stack file as they are, and holds no lock."""
    before = (edge.resources(), edge.pending(), edge.file.read_text())
    yield
    edge.environment = {}
    assert (edge.resources(), edge.pending(), edge.file.read_text()) == before
    assert edge.locks() == []


def test_a_run_that_was_killed_names_the_commands_that_repair_its_state_and_the_next_one_ends_it(edge):
    with edge.world.watched(KilledBeforeAwsHears()):
        [problem] = edge.refused()
    assert problem.reason == "was ended by signal 9 before its state was complete"
    problems = edge.refused()
    assert sorted(problem.where.rpartition(" ")[2] for problem in problems) == sorted(edge.pending()) != []
    assert {problem.reason for problem in problems} == {PENDING.format("creating")}
    [remedy] = {problem.remedy for problem in problems}
    assert len(edge.locks()) == 1
    edge.type(remedy, "cancel", "--yes")
    assert f"`./run orphans {PROD}`" in remedy
    # What `orphans` prints where AWS has nothing of it.
    edge.type(
        "`pulumi -C central-ingress refresh --stack prod`",
        "refresh",
        "--yes",
        "--skip-preview",
        "--clear-pending-creates",
    )
    assert edge.deploy().state == "succeeded"
    ec2 = edge.world.cloud.session("222222222222", "eu-west-1").client("ec2")
    networks = ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["false"]}])["Vpcs"]
    assert [network["CidrBlock"] for network in networks] == ["10.12.0.0/16"]
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


@pytest.mark.usefixtures("untouched")
def test_a_backend_that_does_not_exist_is_refused(edge):
    edge.environment = {"PULUMI_BACKEND_URL": "file:///no/such/folder"}
    [problem] = edge.refused()
    assert problem.where == PROD
    assert problem.reason.startswith("has a state that cannot be read: unable to open state directory")
    assert problem.remedy == "Check the backend's URL with `pulumi whoami -v`, and the credentials for it."


@pytest.mark.usefixtures("untouched")
def test_a_missing_plugin_is_named_with_the_command_that_installs_it(edge):
    [plugin] = (edge.world.home / "plugins").glob("resource-aws-*/")
    with moved(plugin):
        [problem] = edge.refused()
    version = plugin.name.removeprefix("resource-aws-")
    assert problem == Problem(
        PROD,
        f"needs Pulumi's plugin resource aws {version}, which is not installed",
        "Run `pulumi -C central-ingress install`.",
    )


@pytest.mark.usefixtures("untouched")
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


def test_a_stack_that_another_run_has_locked_is_refused_and_that_run_is_not_disturbed(edge, tmp_path):
    edge.environment = {"GO": str(tmp_path / "go")}
    with edge.waiting_program(), ThreadPoolExecutor() as other:
        first = other.submit(edge.deploy)
        while not (locks := edge.locks()):
            assert not first.done()
        [problem] = edge.refused()
        assert edge.locks() == locks
        (tmp_path / "go").touch()
        assert first.result().state == "succeeded"
    assert re.fullmatch(r"is locked by \S+ \(pid \d+\) at \S+", problem.reason)
    assert problem.remedy == (
        "Wait until that run ends. If it no longer runs, `pulumi -C central-ingress cancel --stack prod` "
        "removes the lock."
    )
    assert edge.locks() == []


def test_a_stack_that_another_run_is_changing_is_refused_and_that_run_is_not_disturbed(edge):
    edge.change(loadBalancer={"idleTimeout": 90})
    with edge.world.watched(second := DeploysMeanwhile(edge)):
        first = edge.deploy()
    assert [(problem.where, problem.reason) for problem in second.problems] == [
        (f"{PROD}: LoadBalancer edge", PENDING.format("updating"))
    ]
    assert (first.state, str(first.changes)) == ("succeeded", "1 to update")
    assert (edge.pending(), edge.locks()) == ([], [])


def test_a_state_older_than_the_stack_file_is_refused_by_what_aws_already_has_and_the_newer_one_still_fits(edge):
    older = edge.state()
    edge.change(loadBalancer={"idleTimeout": 90, "redirectHttp": True})
    assert edge.deploy().state == "succeeded"
    newer = edge.state()
    edge.write(older)
    problems = edge.refused()
    assert [problem.where for problem in problems] == [
        f"{PROD}: SecurityGroupIngressRule edge-load-balancer-in-80-0.0.0.0/0"
    ]
    assert f"`./run orphans {PROD}`" in problems[0].remedy
    edge.write(newer)
    assert str(edge.deploy().changes) == "no changes"
    assert str(edge.drift().changes) == "no changes"
