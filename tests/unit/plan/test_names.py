"""Names are cut to AWS's limits without two of them becoming one."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from privatelink_ingress.plan.names import LOAD_BALANCER, fit

names = st.text(alphabet="abcdefghijklmnopqrstuvwxyz0123456789-", min_size=1, max_size=80)


def test_a_name_that_fits_stays_as_it_is():
    assert fit("central-ingress-prod", LOAD_BALANCER) == "central-ingress-prod"
    assert fit("x" * 32, 32) == "x" * 32


@given(name=names, limit=st.integers(16, 64))
def test_no_name_is_longer_than_the_limit(name: str, limit: int):
    assert len(fit(name, limit)) <= limit


@given(name=names, limit=st.integers(16, 64))
def test_a_cut_name_keeps_its_beginning_and_has_no_double_hyphen_before_its_hash(name: str, limit: int):
    cut = fit(name, limit)
    if cut != name:
        start, _, digest = cut.rpartition("-")
        assert name.startswith(start)
        assert not start.endswith("-")
        assert len(digest) == 7


def test_hyphens_where_a_name_is_cut_are_dropped():
    start, _, digest = fit("checkout----payments-of-all-shops", 20).rpartition("-")
    assert (start, len(digest)) == ("checkout", 7)


@given(first=names, second=names)
def test_different_names_stay_different(first: str, second: str):
    assert (fit(first, 24) == fit(second, 24)) == (first == second)


def test_names_that_differ_only_at_their_end_stay_different():
    assert fit("a-very-long-connection-name-http-80", 32) != fit("a-very-long-connection-name-http-81", 32)
