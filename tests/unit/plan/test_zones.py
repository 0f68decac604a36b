"""Zones are chosen and compared by id, and a mismatch is explained from both sides."""

from __future__ import annotations

import pytest

from privatelink_ingress.plan import zones
from privatelink_ingress.problems import Problem, UserError

REGION = ["euw1-az3", "euw1-az1", "euw1-az2", "euw1-az4"]


def problem(*args: object, **kwargs: object) -> Problem:
    function = zones.common if "connection" in kwargs else zones.choose
    with pytest.raises(UserError) as caught:
        function(*args, **kwargs)  # ty: ignore[invalid-argument-type]
    (only,) = caught.value.problems
    return only


@pytest.mark.parametrize(
    ("count", "expected"),
    [
        (None, ("euw1-az1", "euw1-az2", "euw1-az3")),
        (2, ("euw1-az1", "euw1-az2")),
        (4, ("euw1-az1", "euw1-az2", "euw1-az3", "euw1-az4")),
    ],
)
def test_the_first_zones_by_id_are_chosen_three_by_default(count: int | None, expected: tuple[str, ...]):
    assert zones.choose(REGION, count=count, zone_ids=None, region="eu-west-1") == expected


def test_the_order_in_which_aws_lists_the_zones_does_not_matter():
    choices = {zones.choose(order, count=3, zone_ids=None, region="eu-west-1") for order in (REGION, REGION[::-1])}
    assert len(choices) == 1


def test_stated_zones_are_taken_sorted():
    chosen = zones.choose(REGION, count=None, zone_ids=("euw1-az4", "euw1-az2"), region="eu-west-1")
    assert chosen == ("euw1-az2", "euw1-az4")


def test_a_zone_that_the_region_lacks_is_refused_with_those_it_has():
    assert problem(REGION, count=None, zone_ids=("euw1-az1", "use1-az1"), region="eu-west-1") == Problem(
        "network.zoneIds",
        "use1-az1 is a zone of us-east-1, the stack is in eu-west-1",
        "eu-west-1 has euw1-az1, euw1-az2, euw1-az3, euw1-az4.",
    )


def test_a_stack_file_that_lists_zones_of_another_region_alone_is_refused_zone_by_zone_without_asking_aws():
    stated = ("euw1-az1", "euw1-az2")
    with pytest.raises(UserError) as caught:
        zones.choose(stated, count=None, zone_ids=stated, region="us-east-1")
    assert [(one.where, one.reason, one.remedy) for one in caught.value.problems] == [
        (
            "network.zoneIds",
            f"{zone_id} is a zone of eu-west-1, the stack is in us-east-1",
            "Zones of us-east-1 are use1-az1 and so on.",
        )
        for zone_id in stated
    ]


def test_a_zone_that_does_not_exist_in_its_region_is_refused():
    found = problem(REGION, count=None, zone_ids=("euw1-az1", "euw1-az9"), region="eu-west-1")
    assert found.reason == "euw1-az9 is not a zone of eu-west-1"


def test_more_zones_than_the_region_has_are_refused_with_the_number_that_fits():
    found = problem(REGION[:2], count=None, zone_ids=None, region="eu-west-1")
    assert (found.where, found.reason, found.remedy) == (
        "network.zones",
        "needs 3 zones, but eu-west-1 has 2",
        "Set network.zones to 2. eu-west-1 has euw1-az1, euw1-az3.",
    )
    alone = problem(REGION[:1], count=6, zone_ids=None, region="eu-west-1")
    assert alone.remedy == "Choose another region. eu-west-1 has euw1-az3."


@pytest.mark.parametrize(
    ("zone_id", "region"),
    [
        ("euw1-az1", "eu-west-1"),
        ("use1-az6", "us-east-1"),
        ("apne1-az4", "ap-northeast-1"),
        ("apse2-az1", "ap-southeast-2"),
        ("usgw1-az1", "us-gov-west-1"),
        ("cnnw1-az1", "cn-northwest-1"),
        ("cac1-az1", "ca-central-1"),
        ("xxn1-az1", None),
    ],
)
def test_a_zones_id_tells_its_region(zone_id: str, region: str | None):
    assert zones.region_of(zone_id) == region


def test_a_region_that_is_not_known_here_is_taken_as_it_is():
    there = ("usie1-az1", "usie1-az2", "usie1-az3")
    assert zones.choose(there, count=2, zone_ids=None, region="us-iso-east-1") == there[:2]


def test_an_endpoint_goes_where_both_sides_are():
    assert zones.common(
        ["euw1-az3", "euw1-az1", "euw1-az2"], ["euw1-az2", "euw1-az3", "euw1-az4"], connection="shop"
    ) == (
        "euw1-az2",
        "euw1-az3",
    )


def test_fewer_than_two_zones_in_common_are_refused_with_both_sides_and_a_remedy():
    found = problem(["euw1-az1", "euw1-az2"], ["euw1-az2", "euw1-az3"], connection="shop")
    assert found.where == "connections.shop"
    assert found.reason == (
        "the edge is in euw1-az1, euw1-az2 and the service in euw1-az2, euw1-az3: 1 in common, 2 needed"
    )
    assert found.remedy.startswith("Set network.zoneIds on one side")
