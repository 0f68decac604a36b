"""Ctrl-C during `deploy`, as typed: the engine ends the calls that it has made, and the same command resumes.

The claims are told in the order of one life, on one emulated AWS: each begins where the one above it ended.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading

import pytest

from privatelink_ingress import tokens as t
from privatelink_ingress.cli import invocation
from privatelink_ingress.deployment import session
from privatelink_ingress.local.providers.observation import Call, Unobserved
from tests.support import deployments
from tests.support.edge_repository import PROD, Edge
from tests.support.engine import REGION, ROOT, World
from tests.support.engine_faults import wait_for_the_end_of

CHECKPOINTS = True

WAIT = 300.0
"""Seconds after which the engine would have had to hear of Ctrl-C; the claim then fails."""


class Typed:
    """`privatelink-ingress deploy prod` in a terminal: Ctrl-C reaches every process of its group."""

    def __init__(self, edge: Edge) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "privatelink_ingress", "deploy", "prod", "--root", str(edge.root)],
            env={**os.environ, **edge.credentials(), "PYTHONPATH": f"{ROOT / 'shared'}"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            # A test run in the background has Ctrl-C switched off, and its children would inherit that.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )

    def ctrl_c(self) -> None:
        os.killpg(self._process.pid, signal.SIGINT)

    def end(self) -> tuple[int, str]:
        """Exit code, and all that it printed."""
        said, _ = self._process.communicate()
        return self._process.returncode, said


class CtrlC(Unobserved):
    """Ctrl-C comes while AWS creates the first of a type; AWS answers when the engine has heard of it."""

    def __init__(self, edge: Edge, type_: str, *, twice: bool = False) -> None:
        self._edge, self._type, self._twice = edge, type_, twice
        self._pressed, self._heard = threading.Lock(), threading.Event()

    def before(self, call: Call) -> None:
        if call.operation == "create" and call.type == self._type and self._pressed.acquire(blocking=False):
            self._command.ctrl_c()
            assert self._heard.wait(WAIT)
            if self._twice:
                self._command.ctrl_c()
                wait_for_the_end_of(call.engine_pid)

    def interrupted(self, engine_pid: int) -> None:
        self._heard.set()

    def during_deploy(self) -> tuple[int, str]:
        """Exit code and output of the command."""
        with self._edge.world.watched(self):
            self._command = Typed(self._edge)
            return self._command.end()


@pytest.fixture(scope="module")
def edge(world: World, tmp_path_factory: pytest.TempPathFactory) -> Edge:
    return Edge(world, deployments.copy_of_samples(tmp_path_factory.mktemp("repository")))


def test_ctrl_c_ends_deploy_once_the_state_has_what_aws_did_and_the_summary_says_what_to_type(edge):
    code, said = CtrlC(edge, t.SUBNET).during_deploy()
    assert code == 1
    *_, summary, problem, remedy, again = said.splitlines()
    assert re.fullmatch(rf"  {PROD}: interrupted, \d+ created", summary)
    assert [problem, remedy, again] == [
        f"    {PROD}: was interrupted; the state records every call that AWS completed",
        "      → Run the same command again: it resumes here.",
        f"Finished work is kept. Continue with: privatelink-ingress deploy prod --root {invocation.shown(edge.root)}",
    ]
    assert session.INTERRUPTED in said.splitlines()
    assert (edge.pending(), edge.locks()) == ([], [])


def test_the_same_command_creates_the_rest_and_nothing_twice(edge):
    before = {one["urn"]: one.get("id") for one in edge.resources()}
    outcome = edge.deploy()
    assert (outcome.state, outcome.changes and outcome.changes.total - outcome.changes.create) == ("succeeded", 0)
    after = {one["urn"]: one.get("id") for one in edge.resources()}
    assert before.items() < after.items()
    networks = edge.world.cloud.session("222222222222", REGION).client("ec2").describe_subnets()["Subnets"]
    assert len([one for one in networks if not one["DefaultForAz"]]) == len([urn for urn in after if t.SUBNET in urn])
    assert str(edge.drift().changes) == "no changes"


def test_a_second_ctrl_c_does_not_wait_and_the_next_deploy_says_how_to_repair_the_state(edge):
    edge.change(loadBalancer={"redirectHttp": True})
    code, said = CtrlC(edge, t.INGRESS_RULE, twice=True).during_deploy()
    assert code == 1
    assert said.splitlines()[-3:-1] == [
        f"    {PROD}: was stopped by a second Ctrl-C before its calls ended",
        "      → Run the same command again: it says how to repair the state.",
    ]
    [pending] = edge.pending()
    [problem] = edge.refused()
    assert problem.where == f"{PROD}: SecurityGroupIngressRule {pending}"
    assert f"`./run orphans {PROD}`" in problem.remedy
