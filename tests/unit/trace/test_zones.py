"""A zone of the network load balancer without a node takes no request while cross-zone load balancing is off."""

from __future__ import annotations

import dataclasses

import pytest

from privatelink_ingress.trace.hops import Path
from privatelink_ingress.trace.judgements import zones
from privatelink_ingress.trace.request import Request
from privatelink_ingress.trace.surroundings import Surroundings
from privatelink_ingress.trace.topology import UNSEEN, Node, Target, Topology
from privatelink_ingress.trace.trace import follow
from tests.support.topologies import NLB, NODE_GROUP, ZONES, changed, whole

URL = "https://shop.example.com/"
BARE = f"no healthy node is in {ZONES[1]}, and cross-zone load balancing of nlb is off"


def told(topology: Topology, *, balancer: str | None = "false", group: str | None = None) -> list[str]:
    values = {NLB: balancer, NODE_GROUP: group}
    attributes = {arn: {zones.CROSS_ZONE: value} for arn, value in values.items() if value}
    path = Path(request=Request.parse(URL), topology=topology)
    follow(URL, path)
    found = list(zones.judge("shop", path, Surroundings(attributes=attributes)))
    assert {one.severity for one in found} <= {"warning"}
    return [one.problem.reason for one in found]


def with_nodes(*nodes: tuple[str, str, str]) -> Topology:
    """Zone, state and health of each."""
    known = {
        f"i-{number}": Node(zone_id=zone, state=state, security_group_ids=("sg-node",))
        for number, (zone, state, _) in enumerate(nodes)
    }
    targets = tuple(Target(id=f"i-{number}", port=30080, state=health) for number, (_, _, health) in enumerate(nodes))
    return dataclasses.replace(changed(whole(), "target_groups", NODE_GROUP, targets=targets), nodes=known)


@pytest.mark.parametrize(
    ("balancer", "group", "reasons"),
    [
        ("false", None, [BARE]),
        ("false", "use_load_balancer_configuration", [BARE]),
        ("true", "false", [BARE]),
        ("true", None, []),
        ("false", "true", []),
        (None, None, []),
    ],
)
def test_the_target_group_s_attribute_goes_before_the_load_balancer_s(
    balancer: str | None, group: str | None, reasons: list[str]
):
    assert told(whole(), balancer=balancer, group=group) == reasons


HERE, THERE = ZONES


@pytest.mark.parametrize(
    ("nodes", "reasons"),
    [
        ([(HERE, "running", "healthy"), (THERE, "running", "healthy")], []),
        ([(HERE, "running", "healthy"), (THERE, "running", "unhealthy")], [BARE]),
        ([(HERE, "running", "healthy"), (THERE, "stopped", "healthy")], [BARE]),
        ([(HERE, "running", "healthy"), (THERE, "running", "draining")], [BARE]),
        # While none is healthy, requests go to all.
        ([(HERE, "running", "unhealthy"), (THERE, "running", "unhealthy")], []),
        # Those of a state: one for each zone of the node group.
        ([(HERE, UNSEEN, UNSEEN)], [BARE]),
        ([(HERE, UNSEEN, UNSEEN), (THERE, UNSEEN, UNSEEN)], []),
        ([(UNSEEN, "running", "healthy")], []),
    ],
    ids=str,
)
def test_a_zone_is_served_by_healthy_nodes_that_run(nodes: list[tuple[str, str, str]], reasons: list[str]):
    assert told(with_nodes(*nodes)) == reasons


def test_a_zone_without_an_endpoint_is_told_once_and_its_nodes_are_not_missed():
    topology = whole()
    endpoint = dataclasses.replace(topology.endpoints[0], interfaces=topology.endpoints[0].interfaces[:1])
    assert told(dataclasses.replace(topology, endpoints=(endpoint,))) == [
        f"both sides are in {THERE}, but no endpoint is there"
    ]
