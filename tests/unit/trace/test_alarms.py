"""An alarm is of the connection whose part it watches, and another place may use the same names."""

from __future__ import annotations

import functools

import pytest

from privatelink_ingress.cli import planned
from privatelink_ingress.fleet import repository
from privatelink_ingress.trace.expected import Expected
from privatelink_ingress.trace.judgements import alarms
from privatelink_ingress.trace.surroundings import Alarm, Surroundings
from privatelink_ingress.trace.topology import joined
from tests.support.programs import REPOSITORY


@functools.cache
def samples() -> Expected:
    return planned.of(repository.read_right(REPOSITORY))


@pytest.mark.parametrize(
    ("account_id", "region", "told"),
    [
        ("111111111111", "eu-west-1", ["shop"]),
        ("111111111111", "eu-central-1", []),
        ("222222222222", "eu-west-1", []),
    ],
)
def test_an_alarm_of_a_cluster_of_the_same_name_elsewhere_is_not_told(account_id: str, region: str, told: list[str]):
    fired = Alarm(place=(account_id, region), name="nodes", reason="", since=None, resources=("shop",))
    found = alarms.judge(samples(), joined([]), Surroundings(alarms=(fired,)))
    assert [one.connection for one in found] == told
