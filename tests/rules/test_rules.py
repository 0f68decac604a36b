"""What the samples register breaks no rule; each defect of the article's code, put back in, is caught."""

from __future__ import annotations

import dataclasses
import re

import pytest

from privatelink_ingress import tokens as t
from privatelink_ingress.rules import RULES, judge
from privatelink_ingress.rules.accepted import accepted_controls
from tests.support.defects import DEFECTS, Defect
from tests.support.recordings import SAMPLES, Recording, sample

BY_NAME = {rule.name: rule for rule in RULES}
SECRET = "planted-secret"


@pytest.mark.parametrize("stack", SAMPLES)
def test_the_samples_break_no_rule(stack: str) -> None:
    assert [f"{rule.name}: {resource.name} {message}" for rule, (resource, message) in judge(sample(stack))] == []


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda d: f"{'+'.join(BY_NAME[d.rule].stands_for)}-{d}")
def test_the_articles_defect_is_caught_and_nothing_else(defect: Defect) -> None:
    recording = Recording(sample(defect.stack))
    defect.edit(recording)
    found = [(rule.name, resource.name) for rule, (resource, _) in judge(recording.resources)]
    assert sorted(found) == sorted([(defect.rule, defect.resource), *defect.also])


def test_a_cluster_of_which_the_engine_has_no_inputs_is_judged_by_the_child_that_its_provider_registers() -> None:
    recording = Recording(sample("shop"))
    cluster = recording.get(t.CLUSTER_COMPONENT, "shop")
    recording.drop(t.CLUSTER_COMPONENT, "shop")
    recording.resources.append(dataclasses.replace(cluster, inputs={}))
    assert list(judge(recording.resources)) == []
    recording.add(t.CLUSTER, "shop-eksCluster", {"version": "1.19"})
    assert {rule.name for rule, _ in judge(recording.resources)} == {
        "cluster-api-is-not-open-to-the-world",
        "cluster-writes-all-its-logs",
        "cluster-version-is-supported",
        "cluster-is-upgraded-at-the-end-of-support",
    }


def test_an_endpoint_as_it_is_after_its_deployment_leads_to_its_own_region() -> None:
    recording = Recording(sample("shop"))
    recording.put(t.VPC_ENDPOINT, "shop-ec2", "region", "eu-west-1")
    recording.put(t.VPC_ENDPOINT, "shop-ec2", "serviceRegion", "eu-west-1")
    assert list(judge(recording.resources)) == []


def test_every_rule_has_a_counter_example() -> None:
    assert {rule.name for rule in RULES} - {defect.rule for defect in DEFECTS} == set()


def test_rules_say_what_and_why_in_sentences_and_what_they_stand_for() -> None:
    assert len({rule.name for rule in RULES}) == len(RULES)
    for rule in RULES:
        assert rule.description.endswith("."), rule.name
        assert rule.reason.endswith("."), rule.name
        assert rule.stands_for, rule.name
        for source in rule.stands_for:
            assert re.fullmatch(r"D(0[1-9]|[1-3]\d|4[0-5])|[A-Z]\w+\.\d+|(SEC|REL)\d\d", source), (rule.name, source)


def test_no_rule_stands_for_a_control_whose_finding_is_accepted_without_a_reason() -> None:
    accepted = dict(accepted_controls())
    assert all(len(reason) > 40 for reason in accepted.values())
    standing = {source for rule in RULES for source in rule.stands_for}
    # Of ELB.18 the rule keeps the half about HTTP, of the others the workload's VPC.
    assert standing & accepted.keys() == {"ELB.18", "EC2.10", "EC2.55", "EC2.56"}


def test_messages_hold_no_value_that_may_be_secret() -> None:
    messages = []
    for defect in DEFECTS:
        recording = Recording(sample(defect.stack))
        defect.edit(recording)
        for resource in recording.resources:
            resource.inputs.update(  # ty: ignore[missing-attribute]  (a copy, a dict)
                {key: SECRET for key in ("insecureValue", "value", "secretString", "kubeconfig") if resource.sets(key)}
            )
        messages += [message for _, (_, message) in judge(recording.resources)]
    assert len(messages) >= len(DEFECTS)
    assert not [message for message in messages if SECRET in message]
