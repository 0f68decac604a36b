"""Both protocols: every port between the edge and the controller, on both sides of PrivateLink."""

from __future__ import annotations

from typing import get_args

from privatelink_ingress.contracts.service import Contract
from privatelink_ingress.plan.edge import backends
from privatelink_ingress.plan.workload.protocols import HTTP, HTTPS, PROTOCOLS
from privatelink_ingress.settings.workload.publication import Publication


def test_a_stack_file_may_name_exactly_these():
    assert set(get_args(Publication.model_fields["protocol"].annotation)) == set(PROTOCOLS)
    assert Publication.model_fields["protocol"].default == "http"
    assert [protocol.key for protocol in PROTOCOLS.values()] == list(PROTOCOLS)


def test_the_contract_can_say_each_of_them():
    assert {protocol.name for protocol in PROTOCOLS.values()} == set(
        get_args(Contract.model_fields["protocol"].annotation)
    )


def test_the_edges_endpoints_are_open_for_the_port_of_each():
    assert {protocol.port for protocol in PROTOCOLS.values()} == set(backends.PORTS)


def test_node_ports_differ_and_lie_where_the_api_server_hands_out_none():
    ports = [protocol.node_port for protocol in PROTOCOLS.values()]
    assert len(set(ports)) == len(ports)
    assert all(30000 <= port <= 30085 for port in ports)


def test_health_is_checked_at_the_plain_port_with_both_protocols():
    assert {protocol.health_node_port for protocol in PROTOCOLS.values()} == {HTTP.node_port}
    assert (HTTP.health_port, HTTPS.health_port) == ("traffic-port", "30080")


def test_the_way_to_nodes_and_pods_is_open_for_requests_and_health_checks_alone():
    assert (HTTP.node_ports, HTTP.pod_ports) == ((30080,), (80,))
    assert (HTTPS.node_ports, HTTPS.pod_ports) == ((30043, 30080), (80, 443))
