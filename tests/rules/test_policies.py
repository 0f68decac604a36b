"""The policy pack says of each stack what the rules say, on deployment and in the first preview."""

from __future__ import annotations

import importlib
import subprocess
import sys
from collections.abc import Iterable
from typing import Any

import grpc
import pulumi_policy
import pytest
from google.protobuf import empty_pb2
from pulumi.runtime.proto import analyzer_pb2, analyzer_pb2_grpc
from pulumi_policy import proxy

from privatelink_ingress.rules import RULES, Resource
from tests.support.defects import DEFECTS, Defect
from tests.support.programs import REPOSITORY
from tests.support.recordings import SAMPLES, Recording, sample

FOLDER = REPOSITORY / "policies"
PACK: Any = importlib.import_module("policies.__main__")
OPTIONS = pulumi_policy.PolicyResourceOptions(False, [], None, [], pulumi_policy.PolicyCustomTimeouts(0, 0, 0), [], "")
WAITING = {rule.name for rule in RULES if not rule.known_at_first_preview}


def verdicts(resources: Iterable[Resource]) -> tuple[list[tuple[str, str]], set[str]]:
    """What the pack reports, as (policy, resource), and which policies met a value that is not known yet.

    Values are wrapped as the engine's host of policy packs wraps them: reading an unknown one raises.
    """
    views = {r.urn: _view(r) for r in resources}
    for r in resources:
        view = views[r.urn]
        view.parent = views.get(r.parent)
        view.dependencies += [views[urn] for urn in sorted(r.dependencies) if urn in views]
        view.property_dependencies |= {
            key: [views[urn] for urn in sorted(urns) if urn in views] for key, urns in r.references.items()
        }
    found: list[tuple[str, str]] = []
    unknown: set[str] = set()
    for policy in PACK.POLICIES:

        def report(message: str, urn: str | None = None, policy: Any = policy) -> None:
            assert urn
            assert message.startswith(f"{views[urn].name} ")
            found.append((policy.name, views[urn].name))

        for args in _arguments(policy, list(views.values())):
            try:
                assert policy.validate(args, report) is None
            except proxy.UnknownValueError:
                unknown.add(policy.name)
    return sorted(found), unknown


def _view(r: Resource) -> pulumi_policy.PolicyResource:
    provider = pulumi_policy.PolicyProviderResource("pulumi:providers:aws", {}, "", r.provider) if r.provider else None
    inputs: Any = proxy.unknown_checking_proxy(dict(r.inputs))
    return pulumi_policy.PolicyResource(r.type, inputs, r.urn, r.name, OPTIONS, provider, None, [], {})


def _arguments(policy: pulumi_policy.Policy, views: list[pulumi_policy.PolicyResource]) -> list[Any]:
    if isinstance(policy, pulumi_policy.StackValidationPolicy):
        return [pulumi_policy.StackValidationArgs(views)]
    return [
        pulumi_policy.ResourceValidationArgs(v.resource_type, v.props, v.urn, v.name, v.opts, v.provider) for v in views
    ]


def test_the_pack_serves_every_rule_as_a_mandatory_policy() -> None:
    empty = empty_pb2.Empty()  # ty: ignore[missing-attribute]  (made at run time)
    server = subprocess.Popen([sys.executable, str(FOLDER)], stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout
        port = int(server.stdout.readline())
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            info = analyzer_pb2_grpc.AnalyzerStub(channel).GetAnalyzerInfo(empty, timeout=30)
    finally:
        server.kill()
        server.wait()
    assert info.name == "privatelink-ingress"
    assert [policy.name for policy in info.policies] == [rule.name for rule in RULES]
    assert {policy.enforcementLevel for policy in info.policies} == {analyzer_pb2.MANDATORY}
    for policy, rule in zip(info.policies, RULES, strict=True):
        assert policy.description == f"{rule.description} {rule.reason} ({', '.join(rule.stands_for)})"


@pytest.mark.parametrize("stack", SAMPLES)
def test_the_samples_pass(stack: str) -> None:
    assert verdicts(sample(stack)) == ([], set())


@pytest.mark.parametrize("stack", SAMPLES)
def test_in_the_first_preview_only_the_rules_that_say_so_wait(stack: str) -> None:
    found, waiting = verdicts(sample(stack, preview=True))
    assert found == []
    assert waiting == (WAITING if stack in ("shop", "blog") else set())


@pytest.mark.parametrize("preview", [False, True], ids=["deployment", "first-preview"])
@pytest.mark.parametrize("defect", DEFECTS, ids=str)
def test_a_defect_is_reported_as_the_rules_report_it(defect: Defect, preview: bool) -> None:
    recording = Recording(sample(defect.stack, preview=preview))
    defect.edit(recording)
    expected = sorted([(defect.rule, defect.resource), *defect.also])
    found, waiting = verdicts(recording.resources)
    if preview and defect.rule in WAITING:
        assert (found, waiting) == ([], WAITING)
        return
    assert found == expected
    assert waiting <= (WAITING if preview else set())


def test_a_provider_of_the_engines_own_counts_as_none() -> None:
    recording = Recording(sample("prod"))
    recording.replace("aws:ec2/vpc:Vpc", "edge-network", provider="default_7_51_1")
    assert verdicts(recording.resources)[0] == [("resources-name-their-provider", "edge-network")]
