"""A stack that is published by HTTPS breaks no rule either."""

from __future__ import annotations

import json

import pytest

from privatelink_ingress import tokens as t
from privatelink_ingress.rules import Resource, judge
from privatelink_ingress.stackfiles import reader
from tests.support import programs
from tests.support.recordings import Recording, recorded

STACK = "organization/eks-service/shop"
CONSUMERS = [{"accountId": "222222222222", "albSubnetCidrs": ["10.12.0.0/23", "10.12.2.0/23", "10.12.4.0/23"]}]
SAMPLE = reader.read(programs.REPOSITORY / "eks-service", "shop").settings
CONTROLLER = json.loads(SAMPLE["controller"]) | {"tlsSecret": "edge-tls"}


@pytest.fixture(scope="module")
def joined() -> dict[str, tuple[Resource, ...]]:
    """Both programs, joined by HTTPS."""
    publication = {"consumers": CONSUMERS, "protocol": "https"}
    workload = programs.run_workload(controller=CONTROLLER, publication=publication, sample=None)
    edge = programs.run_edge(stacks={**programs.published_outputs(), STACK: workload.outputs})
    return {"workload": recorded(workload), "edge": recorded(edge)}


@pytest.mark.parametrize("side", ["workload", "edge"])
def test_no_rule_is_broken(joined: dict[str, tuple[Resource, ...]], side: str) -> None:
    assert [f"{rule.name}: {resource.name} {message}" for rule, (resource, message) in judge(joined[side])] == []


def test_a_health_check_at_a_port_that_no_node_has_is_caught(joined: dict[str, tuple[Resource, ...]]) -> None:
    recording = Recording(joined["workload"])
    recording.put(t.TARGET_GROUP, "shop-https", "healthCheck.port", "30081")
    found = [(rule.name, resource.name, message) for rule, (resource, message) in judge(recording.resources)]
    message = "checks health at 30081, which is not a node port of the ingress controller"
    assert found == [("node-ports-agree", "shop-https", message)]


def test_grpc_by_plain_http_is_caught(joined: dict[str, tuple[Resource, ...]]) -> None:
    recording = Recording(joined["edge"])
    recording.put(t.TARGET_GROUP, "blog-0-http-80", "protocolVersion", "GRPC")
    found = [(rule.name, resource.name, message) for rule, (resource, message) in judge(recording.resources)]
    message = "sends GRPC by HTTP, and the controller speaks it over TLS alone"
    assert found == [("protocol-and-port-agree", "blog-0-http-80", message)]
