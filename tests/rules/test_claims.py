"""Each defect of the article's code has its claim, and each claim is there."""

from __future__ import annotations

import pytest

from privatelink_ingress.rules import RULES
from tests.support.assertions import functions
from tests.support.claims import CLAIMS
from tests.support.defects import DEFECTS
from tests.support.programs import REPOSITORY
from tests.support.security import CLOSED

STANDS_FOR = {rule.name: rule.stands_for for rule in RULES}


def test_every_defect_from_d01_to_d45_has_a_claim() -> None:
    assert list(CLAIMS) == [f"D{number:02}" for number in range(1, 46)]
    assert all(CLAIMS.values())


@pytest.mark.parametrize("defect", CLAIMS)
def test_the_claims_are_there(defect: str) -> None:
    for claim in CLAIMS[defect]:
        file, _, name = claim.partition("::")
        if name:
            assert functions(file).get(name), f"{claim} is not a test that asserts something"
        else:
            assert defect in STANDS_FOR[claim], f"{claim} does not stand for {defect}"


@pytest.mark.parametrize("number", CLOSED)
def test_the_tests_of_a_closed_finding_and_the_files_where_it_holds_are_there(number: str) -> None:
    closed = CLOSED[number]
    for claim in closed.tests:
        file, _, name = claim.partition("::")
        assert functions(file).get(name), f"{claim} is not a test that asserts something"
    assert [file for file in closed.holds if not (REPOSITORY / file).is_file()] == []


@pytest.mark.parametrize("defect", CLAIMS)
def test_a_rule_that_is_claimed_has_the_defect_put_back_in(defect: str) -> None:
    rules = {claim for claim in CLAIMS[defect] if "::" not in claim}
    assert rules - {one.rule for one in DEFECTS} == set()


def test_a_defect_that_a_rule_stands_for_claims_one_of_its_rules() -> None:
    by_rules = {source for sources in STANDS_FOR.values() for source in sources if source in CLAIMS}
    without = {defect for defect in by_rules if all("::" in claim for claim in CLAIMS[defect])}
    assert without == set()
