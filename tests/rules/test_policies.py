"""The policy pack says of each stack what the rules say, on deployment and in the first preview."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pulumi_policy
import pytest
from pulumi_policy import proxy

sys.path.insert(0, str(Path(__file__).parent))

from defects import DEFECTS, Defect
from recordings import SAMPLES, TESTS, Recording, load, sample

from privatelink_ingress.rules import RULES, Resource

FOLDER = TESTS.parent / "policies"
PACK = load("policies", FOLDER / "__main__.py")
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


def test_every_rule_is_a_policy_of_its_name_and_a_mandatory_one() -> None:
    assert [policy.name for policy in PACK.POLICIES] == [rule.name for rule in RULES]
    assert {policy.enforcement_level for policy in PACK.POLICIES} == {None}, "each takes the level of the pack"
    source = (FOLDER / "__main__.py").read_text()
    assert "enforcement_level=EnforcementLevel.MANDATORY" in source.partition('if __name__ == "__main__":')[2]


def test_loading_the_pack_starts_no_server() -> None:
    assert "PolicyPack(" not in (FOLDER / "__main__.py").read_text().partition('if __name__ == "__main__":')[0]


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
        assert found in ([], expected)
        assert waiting <= WAITING
        return
    assert found == expected
    assert waiting <= (WAITING if preview else set())


def test_a_provider_of_the_engines_own_counts_as_none() -> None:
    recording = Recording(sample("prod"))
    recording.replace("aws:ec2/vpc:Vpc", "edge-network", provider="default_7_51_1")
    assert verdicts(recording.resources)[0] == [("resources-name-their-provider", "edge-network")]
