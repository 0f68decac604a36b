"""What the samples register breaks no rule; each defect of the article's code, put back in, is caught."""

from __future__ import annotations

import re

import pytest

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


def test_every_rule_has_a_counter_example() -> None:
    assert {rule.name for rule in RULES} - {defect.rule for defect in DEFECTS} == set()


def test_rules_say_what_and_why_in_sentences_and_what_they_stand_for() -> None:
    assert len({rule.name for rule in RULES}) == len(RULES)
    for rule in RULES:
        assert rule.description.endswith("."), rule.name
        assert rule.reason.endswith("."), rule.name
        assert rule.stands_for, rule.name
        for source in rule.stands_for:
            assert re.fullmatch(r"D(0[1-9]|[1-3]\d|4[0-5])|[A-Z]\w+\.\d+|SEC\d\d", source), (rule.name, source)


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
