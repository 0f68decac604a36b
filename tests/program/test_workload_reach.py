"""What is told of a Kubernetes API that does not answer: the program's hook, called back as the engine does it."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from typing import Any

import grpc
import pulumi
import pytest
from pulumi.runtime.proto import callback_pb2, callback_pb2_grpc, resource_pb2

from privatelink_ingress.components.workload.api_probe import HOOK
from privatelink_ingress.local.engine.monitor import Monitor
from privatelink_ingress.local.engine.runner import StackRun
from tests.support.programs import Run

ADMINS = ["arn:aws:iam::111111111111:role/platform-admin"]
NAME = "0A1B.gr7.eu-west-1.eks.amazonaws.com"


class Engine:
    """Calls the hooks that a program binds, at each resource that has them, before it creates the resource."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.registered: dict[str, Any] = {}
        self.bound: dict[str, set[str]] = {}
        self.answers: list[str] = []
        register = Monitor.RegisterResource
        monkeypatch.delenv("HTTPS_PROXY", raising=False)
        monkeypatch.delenv("https_proxy", raising=False)

        def register_hook(_: Monitor, request: Any) -> None:
            self.registered[request.name] = request

        def register_resource(monitor: Monitor, request: Any) -> Any:
            hooks = set(request.hooks.before_create) | set(request.hooks.before_update)
            if hooks:
                self.bound[request.type] = hooks
            for name in set(request.hooks.before_create):
                self._call(self.registered[name], request)
            return register(monitor, request)

        monkeypatch.setattr(Monitor, "RegisterResourceHook", register_hook)
        monkeypatch.setattr(Monitor, "RegisterResource", register_resource)

    def _call(self, hook: Any, resource: Any) -> None:
        asked = resource_pb2.ResourceHookRequest(name=resource.name, type=resource.type)
        with grpc.insecure_channel(hook.callback.target) as channel:
            stub = callback_pb2_grpc.CallbacksStub(channel)
            call = callback_pb2.CallbackInvokeRequest(token=hook.callback.token, request=asked.SerializeToString())
            answer = resource_pb2.ResourceHookResponse.FromString(stub.Invoke(call, timeout=30).response)
        self.answers.append(answer.error)


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Engine:
    return Engine(monkeypatch)


@pytest.fixture
def listening() -> Iterator[int]:
    """A port of this machine that takes connections."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture
def closed() -> int:
    """A port of this machine that takes none."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def deployed(run: Run, port: int, **more: Any) -> StackRun:
    api = {"server": f"https://127.0.0.1:{port}", "tlsServerName": NAME}
    return run(cluster={"admins": ADMINS, "kubernetesApi": api}, **more)


def said(run: StackRun) -> list[str]:
    return [message for message in run.messages if "Kubernetes API" in message]


def test_an_api_that_does_not_answer_is_reported_once_with_a_remedy(workload_run: Run, engine: Engine, closed: int):
    run = deployed(workload_run, closed)
    (message,) = said(run)
    assert message.startswith(f"cluster: its Kubernetes API 127.0.0.1:{closed} does not answer here (")
    assert "so `up` cannot create or change its objects" in message
    assert "cluster.kubernetesApi" in message
    assert "controller.install: false" in message
    assert "docs/cluster.md" in message
    assert len(engine.answers) > 5
    assert set(engine.answers) == {""}, "the hook itself fails nothing"


def test_an_api_that_answers_is_not_mentioned(workload_run: Run, engine: Engine, listening: int):
    assert said(deployed(workload_run, listening)) == []
    assert set(engine.answers) == {""}


def test_behind_a_proxy_nothing_is_probed(
    workload_run: Run, engine: Engine, closed: int, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    assert said(deployed(workload_run, closed)) == []
    assert engine.answers


def test_only_objects_in_the_cluster_run_the_probe(workload_run: Run, engine: Engine, listening: int):
    run = deployed(workload_run, listening)
    objects = {each.type for each in run.registrations if each.type.startswith("kubernetes:")}
    assert {type_ for type_, hooks in engine.bound.items() if HOOK in hooks} == objects
    hook = engine.registered[HOOK]
    assert (hook.on_dry_run, hook.ignore_errors) == (True, True)


def test_a_first_preview_probes_nothing_and_says_that_the_api_will_be_private(
    workload_run: Run, engine: Engine, monkeypatch: pytest.MonkeyPatch
):
    told: list[str] = []
    monkeypatch.setattr(pulumi.log, "info", told.append)
    run = workload_run(preview=True)
    assert said(run) == []
    (message,) = told
    assert message.startswith(
        "cluster: its Kubernetes API will answer only inside its VPC, and the controller is deployed"
    )
    assert "docs/cluster.md" in message
    told.clear()
    workload_run(preview=True, cluster={"admins": ADMINS, "publicAccessCidrs": ["198.51.100.0/24"]})
    assert told == []
    assert set(engine.answers) == {""}


def test_without_the_controller_there_is_no_probe(workload_run: Run, engine: Engine):
    workload_run(controller={"install": False})
    assert HOOK not in engine.registered


def test_the_hook_changes_no_resource(workload_run: Run, engine: Engine, listening: int):
    with_hook = deployed(workload_run, listening)
    assert [each.urn for each in with_hook.registrations] == [each.urn for each in workload_run().registrations]
    assert json.loads(with_hook.only("pulumi:providers:kubernetes").inputs["kubeconfig"])
