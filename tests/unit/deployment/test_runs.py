"""`deploy`, `teardown` and `drift` with a stand-in of the Automation API: what they call of it, and in which order."""

from __future__ import annotations

import contextlib
import dataclasses
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from pulumi import automation as auto

from privatelink_ingress.deployment import deploy, drift
from privatelink_ingress.deployment.pulumi_process import PulumiProcess
from privatelink_ingress.deployment.runner import Opening
from privatelink_ingress.deployment.session import Settings
from privatelink_ingress.deployment.teardown import Teardown
from privatelink_ingress.fleet import deployment, engine_failures, outcomes
from privatelink_ingress.fleet.deployment import Unit
from privatelink_ingress.fleet.outcomes import Changes, Outcome
from privatelink_ingress.fleet.repository import read_right
from privatelink_ingress.fleet.stacks import Workload
from privatelink_ingress.plan.workload.images import ImageStatus
from privatelink_ingress.problems import Problem, UserError

BLOG, SHOP, PROD, ATTACHED = "eks-service/blog", "eks-service/shop", "central-ingress/prod", "central-ingress/prod-blog"
NOT_FOUND = auto.CommandResult(stdout="", stderr="error: no stack named 'x' found", code=1)

ON_AGAIN = f"`./run deploy {PROD}` turns it on again; or run the same command again to delete the stack."


def failure(text: str) -> auto.CommandError:
    return auto.CommandError(auto.CommandResult(stdout="", stderr=text, code=1))


class Stack:
    """The Automation API's stack, as far as a run calls it."""

    def __init__(self, engine: Engine, label: str, folder: Path) -> None:
        self.engine, self.label = engine, label
        self.workspace = self
        self.work_dir = str(folder / label.partition("/")[0])

    def export_stack(self) -> Any:
        return auto.Deployment(version=3, deployment=self.engine.states.get(self.label, {}))

    def __getattr__(self, command: str) -> Callable[..., None]:
        def call(on_event: Any, color: str, **options: Any) -> None:
            self.engine.ran(self.label, command, options)
            operation = {"destroy": auto.OpType.DELETE}.get(command, auto.OpType.CREATE)
            counts = {operation: self.engine.changes.get(self.label, 0), auto.OpType.SAME: 1}
            event = auto.EngineEvent(
                sequence=1,
                timestamp=1,
                summary_event=auto.SummaryEvent(
                    maybe_corrupt=False, duration_seconds=1, resource_changes=counts, policy_packs={}
                ),
            )
            on_event(event)
            on_event(auto.EngineEvent(sequence=2, timestamp=1, cancel_event=auto.CancelEvent()))

        return call


