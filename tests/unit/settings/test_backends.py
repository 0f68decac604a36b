"""What a stack file may say of a connection's backends."""

from __future__ import annotations

import json
from typing import Any

import pytest

from privatelink_ingress.settings.backends import weights
from privatelink_ingress.settings.edge import Connection, EdgeSettings
from privatelink_ingress.settings.load import SettingsError, load

READER = "arn:aws:iam::111111111111:role/reads-contracts"
SHARED = "arn:aws:ssm:eu-west-1:111111111111:parameter/central-ingress/connections/shop"
SERVICE = {
    "endpointServiceName": "com.amazonaws.vpce.eu-west-1.vpce-svc-0a",
    "accountId": "111111111111",
    "zoneIds": ["euw1-az1", "euw1-az2"],
}
BLUE, GREEN = {"stack": "shop"}, {"stack": "shop-green", "position": 1}


def connection(*backends: dict[str, Any], **changes: Any) -> Connection:
    shop = {"slot": 0, "owner": "team-shop", "routes": [{"hosts": ["shop.example.com"]}]}
    values = {
        "accountId": "222222222222",
        "owner": "team-platform",
        "certificates": '[{"domains": ["*.example.com"]}]',
        "dns": '{"zoneId": "Z0123456789EXAMPLE"}',
        "connections": json.dumps({"shop": {**shop, "backends": backends, **changes}}),
    }
    return load(EdgeSettings, values, project="central-ingress", stack="prod").connections["shop"]


def refused(*backends: dict[str, Any], **changes: Any) -> list[str]:
    """Place, reason and remedy of each mistake, below the connection."""
    with pytest.raises(SettingsError) as error:
        connection(*backends, **changes)
    return [
        f"{problem.where.removeprefix('connections.shop.')}: {problem.reason}. {problem.remedy}"
        for problem in error.value.problems
    ]


def test_a_lone_backend_answers_every_request_at_either_position() -> None:
    assert weights(connection(BLUE).backends) == {0: 1}
    assert weights(connection(GREEN).backends) == {1: 1}


def test_a_second_backend_stands_by_until_it_is_given_a_weight() -> None:
    assert weights(connection(BLUE, GREEN).backends) == {0: 1, 1: 0}
    assert weights(connection({**BLUE, "weight": 9}, {**GREEN, "weight": 1}).backends) == {0: 9, 1: 1}


def test_weights_that_sum_to_zero_are_refused_with_the_way_to_take_a_connection_down() -> None:
    expected = [
        "backends: have weights that sum to zero, so no backend would answer. Give one of them a weight from 1 to "
        "999; to take the connection out of service, write state: maintenance."
    ]
    assert refused({**BLUE, "weight": 0}) == expected
    assert refused({**BLUE, "weight": 0}, GREEN) == expected
    assert refused({**BLUE, "weight": 0}, {**GREEN, "weight": 0}, state="maintenance") == expected


@pytest.mark.parametrize("weight", [-1, 1000])
def test_a_weight_is_a_number_from_0_to_999(weight: int) -> None:
    (problem,) = refused({**BLUE, "weight": weight})
    assert problem.startswith(f"backends[0].weight: is {weight}, but must be at ")
    assert problem.endswith("Write a whole number from 0 to 999.")


def test_a_slot_has_addresses_for_two_backends() -> None:
    assert refused(BLUE, GREEN, {"stack": "shop-red"}) == [
        "backends: has 3 entries, but a slot has addresses for 2. Keep the two between which requests are to move, or "
        "publish the others as connections of their own."
    ]


def test_two_backends_say_which_addresses_each_keeps() -> None:
    assert refused(BLUE, {"stack": "shop-green"}) == [
        "backends[1].position: is 0, which the other backend has. Write position: 1 at the newer one. It keeps that "
        "number when it is alone later."
    ]
    assert refused(BLUE, {**GREEN, "position": 2}) == [
        "backends[1].position: is 2, but must be at most 1. Write a whole number from 0 to 1."
    ]


def test_the_same_cluster_twice_is_refused() -> None:
    assert refused(BLUE, {**BLUE, "position": 1}) == [
        "backends[1]: is stack shop, as the other backend is. Write the second cluster."
    ]


@pytest.mark.parametrize(
    ("backend", "reason"),
    [
        ({}, "names no service"),
        ({"stack": "shop", "parameter": "/a/shop"}, "has stack and parameter"),
        ({"stack": "shop", "parameter": "/a/shop", "service": SERVICE}, "has stack and parameter and service"),
    ],
)
def test_a_backend_has_one_source(backend: dict[str, Any], reason: str) -> None:
    assert refused(backend) == [f"backends[0]: {reason}. Write one of stack, parameter and service."]


def test_each_source_is_known_by_what_it_names() -> None:
    assert connection(BLUE).backends[0].source == "shop"
    assert connection({"parameter": SHARED}).backends[0].source == f"parameter {SHARED}"
    read = connection({"parameter": "/a/shop", "readerRoleArn": READER}).backends[0]
    assert read.source == f"parameter /a/shop read by {READER}"
    assert connection({"service": SERVICE}).backends[0].source == "service com.amazonaws.vpce.eu-west-1.vpce-svc-0a"


@pytest.mark.parametrize(
    "parameter", ["shop", "arn:aws:ssm:eu-west-1:1:parameter/shop", "/a//shop", "/" + "/".join("a" * 16)]
)
def test_a_value_that_is_not_a_parameter_is_refused(parameter: str) -> None:
    (problem,) = refused({"parameter": parameter})
    assert problem.startswith(f"backends[0].parameter: is {parameter!r}. Write a parameter's name such as ")


def test_a_reader_role_is_of_the_parameters_account() -> None:
    stranger = "arn:aws:iam::222222222222:role/reads-contracts"
    assert refused({"parameter": SHARED, "readerRoleArn": stranger}) == [
        "backends[0].readerRoleArn: is of account 222222222222, but the parameter is of 111111111111. Write a role of "
        "account 111111111111, or remove it when the parameter is shared."
    ]
    assert refused({**BLUE, "readerRoleArn": READER}) == [
        "backends[0].readerRoleArn: has no effect without parameter. Remove it."
    ]


def test_a_literal_service_needs_its_name_account_and_zones() -> None:
    assert [problem.split(". ")[0] for problem in refused({"service": {}})] == [
        "backends[0].service.accountId: is missing",
        "backends[0].service.endpointServiceName: is missing",
        "backends[0].service.zoneIds: is missing",
    ]


def test_stickiness_is_for_at_most_a_week() -> None:
    assert connection(BLUE, GREEN, stickinessSeconds=604_800).stickiness_seconds == 604_800
    assert refused(BLUE, GREEN, stickinessSeconds=604_801) == [
        "stickinessSeconds: is 604801, but must be at most 604800. Write a whole number from 1 to 604800."
    ]


def test_a_connection_is_active_or_in_maintenance() -> None:
    assert connection(BLUE).state == "active"
    (problem,) = refused(BLUE, state="off")
    assert problem == "state: is 'off', which is not among its values. Write one of active, maintenance."


def test_an_accepters_external_id_needs_an_accepter() -> None:
    assert refused({**BLUE, "accepterExternalId": "edge-2c81"}) == [
        "backends[0].accepterExternalId: has no effect without accepterRoleArn. Remove it."
    ]
