"""Where connections go: nothing that exists ever moves, and everything fits."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privatelink_ingress.plan.capacity import placement, quotas, usage
from privatelink_ingress.plan.capacity.forecast import forecast
from privatelink_ingress.plan.capacity.placement import Capacity, Placement
from privatelink_ingress.plan.capacity.usage import Needs
from privatelink_ingress.settings.limits import Limits
from tests.support.examples import examples

NEEDS = st.builds(Needs, backends=st.integers(1, 2), rules=st.integers(1, 9), certificates=st.integers(0, 1))


def shard(
    name: str = "prod",
    *,
    slots: frozenset[int] = frozenset(),
    used: dict[str, int] | None = None,
    region: str = "eu-west-1",
    environment: str = "production",
    attached: tuple[str, ...] = (),
) -> Capacity:
    return Capacity(
        name=name,
        account_id="222222222222",
        region=region,
        environment=environment,
        attached=attached,
        zones=3,
        limits=quotas.effective(Limits()),
        used=usage.combine([used or {}]),
        slots=slots,
    )


def place_all(wanted: list[Needs], shards: list[Capacity]) -> tuple[list[Placement], tuple[Capacity, ...]]:
    return placement.place_all(wanted, shards, more=shard().empty)


def test_a_connection_goes_to_the_first_shard_with_room_and_its_lowest_free_slot() -> None:
    full = shard("prod", used={"endpoints": 50})
    half = shard("prod-2", used={"endpoints": 3}, slots=frozenset({0, 1, 3}))
    assert placement.place(Needs(), [half, full]) == Placement(shard="prod-2", slot=2)
    assert placement.place(Needs(), [full]) is None


def test_a_slot_that_became_free_is_used_again_before_a_new_one() -> None:
    assert placement.place(Needs(), [shard(slots=frozenset({0, 2}))]) == Placement(shard="prod", slot=1)


def test_shards_are_tried_by_number_not_by_letter() -> None:
    names = [one.name for one in placement.in_order([shard("prod-10"), shard("prod-2"), shard("prod")])]
    assert names == ["prod", "prod-2", "prod-10"]


def test_a_connection_whose_certificate_does_not_fit_goes_to_the_next_shard() -> None:
    shards = [shard("prod", used={"certificates": 25}), shard("prod-2")]
    assert placement.place(Needs(), shards) == Placement(shard="prod", slot=0)
    assert placement.place(Needs(certificates=1), shards) == Placement(shard="prod-2", slot=0)


def test_a_shard_is_added_only_when_none_has_room() -> None:
    placements, after = place_all([Needs()] * 51, [shard()])
    assert [found.shard for found in placements] == ["prod"] * 50 + ["prod-2"]
    assert [one.name for one in after] == ["prod", "prod-2"]


def test_a_connection_too_large_for_any_shard_is_refused() -> None:
    with pytest.raises(ValueError, match="rules"):
        place_all([Needs(rules=101)], [shard()])


@examples(quick=4, whole=20)
@given(st.lists(NEEDS, min_size=1, max_size=8), st.randoms(use_true_random=False))
def test_of_500_connections_every_one_fits_and_no_two_share_a_slot(kinds: list[Needs], random) -> None:
    wanted = [random.choice(kinds) for _ in range(500)]
    placements, after = place_all(wanted, [shard()])
    assert len(placements) == 500
    assert len(set(placements)) == 500
    for one in after:
        assert usage.exceeded(one.used, one.limits) == ()
        there = [needs for needs, found in zip(wanted, placements, strict=True) if found.shard == one.name]
        assert one.used == usage.combine(needs.usage(one.zones) for needs in there)


@examples(quick=4, whole=20)
@given(st.lists(NEEDS, min_size=500, max_size=500), NEEDS)
def test_adding_one_connection_to_500_changes_no_other(wanted: list[Needs], further: Needs) -> None:
    before, _ = place_all(wanted, [shard()])
    after, _ = place_all([*wanted, further], [shard()])
    assert after[:-1] == before
    assert after[-1] not in before


@examples(quick=10, whole=50)
@given(st.lists(NEEDS, min_size=1, max_size=60), NEEDS)
def test_an_added_shard_moves_nothing_and_gets_only_connections_that_had_no_room(
    wanted: list[Needs], further: Needs
) -> None:
    _, full = place_all(wanted, [shard()])
    found = placement.place(further, full)
    with_more = placement.place(further, [*full, shard(placement.next_name(full))])
    assert with_more is not None
    assert with_more == found or (found is None and with_more.slot == 0)


@pytest.mark.parametrize(
    ("names", "further"),
    [(["prod"], "prod-2"), (["prod", "prod-2", "prod-3"], "prod-4"), (["edge-2", "edge-3"], "edge-4")],
)
def test_names_of_new_shards_count_up_from_the_first(names: list[str], further: str) -> None:
    assert placement.next_name(map(shard, names)) == further


def test_a_new_shard_never_gets_the_name_of_an_attached_stack() -> None:
    assert placement.next_name([shard(attached=("prod-2", "prod-blog"))]) == "prod-3"


@pytest.mark.parametrize("other", [shard("spare", region="eu-central-1"), shard("spare", environment="staging")])
def test_a_shard_of_another_region_or_environment_gives_no_room(other: Capacity) -> None:
    (problem,) = placement.check(shard(used={"targetGroups": 101}), [other])
    assert problem.remedy.startswith("Add a shard, `pulumi -C central-ingress stack init prod-2`")


def test_one_endpoint_too_many_names_quota_numbers_the_shard_with_room_and_the_request() -> None:
    over = shard(used={"endpoints": 51, "targetGroups": 51}, slots=frozenset(range(51)))
    (problem,) = placement.check(over, [shard("prod-2", slots=frozenset({0}), used={"endpoints": 1})])
    assert problem.where == "connections"
    assert problem.reason == ("51 interface endpoints are needed, but the VPC of shard prod has 50 (quota L-29B6F2EB)")
    assert problem.remedy == (
        "Put a connection that is not deployed yet in shard prod-2, where slot 1 is free; or run `aws service-quotas "
        "request-service-quota-increase --service-code vpc --quota-code L-29B6F2EB --desired-value 100 --region "
        "eu-west-1` and, once it is granted, write limits: {endpoints: 100}."
    )


def test_a_hard_quota_says_so_and_offers_a_new_shard_but_no_request() -> None:
    (problem,) = placement.check(shard(used={"targetGroups": 101}))
    assert problem.reason == (
        "101 target groups are needed, but the load balancer of shard prod has 100 (quota L-822D1B1B, hard: AWS does "
        "not raise it)"
    )
    assert problem.remedy == (
        "Add a shard, `pulumi -C central-ingress stack init prod-2`, and put a connection that is not "
        "deployed yet there."
    )


def test_too_many_certificates_can_be_merged() -> None:
    (problem,) = placement.check(shard(used={"certificates": 26}))
    assert problem.where == "certificates"
    assert problem.remedy.startswith("Merge certificates (one holds 10 names); or add a shard")
    assert "write limits: {certificates: 50}" in problem.remedy


def test_a_shard_within_its_limits_has_no_problem() -> None:
    assert placement.check(shard(used={"endpoints": 50, "targetGroups": 100, "certificates": 25})) == []


def test_growth_within_the_limits_needs_nothing() -> None:
    growth = forecast(48, Needs(), [shard(used={"endpoints": 2}, slots=frozenset({0, 1}))])
    assert (growth.new, growth.raises, growth.new_when_raised) == ((), {}, ())
    assert [found.slot for found in growth.placements] == list(range(2, 50))
    assert growth.addresses == 48


def test_growth_beyond_them_names_the_shards_to_add_and_the_raise_that_saves_them() -> None:
    growth = forecast(60, Needs(), [shard()])
    assert growth.new == ("prod-2",)
    assert growth.by_shard == {"prod": 50, "prod-2": 10}
    assert growth.raises == {"endpoints": 60}
    assert growth.new_when_raised == ()


def test_no_raise_helps_beyond_the_hard_target_groups() -> None:
    growth = forecast(120, Needs(backends=2), [shard()])
    assert len(growth.new) == 4
    assert growth.raises == {"endpoints": 100}
    assert growth.new_when_raised == ("prod-2", "prod-3")


def test_a_raise_that_saves_no_shard_is_not_requested() -> None:
    # 150 connections need two shards, whether 80 of them or the hard 100 fit one.
    some = dataclasses.replace(shard(), limits=quotas.effective(Limits(endpoints=80, rules=200)))
    growth = forecast(150, Needs(), [some])
    assert (growth.new, growth.new_when_raised) == (("prod-2",), ("prod-2",))
    assert growth.raises == {}


def test_certificates_are_among_the_raises_when_each_connection_brings_one() -> None:
    assert forecast(40, Needs(certificates=1), [shard()]).raises == {"certificates": 40}
