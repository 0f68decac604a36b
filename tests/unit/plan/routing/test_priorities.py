"""Priorities of listener rules."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privatelink_ingress.plan.edge.addresses import SLOTS
from privatelink_ingress.plan.routing import priorities


def test_every_slot_band_and_index_has_a_priority_of_its_own_that_aws_takes() -> None:
    everything = [
        priorities.priority(slot, band, index)
        for slot, band, index in itertools.product(SLOTS, priorities.BANDS, range(priorities.RULES_PER_BAND))
    ]
    assert len(set(everything)) == len(everything) == 120 * 10 * 40
    assert (min(everything), max(everything)) == (1, 49_800)


def test_the_priority_is_the_published_formula() -> None:
    assert priorities.priority(3, priorities.BANDS[4], 2) == 1 + 5_000 * 4 + 40 * 3 + 2 == 20_123


@given(
    slots=st.tuples(st.sampled_from(SLOTS), st.sampled_from(SLOTS)),
    bands=st.tuples(st.sampled_from(priorities.BANDS), st.sampled_from(priorities.BANDS)),
    indexes=st.tuples(st.integers(0, 39), st.integers(0, 39)),
)
def test_a_more_specific_band_is_tried_first_whatever_the_slots(slots, bands, indexes) -> None:
    if bands[0].number < bands[1].number:
        assert priorities.priority(slots[0], bands[0], indexes[0]) < priorities.priority(slots[1], bands[1], indexes[1])


@pytest.mark.parametrize(
    ("host", "path", "key"),
    [
        ("shop.example.com", "/", "exact-host-exact-path"),
        ("shop.example.com", "/a/b/c/d", "exact-host-exact-path"),
        ("shop.example.com", "/a/b/c/d/*", "exact-host-prefix-3"),
        ("shop.example.com", "/a/b/c*", "exact-host-prefix-3"),
        ("shop.example.com", "/a/b/*", "exact-host-prefix-2"),
        ("shop.example.com", "/a/v?", "exact-host-prefix-2"),
        ("shop.example.com", "/a/*/c/d", "exact-host-prefix-1"),
        ("shop.example.com", "/img*", "exact-host-prefix-1"),
        ("shop.example.com", "/*", "exact-host-any-path"),
        ("shop.example.com", "/?*.php", "exact-host-any-path"),
        ("*.example.com", "/health", "wildcard-host-exact-path"),
        ("*.example.com", "/a/*", "wildcard-host-prefix-1"),
        ("sh?p.example.com", "/*", "wildcard-host-any-path"),
    ],
)
def test_the_band_follows_from_host_and_path(host: str, path: str, key: str) -> None:
    assert priorities.band(host, path).key == key


@pytest.mark.parametrize(("slot", "index"), [(120, 0), (-1, 0), (0, 40), (0, -1)])
def test_a_slot_or_index_out_of_range_is_refused(slot: int, index: int) -> None:
    with pytest.raises(ValueError, match="out of range"):
        priorities.priority(slot, priorities.BANDS[0], index)
