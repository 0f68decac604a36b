"""Which updates of the load balancer are refused."""

from __future__ import annotations

from typing import Any

import pytest

from privatelink_ingress.plan.workload.balancer_zones import check
from privatelink_ingress.problems import UserError

A, B, C, UNKNOWN = "subnet-a", "subnet-b", "subnet-c", object()


@pytest.mark.parametrize(
    "new",
    [[A, B], [B, A], [A, B, C], [A, B, UNKNOWN]],
    ids=["the same", "another order", "one more", "a new one"],
)
def test_an_update_that_keeps_every_zone_is_allowed(new: list[Any]):
    check("network.zoneIds", [A, B], new)


@pytest.mark.parametrize(
    "new",
    [[A], [A, C], [A, UNKNOWN], [A, C, UNKNOWN]],
    ids=["one less", "another", "a new one", "another and a new one"],
)
def test_an_update_that_leaves_a_zone_is_refused(new: list[Any]):
    with pytest.raises(UserError, match=r"network\.zoneIds: leaves the zones of subnet-b, but"):
        check("network.zoneIds", [A, B], new)


@pytest.mark.parametrize("new", [UNKNOWN, None], ids=["all unknown", "none"])
def test_an_update_whose_subnets_are_not_known_at_all_is_left_to_the_provider(new: Any):
    check("network.zoneIds", [A, B], new)


def test_the_message_names_the_setting_and_both_ways_out():
    with pytest.raises(UserError) as error:
        check("cluster.existing.zoneIds", [A, B], [A])
    assert str(error.value) == (
        "The load balancer keeps its zones while it has deletion protection:\n"
        "  cluster.existing.zoneIds: leaves the zones of subnet-b, but a Network Load Balancer cannot leave a zone: "
        "AWS requires a new one\n"
        "    Name the old zones too. To leave one, turn cluster.deletionProtection off first if no endpoint is "
        "connected, or move the traffic to a second stack: docs/publication.md."
    )
