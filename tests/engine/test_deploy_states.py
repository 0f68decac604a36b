"""`deploy` over a state that another run holds, or that is not as AWS is: what the message names repairs it.

The claims are told in the order of one life, on one emulated AWS: each begins where the one above it ended.
"""

from __future__ import annotations

import contextlib
import json
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from privatelink_ingress.local.adapters.base import AdapterError
from privatelink_ingress.local.providers.observation import Call, Unobserved
from privatelink_ingress.problems import Problem
from tests.support import deployments
from tests.support.edge_repository import PROD, Edge
from tests.support.engine import World
from tests.support.engine_faults import MESSAGE, kill_between_writes

CHECKPOINTS = True

PENDING = "has a pending operation ({}): another run is still at work, or was killed before it recorded what AWS did"


class KilledBeforeAwsHears(Unobserved):
    """The engine is killed at its first call, and none of its calls reaches AWS."""

    def __init__(self, home: Path) -> None:
        self._home, self._one = home, threading.Lock()

    def before(self, call: Call) -> None:
        with self._one, contextlib.suppress(ProcessLookupError):
            kill_between_writes(call.engine_pid, self._home)
        raise AdapterError(MESSAGE)


class DeploysMeanwhile(Unobserved):
    """Deploys the same stack a second time, while AWS takes its first update."""

    def __init__(self, edge: Edge) -> None:
        self._edge, self.problems = edge, list[Problem]()

    def before(self, call: Call) -> None:
        if call.operation == "update" and not self.problems:
            self.problems += self._edge.refused()


@pytest.fixture(scope="module")
def edge(world: World, tmp_path_factory: pytest.TempPathFactory) -> Edge:
    return Edge(world, deployments.copy_of_samples(tmp_path_factory.mktemp("repository")))


def test_a_run_that_was_killed_names_the_commands_that_repair_its_state_and_the_next_one_ends_it(edge):
    with edge.world.watched(KilledBeforeAwsHears(edge.world.home)):
        [problem] = edge.refused()
    assert problem.reason == "was ended by signal 9 before its state was complete"
    problems = edge.refused()
    assert {problem.reason for problem in problems} == {PENDING.format("creating")}
    assert sorted(problem.where.rpartition(" ")[2] for problem in problems) == sorted(edge.pending()) != []
    [remedy] = {problem.remedy for problem in problems}
    assert len(edge.locks()) == 1
    edge.type(remedy, "cancel", "--yes")
    assert f"`./run orphans {PROD}`" in remedy
    assert edge.settle()["orphans"] == []
    assert edge.deploy().state == "succeeded"
    ec2 = edge.world.cloud.session("222222222222", "eu-west-1").client("ec2")
    networks = ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["false"]}])["Vpcs"]
    assert [network["CidrBlock"] for network in networks] == ["10.12.0.0/16"]
    assert edge.locks() == []


def test_an_attributes_file_that_a_killed_run_left_empty_is_named_and_the_state_is_read_without_it(edge):
    attributes = edge.states / "stacks" / f"{PROD}.json.attrs"
    attributes.write_text("")
    [problem] = edge.refused()
    assert problem.reason.startswith("has a state in a folder, of which a killed run left the attributes' file empty")
    assert f"Delete .pulumi/stacks/{attributes.relative_to(edge.states / 'stacks')} in the" in problem.remedy
    attributes.unlink()
    assert str(edge.deploy().changes) == "no changes"


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


def test_a_lock_of_a_run_that_no_longer_exists_is_removed_by_the_command_that_the_message_names(edge):
    folder = edge.states / "locks" / "organization" / PROD
    folder.mkdir(parents=True, exist_ok=True)
    holder = {"pid": 4242, "username": "jane", "hostname": "laptop", "timestamp": "2026-11-29T01:02:03Z"}
    (folder / "0a1b.json").write_text(json.dumps(holder))
    [problem] = edge.refused()
    assert problem.reason == "is locked by jane@laptop (pid 4242) at 2026-11-29T01:02:03Z"
    edge.type(problem.remedy, "cancel", "--yes")
    assert (str(edge.deploy().changes), edge.locks()) == ("no changes", [])


def test_a_stack_that_another_run_is_changing_is_refused_and_that_run_is_not_disturbed(edge):
    edge.change(loadBalancer={"idleTimeout": 70})
    with edge.world.watched(second := DeploysMeanwhile(edge)):
        first = edge.deploy()
    assert [(problem.where, problem.reason) for problem in second.problems] == [
        (f"{PROD}: LoadBalancer edge", PENDING.format("updating"))
    ]
    assert (first.state, str(first.changes)) == ("succeeded", "1 to update")
    assert (edge.pending(), edge.locks()) == ([], [])


def test_a_state_older_than_the_stack_file_is_refused_by_what_aws_has_and_orphans_or_the_newer_one_repairs_it(edge):
    older = edge.state()
    edge.change(loadBalancer={"idleTimeout": 70, "redirectHttp": True})
    assert edge.deploy().state == "succeeded"
    newer, created = edge.state(), {one["urn"] for one in edge.resources()}
    edge.write(older)
    problems = edge.refused()
    assert [problem.where for problem in problems] == [
        f"{PROD}: SecurityGroupIngressRule edge-load-balancer-in-80-0.0.0.0/0"
    ]
    assert f"`./run orphans {PROD}`" in problems[0].remedy
    for repair in (lambda: edge.write(newer), edge.settle):
        edge.write(older)
        repair()
        assert edge.deploy().state == "succeeded"
        assert {one["urn"] for one in edge.resources()} == created
        assert str(edge.drift().changes) == "no changes"