class Engine:
    """All stacks of a repository: their states, and what was called of them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.states: dict[str, dict[str, Any]] = {}
        self.changes: dict[str, int] = {}
        self.failing: dict[tuple[str, str], str] = {}
        self.calls: list[tuple[str, str]] = []
        self.options: dict[tuple[str, str], dict[str, Any]] = {}
        self.config: dict[str, str] = {}
        self._lock = threading.Lock()

    def open(self, opening: Opening) -> Stack:
        label = opening.unit.label
        if text := self.failing.get((label, "open")):
            raise failure(text)
        if label not in self.states:
            if not opening.create:
                raise auto.StackNotFoundError(NOT_FOUND)
            self.states[label] = {}
        return Stack(self, label, self.folder)

    def ran(self, label: str, command: str, options: dict[str, Any]) -> None:
        with self._lock:
            self.calls.append((label, command))
            self.options[label, command] = options
            if file := options.get("config_file"):
                self.config[label] = Path(file).read_text()
        if text := self.failing.get((label, command)):
            raise failure(text)
        if command == "up" and "target" not in options:
            self.states[label] = resources()
        if command == "destroy":
            self.states[label] = {}


def resources(*more: dict[str, Any]) -> dict[str, Any]:
    vpc = {"urn": "urn:pulumi:s::p::aws:ec2/vpc:Vpc::vpc", "type": "aws:ec2/vpc:Vpc"}
    return {"resources": [vpc, *more]}


def protected(type_: str, key: str) -> dict[str, Any]:
    return {"urn": f"urn:pulumi:s::p::{type_}::guarded", "type": type_, "inputs": {key: True}, "id": "guarded"}


class Process(PulumiProcess):
    """In place of the CLI."""

    def __init__(self) -> None:
        pass

    def limited(self, seconds: float) -> Any:
        return contextlib.nullcontext()

    def interrupt(self) -> None:
        pass

    def rearm(self) -> None:
        pass


class Silent:
    """A `Progress` that shows nothing."""

    def stage(self, label: str, stage: str) -> None:
        pass

    def step(self, label: str, step: str) -> None:
        pass

    def line(self, label: str, text: str) -> None:
        pass

    def ended(self, outcome: Outcome) -> None:
        pass

    def say(self, text: str) -> None:
        pass


class Images:
    """Registries that lack every image until it is copied."""

    def __init__(self, engine: Engine, state: Any = "there") -> None:
        self._engine, self._state = engine, state

    def status(self, workload: Workload) -> Sequence[ImageStatus]:
        return [ImageStatus(state=self._state, reason="")]

    def copy(self, workload: Workload, report: Callable[[str], None]) -> None:
        self._engine.ran(f"eks-service/{workload.stack}", "images", {})


@pytest.fixture
def engine(repository: Path) -> Engine:
    return Engine(repository)


@pytest.fixture
def units(repository: Path) -> tuple[Unit, ...]:
    return deployment.units(read_right(repository))


@pytest.fixture
def settings(engine: Engine) -> Settings:
    return Settings(
        open_=engine.open,
        environments={},
        progress=Silent(),
        probe=lambda host, port: "no connection within 5 seconds",
        process=Process,
    )


def of(units: Sequence[Unit], *labels: str) -> list[Unit]:
    return [unit for unit in units if unit.label in labels]


def test_workloads_are_deployed_before_their_edge_and_the_attached_stack_last(engine, units, settings):
    found = deploy.deploy(units, units, settings, Images(engine))
    assert [(one.label, one.state) for one in found] == [(unit.label, "succeeded") for unit in units]
    assert engine.calls[-2:] == [(PROD, "up"), (ATTACHED, "up")]
    assert sorted(engine.calls[:2]) == [(BLOG, "up"), (SHOP, "up")]


def test_a_first_deployment_copies_images_between_two_ups(engine, units, settings):
    deploy.deploy(units, of(units, SHOP), settings, Images(engine, "no repository"))
    assert engine.calls == [(SHOP, "up"), (SHOP, "images"), (SHOP, "up")]


def test_a_new_digest_is_copied_before_the_up_that_runs_it(engine, units, settings):
    deploy.deploy(units, of(units, SHOP), settings, Images(engine, "missing"))
    assert engine.calls == [(SHOP, "images"), (SHOP, "up")]


def test_what_needs_a_failed_stack_is_not_started_and_the_rest_is_deployed(engine, units, settings):
    engine.failing[SHOP, "up"] = "error: something else"
    found = {one.label: one for one in deploy.deploy(units, units, settings, Images(engine))}
    assert {label: one.state for label, one in found.items()} == {
        BLOG: "succeeded",
        SHOP: "failed",
        PROD: "not started",
        ATTACHED: "not started",
    }
    assert [one.reason for one in found[SHOP].problems] == ["something else"]
    assert [one.reason for one in found[ATTACHED].problems] == [f"was not started, because it needs {PROD}"]
    assert outcomes.exit_code(list(found.values())) == 1


def test_a_stack_is_not_deployed_before_those_that_it_reads(engine, units, settings):
    with pytest.raises(UserError) as refused:
        deploy.deploy(units, of(units, PROD), settings, Images(engine))
    assert [one.reason for one in refused.value.problems] == [
        f"reads the outputs of {SHOP}, which has not been deployed"
    ]
    assert engine.calls == []


def test_a_failure_to_open_stops_everything_before_any_stack_changes(engine, units, settings):
    engine.failing[BLOG, "open"] = "error: get stack secrets manager: incorrect passphrase"
    with pytest.raises(UserError) as refused:
        deploy.deploy(units, units, settings, Images(engine))
    assert [one.where for one in refused.value.problems] == ["PULUMI_CONFIG_PASSPHRASE"]
    assert engine.calls == []


def test_pending_operations_of_an_interrupted_run_stop_everything(engine, units, settings):
    pending = {"type": "creating", "resource": {"urn": "urn:pulumi:s::p::aws:ec2/vpc:Vpc::vpc"}}
    engine.states[SHOP] = {"pending_operations": [pending]}
    with pytest.raises(UserError) as refused:
        deploy.deploy(units, units, settings, Images(engine))
    assert [one.where for one in refused.value.problems] == [f"{SHOP}: Vpc vpc"]
    assert engine.calls == []


def test_a_preview_names_the_stacks_that_wait_for_others(engine, units, settings):
    engine.states[BLOG] = engine.states[SHOP] = resources()
    engine.changes[SHOP] = 2
    found = deploy.preview(units, units, settings)
    assert [(one.label, one.state, one.changes and one.changes.total) for one in found] == [
        (BLOG, "succeeded", 0),
        (SHOP, "succeeded", 2),
        (PROD, "succeeded", 0),
        (ATTACHED, "not started", None),
    ]
    assert found[3].problems == (
        Problem(ATTACHED, f"cannot be previewed before {PROD} has been deployed: it reads the outputs"),
    )
    assert {command for _, command in engine.calls} == {"preview"}


def test_drift_leaves_out_a_cluster_that_does_not_answer_and_says_so(engine, units, settings):
    pod = {"urn": "urn:pulumi:s::p::kubernetes:apps/v1:Deployment::nginx", "type": "kubernetes:apps/v1:Deployment"}
    outputs = {"endpoint": "https://0A1B.gr7.eu-west-1.eks.amazonaws.com"}
    cluster = protected("aws:eks/cluster:Cluster", "deletionProtection") | {"outputs": outputs}
    engine.states[SHOP] = resources(pod, cluster)
    [found] = drift.drift(of(units, SHOP), settings)
    assert engine.options[SHOP, "preview"] == {"refresh": True, "exclude": [pod["urn"]]}
    assert found.notes == (
        "the Kubernetes API 0a1b.gr7.eu-west-1.eks.amazonaws.com:443 does not answer here (no connection within 5 "
        "seconds): 1 objects in the cluster were not compared",
    )
    assert outcomes.exit_code([found], drift=True) == 0


def test_drift_tells_changes_and_stacks_that_were_never_deployed_by_its_exit_code(engine, units, settings):
    engine.states[SHOP], engine.changes[SHOP] = resources(), 1
    changed, missing = drift.drift(of(units, SHOP), settings), drift.drift(of(units, BLOG), settings)
    assert outcomes.exit_code(changed, drift=True) == 1
    assert outcomes.exit_code(missing, drift=True) == 1
    assert [one.reason for one in missing[0].problems] == ["has not been deployed"]
    assert BLOG not in engine.states


def test_teardown_goes_in_reverse(engine, units, settings):
    engine.states = {unit.label: resources() for unit in units}
    found = Teardown(units, units, settings, unprotect=False).run()
    assert [(one.label, one.state) for one in found] == [(unit.label, "succeeded") for unit in reversed(units)]
    destroyed = [label for label, command in engine.calls if command == "destroy"]
    assert destroyed.index(ATTACHED) < destroyed.index(PROD) < destroyed.index(SHOP)
    assert destroyed.index(ATTACHED) < destroyed.index(BLOG)


def test_deletion_protection_stays_on_unless_told(engine, units, settings):
    engine.states[PROD] = resources(protected("aws:lb/loadBalancer:LoadBalancer", "enableDeletionProtection"))
    with pytest.raises(UserError) as refused:
        Teardown(units, of(units, PROD), settings, unprotect=False)
    assert refused.value.problems == (
        Problem(
            PROD,
            "is protected from deletion: LoadBalancer guarded",
            "Add --remove-deletion-protection or set loadBalancer.deletionProtection: false and deploy.",
        ),
    )
    assert engine.calls == []


def test_protection_comes_off_for_one_command_and_the_stack_file_stays(engine, units, settings, repository):
    file = repository / "central-ingress/Pulumi.prod.yaml"
    before = file.read_text()
    guarded = protected("aws:lb/loadBalancer:LoadBalancer", "enableDeletionProtection")
    engine.states[PROD] = resources(guarded)
    Teardown(units, of(units, PROD), settings, unprotect=True).run()
    assert engine.calls == [(PROD, "up"), (PROD, "preview_destroy"), (PROD, "destroy")]
    assert engine.options[PROD, "up"]["target"] == [guarded["urn"]]
    assert '"central-ingress:loadBalancer": {\n      "deletionProtection": false\n    }' in engine.config[PROD]
    assert file.read_text() == before


def test_a_refusal_of_the_removal_deletes_nothing_and_turns_protection_on_again(engine, units, settings):
    guarded = protected("aws:lb/loadBalancer:LoadBalancer", "enableDeletionProtection")
    engine.states[PROD] = resources(guarded)
    engine.failing[PROD, "preview_destroy"] = 'error: before hook "guard" failed: 3 requests in the last hour'
    [found] = Teardown(units, of(units, PROD), settings, unprotect=True).run()
    assert (found.state, [one.reason for one in found.problems]) == (
        "failed",
        ['before hook "guard" failed: 3 requests in the last hour'],
    )
    assert engine.calls == [(PROD, "up"), (PROD, "preview_destroy"), (PROD, "up")]
    assert engine.options[PROD, "up"] == {"target": [guarded["urn"]]}


def test_protection_that_cannot_be_turned_on_again_is_reported_with_the_command_that_does(engine, units, settings):
    engine.states[PROD] = resources(protected("aws:lb/loadBalancer:LoadBalancer", "enableDeletionProtection"))
    engine.failing[PROD, "preview_destroy"] = "error: 3 requests in the last hour"
    engine.failing[PROD, "up"] = "error: the credentials have expired"  # so protection may be half off
    [found] = Teardown(units, of(units, PROD), settings, unprotect=True).run()
    assert [(one.reason, one.remedy) for one in found.problems] == [
        ("has deletion protection off", ON_AGAIN),
        ("the credentials have expired", engine_failures.AGAIN),
    ]


def test_a_deletion_that_fails_says_what_it_deleted_and_that_protection_is_off(engine, units, settings):
    engine.states[PROD] = resources(protected("aws:lb/loadBalancer:LoadBalancer", "enableDeletionProtection"))
    engine.failing[PROD, "destroy"] = "error: destroy canceled"
    [found] = Teardown(units, of(units, PROD), settings, unprotect=True).run()
    assert found.changes == Changes()
    assert [(one.reason, one.remedy) for one in found.problems] == [
        ("has deletion protection off for the remaining resources", ON_AGAIN),
        (
            "was interrupted; the state records every call that AWS completed",
            "Run the same command again: it resumes here.",
        ),
    ]


def test_ctrl_c_while_stacks_are_opened_interrupts_what_opens_them_and_nothing_runs(engine, units, settings):
    told = list[str]()

    class Interrupted(Process):
        def interrupt(self) -> None:
            told.append("interrupt")

    def ctrl_c(opening: Opening) -> Stack:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        deploy.deploy(
            units,
            units,
            dataclasses.replace(settings, open_=ctrl_c, process=Interrupted),
            Images(engine),
        )
    assert told == ["interrupt"]
    assert engine.calls == []


def test_a_removal_guard_is_run_by_the_program(engine, units, settings):
    guard = {
        "urn": "urn:pulumi:s::p::pulumi:index:Stash::shop-removal",
        "type": "pulumi:index:Stash",
        "resourceHooks": {"BeforeDelete": ["no-live-connections"]},
    }
    engine.states[SHOP], engine.states[BLOG] = resources(guard), resources()
    Teardown(units, of(units, SHOP, BLOG), settings, unprotect=False).run()
    assert engine.options[SHOP, "destroy"] == {"run_program": True}
    assert engine.options[BLOG, "destroy"] == {}


def test_objects_in_a_cluster_that_does_not_answer_stop_a_teardown_first(engine, units, settings, monkeypatch):
    pod = {"urn": "urn:pulumi:s::p::kubernetes:apps/v1:Deployment::nginx", "type": "kubernetes:apps/v1:Deployment"}
    cluster = {"urn": "urn:pulumi:s::p::aws:eks/cluster:Cluster::c", "type": "aws:eks/cluster:Cluster", "id": "shop"}
    engine.states[SHOP] = resources(pod, cluster | {"outputs": {"endpoint": "https://api.example.com"}})
    with pytest.raises(UserError) as refused:
        Teardown(units, of(units, SHOP), settings, unprotect=False)
    [problem] = refused.value.problems
    assert problem.reason == (
        "has 1 objects in its cluster, and the Kubernetes API api.example.com:443 does not answer here (no connection "
        "within 5 seconds)"
    )
    monkeypatch.setenv("PULUMI_K8S_DELETE_UNREACHABLE", "true")
    [found] = Teardown(units, of(units, SHOP), settings, unprotect=False).run()
    assert found.notes == ("Log group /aws/eks/shop/cluster: EKS may write late lines and so create it again.",)
