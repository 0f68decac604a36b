"""The policy pack on Pulumi's engine: programs with the defects of every rule are refused, for those and nothing else.

`test_samples.py` has the other half: the pack lets the sample stacks pass.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence

import pytest

from privatelink_ingress.rules import RULES
from tests.support import replayed
from tests.support.defects import DEFECTS, Defect
from tests.support.engine import POLICIES, REGION, World
from tests.support.engine_results import Result
from tests.support.programs import stack_file
from tests.support.violations import Violation, expected, programs, recording

INDEPENDENT = True
OF_TWO = ("route-priorities-are-unique", "routes-differ", "hosts-belong-to-one-ingress")
"""Rules about two resources that conflict. They name the second one."""


@pytest.fixture(scope="module")
def violating() -> list[list[Defect]]:
    return programs()


def refused(world: World, defects: Sequence[Defect], name: str) -> Result:
    """A preview, with the policy pack, of a program that has all these defects."""
    project = "eks-service" if defects[0].stack in ("shop", "blog") else "central-ingress"
    stack = world.stack(
        replayed.program(recording(defects)),
        project="violating",
        name=name,
        account_id=stack_file(project, defects[0].stack).settings["accountId"],
        config={"aws:region": REGION},
    )
    return stack.failing("preview", policy_packs=[POLICIES])


def test_every_rule_is_violated_by_a_program(violating):
    assert {defect.rule for program in violating for defect in program} == {rule.name for rule in RULES}
    assert sorted(map(str, itertools.chain.from_iterable(violating))) == sorted(map(str, DEFECTS))


def test_a_preview_is_refused_for_the_violations_of_its_program_and_nothing_else(world: World, violating):
    for number, defects in enumerate(violating):
        result = refused(world, defects, f"program-{number}")
        assert compared(result.violations) == compared(on_the_engine(defects)), result.errors


def on_the_engine(defects: Sequence[Defect]) -> list[Violation]:
    """What the engine reports: a resource that names no provider gets a default one, which names no account."""
    default = [("providers-name-their-account", "default")]
    return expected(defects) + default * any(defect.rule == "resources-name-their-provider" for defect in defects)


def compared(violations: Iterable[Violation]) -> list[Violation]:
    """Sorted, without what depends on the order in which the engine hands the resources to the pack."""
    return sorted((rule, "one of two" if rule in OF_TWO else resource) for rule, resource in violations)
