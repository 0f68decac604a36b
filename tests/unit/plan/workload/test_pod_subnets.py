"""A second range for pods: where its subnets lie, and which ranges AWS would not take."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privatelink_ingress.plan.subnets import SubnetPlan
from privatelink_ingress.plan.workload.pod_subnets import plan_pod_subnets
from privatelink_ingress.problems import Problem, UserError

ZONES = ("euw1-az1", "euw1-az3")
INSTEAD = "Write one of 100.64.0.0/10, such as 100.64.0.0/16: every VPC can use those."


def problem(cidr: str, vpc_cidr: str) -> Problem:
    with pytest.raises(UserError) as caught:
        plan_pod_subnets(cidr, vpc_cidr=vpc_cidr, zone_ids=ZONES)
    (found,) = caught.value.problems
    assert found.where == "network.podCidr"
    return found


def test_zone_number_n_has_the_nth_eighth_of_the_range():
    assert plan_pod_subnets("100.64.0.0/16", vpc_cidr="10.11.0.0/16", zone_ids=ZONES) == (
        SubnetPlan(zone_id="euw1-az1", cidr="100.64.0.0/19"),
        SubnetPlan(zone_id="euw1-az3", cidr="100.64.64.0/19"),
    )


@given(prefix=st.integers(16, 25), zones=st.sets(st.integers(1, 6), min_size=2, max_size=6))
def test_subnets_of_all_sizes_and_zones_lie_apart_within_the_range(prefix: int, zones: set[int]):
    whole = ipaddress.IPv4Network(("100.64.0.0", prefix))
    planned = plan_pod_subnets(
        str(whole), vpc_cidr="10.11.0.0/16", zone_ids=tuple(f"use1-az{n}" for n in sorted(zones))
    )
    networks = [ipaddress.IPv4Network(one.cidr) for one in planned]
    assert all(one.subnet_of(whole) and one.prefixlen <= 28 for one in networks)
    assert not any(a.overlaps(b) for a in networks for b in networks if a is not b)


@pytest.mark.parametrize(
    ("cidr", "vpc_cidr"),
    [
        ("100.64.0.0/16", "10.11.0.0/16"),
        ("100.64.0.0/16", "172.16.0.0/16"),
        ("100.127.0.0/16", "192.168.0.0/16"),
        ("10.200.0.0/16", "10.11.0.0/16"),
        ("10.2.0.0/16", "10.1.0.0/16"),
        ("172.20.0.0/16", "172.16.0.0/16"),
        ("203.0.113.0/24", "10.11.0.0/16"),
    ],
)
def test_ranges_that_aws_adds_are_taken(cidr: str, vpc_cidr: str):
    assert len(plan_pod_subnets(cidr, vpc_cidr=vpc_cidr, zone_ids=ZONES)) == 2


def test_a_range_that_overlaps_the_nodes_is_refused():
    found = problem("10.11.128.0/17", "10.11.0.0/16")
    assert found.reason == "is 10.11.128.0/17, which overlaps network.cidr (10.11.0.0/16)"


@pytest.mark.parametrize(
    ("cidr", "vpc_cidr", "reason"),
    [
        (
            "172.16.0.0/16",
            "10.11.0.0/16",
            "of 172.16.0.0/12, which AWS cannot add to a VPC of another range (10.11.0.0/16)",
        ),
        (
            "192.168.0.0/17",
            "10.11.0.0/16",
            "of 192.168.0.0/16, which AWS cannot add to a VPC of another range (10.11.0.0/16)",
        ),
        (
            "10.5.0.0/16",
            "172.16.0.0/16",
            "of 10.0.0.0/8, which AWS cannot add to a VPC of another range (172.16.0.0/16)",
        ),
        (
            "10.5.0.0/16",
            "100.64.0.0/16",
            "of 10.0.0.0/8, which AWS cannot add to a VPC of another range (100.64.0.0/16)",
        ),
        ("10.0.128.0/17", "10.1.0.0/16", "of 10.0.0.0/16, which AWS cannot add to a VPC of 10.0.0.0/15 (10.1.0.0/16)"),
        ("172.31.0.0/16", "172.16.0.0/16", "of 172.31.0.0/16, which AWS cannot add to any VPC"),
        ("198.19.0.0/17", "10.11.0.0/16", "of 198.19.0.0/16, which no VPC can use"),
        ("169.254.0.0/17", "10.11.0.0/16", "of 169.254.0.0/16, which no VPC can use"),
        ("224.1.0.0/16", "10.11.0.0/16", "of 224.0.0.0/3, which no VPC can use"),
    ],
)
def test_a_range_that_aws_would_refuse_is_refused_with_a_valid_one(cidr: str, vpc_cidr: str, reason: str):
    found = problem(cidr, vpc_cidr)
    assert (found.reason, found.remedy) == (f"is {cidr}, {reason}", INSTEAD)


def test_a_range_whose_eighths_are_no_subnets_is_refused():
    found = problem("100.64.0.0/26", "10.11.0.0/16")
    assert found.reason == ("is 100.64.0.0/26, an eighth of which is smaller than the smallest subnet, a /28")
    assert found.remedy == "Write a prefix of /25 or less."
