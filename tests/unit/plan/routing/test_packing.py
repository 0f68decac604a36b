"""The fewest rules that hold a route's conditions within AWS's quotas."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from privatelink_ingress.plan.routing import packing
from tests.support.examples import examples

Conditions = Sequence[Sequence[int]]


def fits(rule: Sequence[Sequence[int]], conditions: Conditions) -> bool:
    wildcards = sum(some[place] for places, some in zip(rule, conditions, strict=True) for place in places)
    return sum(map(len, rule)) <= 5 and wildcards <= 6


def brute_force(conditions: Conditions) -> int:
    """The fewest rules of any kind that hold all combinations, overlapping or not."""
    subsets = [
        [places for size in range(1, len(some) + 1) for places in itertools.combinations(range(len(some)), size)]
        for some in conditions
    ]
    cells = {cell: 1 << number for number, cell in enumerate(itertools.product(*map(range, map(len, conditions))))}
    masks = {
        sum(cells[cell] for cell in itertools.product(*rule))
        for rule in itertools.product(*subsets)
        if fits(rule, conditions)
    }
    largest: list[int] = []
    for mask in sorted(masks, key=int.bit_count, reverse=True):
        if not any(mask & larger == mask for larger in largest):
            largest.append(mask)
    most, everything = largest[0].bit_count(), (1 << len(cells)) - 1

    def within(covered: int, rules: int) -> bool:
        missing = everything & ~covered
        if not missing or missing.bit_count() > rules * most:
            return not missing
        first = missing & -missing
        return any(within(covered | mask, rules - 1) for mask in largest if mask & first)

    return next(rules for rules in itertools.count(1) if within(0, rules))


def test_of_two_short_conditions_no_rules_whatever_save_more_than_one() -> None:
    # All of up to 4 values with up to 4 wildcards each, or up to 3. Where one is saved, the rules overlap.
    longest, expected = (3, {0: 994}) if settings.get_current_profile_name() == "quick" else (4, {0: 4305, 1: 14})
    sizes = range(1, longest + 1)
    conditions = [list(one) for size in sizes for one in itertools.combinations_with_replacement(range(5), size)]
    pairs = [pair for pair in itertools.combinations_with_replacement(conditions, 2) if packing.fits_at_all(pair)]
    saved = Counter(len(packing.split(pair)) - brute_force(pair) for pair in pairs)
    assert saved == expected


SMALL = st.lists(st.lists(st.sampled_from([0, 0, 1, 1, 2, 3, 4]), min_size=1, max_size=4), min_size=3, max_size=4)


# The same examples in each run: what was found of them is a finding, not a proof for all others.
@settings(examples(quick=15, whole=100), derandomize=True)
@given(conditions=SMALL)
def test_of_more_conditions_none_that_were_tried_save_more_than_one(conditions: list[list[int]]) -> None:
    assume(packing.fits_at_all(conditions) and math.prod(map(len, conditions)) <= 18)
    assert 0 <= len(packing.split(conditions)) - brute_force(conditions) <= 1


@examples(quick=20, whole=100)
@given(
    conditions=st.lists(
        st.lists(st.integers(0, 6), min_size=1, max_size=9).filter(lambda some: len(set(some)) < 4),
        min_size=1,
        max_size=5,
    )
)
def test_the_rules_hold_every_combination_once_and_keep_the_quotas(conditions: list[list[int]]) -> None:
    assume(packing.fits_at_all(conditions) and math.prod(map(len, conditions)) <= 240)
    rules = packing.split(conditions)
    assert all(fits(rule, conditions) for rule in rules)
    held = sorted(cell for rule in rules for cell in itertools.product(*rule))
    assert held == sorted(itertools.product(*map(range, map(len, conditions))))
    assert len(rules) >= packing.at_least(conditions)


@pytest.mark.parametrize(
    ("sizes", "rules"),
    [
        ((5,), 1),
        ((6,), 2),
        ((200,), 40),
        ((3, 4), 2),
        ((4, 4), 3),  # 3 x 2 twice and 1 x 4; chunks of each list alone would take four
        ((5, 5), 5),
        ((6, 6), 6),
        ((15, 16), 40),
        ((2, 2, 1, 1), 2),
        ((1, 1, 1, 1, 1), 1),
        ((2, 2, 2, 1, 1), 8),
    ],
)
def test_patterns_without_wildcards_take(sizes: tuple[int, ...], rules: int) -> None:
    assert len(packing.split([[0] * size for size in sizes])) == rules


def test_hosts_and_paths_take_at_most_one_rule_more_than_any_split_could() -> None:
    more = {
        sizes: len(packing.split(conditions)) - packing.at_least(conditions)
        for sizes in itertools.combinations_with_replacement(range(2, 16), 2)
        if (conditions := [[0] * size for size in sizes])
    }
    assert {sizes for sizes, extra in more.items() if extra} == {(5, 7), (5, 13), (7, 11), (11, 13)}
    assert max(more.values()) == 1


def test_patterns_are_packed_so_that_their_wildcards_fit() -> None:
    # In order, the two heavy ones would take a rule each and the light ones a third.
    assert sorted(packing.split([[4, 4, 2, 2]])) == [((0, 2),), ((1, 3),)]


def test_values_of_many_kinds_are_split_all_the_same() -> None:
    rules = packing.split([[number % 6 for number in range(40)], [0, 1, 0, 1]])
    assert sorted(cell for rule in rules for cell in itertools.product(*rule)) == list(
        itertools.product(range(40), range(4))
    )


@pytest.mark.parametrize("conditions", [[[0]] * 6, [[4], [3]], [[0, 7]]])
def test_what_fits_no_rule_is_known(conditions: Conditions) -> None:
    assert not packing.fits_at_all(conditions)
