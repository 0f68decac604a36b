"""A zone's subnet follows from its id alone, so another zone's coming or going never moves it."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privatelink_ingress.plan.subnets import SubnetPlan, halves, tier
from privatelink_ingress.problems import UserError

ZONES = [f"euw1-az{number}" for number in range(1, 7)]

zone_sets = st.sets(st.sampled_from(ZONES), min_size=2).map(sorted)
sizes = st.integers(16, 24).flatmap(lambda whole: st.tuples(st.just(whole), st.integers(whole + 3, 28)))


def test_the_halves_of_a_vpc_are_the_two_tiers_of_the_edge():
    assert halves("10.12.0.0/16") == ("10.12.0.0/17", "10.12.128.0/17")


def test_zone_number_n_has_the_nth_block():
    assert tier("10.12.0.0/17", 23, ["euw1-az1", "euw1-az3"], key="x") == (
        SubnetPlan(zone_id="euw1-az1", cidr="10.12.0.0/23"),
        SubnetPlan(zone_id="euw1-az3", cidr="10.12.4.0/23"),
    )


@given(size=sizes, zone_ids=zone_sets)
def test_subnets_never_overlap_and_lie_within_the_vpc(size: tuple[int, int], zone_ids: list[str]):
    whole, prefix = size
    vpc = ipaddress.IPv4Network((10 << 24, whole))
    planned = [ipaddress.IPv4Network(subnet.cidr) for subnet in tier(str(vpc), prefix, zone_ids, key="x")]
    assert all(subnet.subnet_of(vpc) and subnet.prefixlen == prefix for subnet in planned)
    assert not any(a.overlaps(b) for a in planned for b in planned if a is not b)


@given(size=sizes, zone_ids=zone_sets, others=zone_sets)
def test_a_zone_keeps_its_subnet_whatever_the_other_zones_are(
    size: tuple[int, int], zone_ids: list[str], others: list[str]
):
    whole, prefix = size
    cidr = f"10.0.0.0/{whole}"
    before, after = (
        {subnet.zone_id: subnet.cidr for subnet in tier(cidr, prefix, zones, key="x")} for zones in (zone_ids, others)
    )
    assert {zone: before[zone] for zone in before.keys() & after} == {
        zone: after[zone] for zone in before.keys() & after
    }


@pytest.mark.parametrize("prefix", [15, 16, 17])
def test_a_vpc_without_room_names_the_setting_the_zone_and_what_fits(prefix: int):
    with pytest.raises(UserError) as caught:
        tier("10.0.0.0/16", prefix, ["euw1-az3"], key="network.subnetPrefix")
    (problem,) = caught.value.problems
    assert problem.where == "network.subnetPrefix"
    assert problem.reason == f"is {prefix}, but 10.0.0.0/16 has no room for a /{prefix} subnet in euw1-az3"
    assert problem.remedy == "Write a whole number from 18 to 28, or widen network.cidr."
