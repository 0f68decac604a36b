"""The work of registering one more connection does not grow with the connections that the edge has already."""

from __future__ import annotations

import functools

import pytest

from benchmarks.registration import calls, edge


@pytest.mark.parametrize("alarms", [True, False], ids=["with alarms", "without alarms"])
def test_every_connection_takes_the_same_work_however_many_there_are(alarms: bool):
    edge(1, alarms=alarms)  # what is imported and cached once
    few, more, many = (calls(functools.partial(edge, count, alarms=alarms)) for count in (5, 15, 35))
    assert (many - more) / 20 == pytest.approx((more - few) / 10, rel=0.02)
