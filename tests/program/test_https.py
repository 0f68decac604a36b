"""The published protocol: everything from the edge's target group to the controller's pods agrees on it."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from privatelink_ingress.local.engine.monitor import StackOutputs
from privatelink_ingress.local.engine.runner import Registration, StackRun
from privatelink_ingress.stackfiles import reader
from tests.support.programs import Run

STACK = "organization/eks-service/shop"
SAMPLE = reader.read(Path(__file__).parents[2] / "eks-service", "shop").settings
CONSUMERS = [{"accountId": "222222222222", "albSubnetCidrs": ["10.12.0.0/23", "10.12.2.0/23", "10.12.4.0/23"]}]
TARGETS = "aws:lb/targetGroup:TargetGroup"
LISTENER = "aws:lb/listener:Listener"
INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
EGRESS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"


@dataclasses.dataclass(frozen=True)
class Way:
    """Both programs, joined, with one protocol between them."""

    workload: StackRun
    edge: StackRun

    @property
    def controller(self) -> list[str]:
        """Arguments of the controller."""
        spec = self.named(self.workload, "kubernetes:apps/v1:Deployment", "shop-deployment").inputs["spec"]
        return spec["template"]["spec"]["containers"][0]["args"]

    @property
    def service(self) -> dict[int, dict[str, Any]]:
        """Ports of the controller's Service, by node port."""
        made = self.named(self.workload, "kubernetes:core/v1:Service", "shop-service")
        return {port["nodePort"]: port for port in made.inputs["spec"]["ports"]}

    def named(self, run: StackRun, type_: str, name: str) -> Registration:
        (found,) = [one for one in run.of_type(type_) if one.name == name]
        return found


PROTOCOLS = {"http": ("HTTP", 80, 30080, "traffic-port"), "https": ("HTTPS", 443, 30043, "30080")}


def settings(protocol: str) -> dict[str, Any]:
    secret = {"tlsSecret": "edge-tls"} if protocol == "https" else {}
    return {
        "controller": json.loads(SAMPLE["controller"]) | secret,
        "publication": {"consumers": CONSUMERS, "protocol": protocol},
        "sample": None,
    }


@pytest.fixture(scope="module", params=PROTOCOLS)
def protocol(request: pytest.FixtureRequest) -> str:
    return request.param


WAYS: dict[str, Way] = {}


@pytest.fixture
def way(protocol: str, workload_run: Run, edge_run: Run, published: dict[str, StackOutputs]) -> Way:
    if protocol not in WAYS:
        workload = workload_run(**settings(protocol))
        WAYS[protocol] = Way(workload, edge_run(stacks=published | {STACK: workload.outputs}))
    return WAYS[protocol]


def test_the_contract_says_it(way: Way, protocol: str):
    name, port, *_ = PROTOCOLS[protocol]
    assert (way.workload.exports["protocol"], way.workload.exports["port"]) == (name, port)


def test_the_edge_sends_and_checks_health_by_it(way: Way, protocol: str):
    name, port, *_ = PROTOCOLS[protocol]
    (group,) = [one for one in way.edge.of_type(TARGETS) if one.inputs["tags"]["Connection"] == "shop"]
    assert (group.inputs["protocol"], group.inputs["port"]) == (name, port)
    health = group.inputs["healthCheck"]
    assert (health["protocol"], health["port"], health["path"]) == (name, "traffic-port", "/nginx-health")
    targets = [
        one.inputs["port"]
        for one in way.edge.of_type("aws:lb/targetGroupAttachment:TargetGroupAttachment")
        if one.inputs["targetGroupArn"] == group.outputs["arn"]
    ]
    assert targets == [port] * 3


def test_the_edge_may_send_to_its_port(way: Way, protocol: str):
    port = PROTOCOLS[protocol][1]
    for kind, end in ((EGRESS, f"-load-balancer-out-{port}"), (INGRESS, f"-endpoint-in-{port}")):
        (rule,) = [one.inputs for one in way.edge.of_type(kind) if one.name.endswith(end)]
        assert (rule["fromPort"], rule["toPort"]) == (port, port)


def test_the_network_load_balancer_listens_where_the_edge_sends_and_admits_it(way: Way, protocol: str):
    _, port, node_port, health_port = PROTOCOLS[protocol]
    listener, group = way.workload.only(LISTENER), way.workload.only(TARGETS)
    assert (listener.name, listener.inputs["port"], listener.inputs["protocol"]) == (f"shop-{protocol}", port, "TCP")
    assert listener.inputs["defaultActions"][0]["targetGroupArn"] == group.outputs["arn"]
    assert (group.name, group.inputs["port"], group.inputs["protocol"]) == (f"shop-{protocol}", node_port, "TCP")
    health = group.inputs["healthCheck"]
    assert (health["protocol"], health["port"], health["path"]) == ("HTTP", health_port, "/nginx-health")
    admitted = [
        one.inputs for one in way.workload.of_type(INGRESS) if one.inputs.get("cidrIpv4", "").startswith("10.12")
    ]
    assert {(one["fromPort"], one["toPort"]) for one in admitted} == {(port, port)}
    assert len(admitted) == 3


def test_requests_and_health_checks_and_nothing_else_pass_the_nodes_groups(way: Way, protocol: str):
    node_ports = sorted({PROTOCOLS[protocol][2], 30080})
    outward = sorted(one.inputs["fromPort"] for one in way.workload.of_type(EGRESS) if "-to-nodes-" in one.name)
    inward = sorted(one.inputs["fromPort"] for one in way.workload.of_type(INGRESS) if "-from-nlb-" in one.name)
    assert outward == inward == node_ports


def test_the_service_and_the_network_policy_lead_to_the_controllers_port(way: Way, protocol: str):
    _, port, node_port, _ = PROTOCOLS[protocol]
    assert way.service[node_port]["targetPort"] == way.service[node_port]["port"] == port
    assert way.service[30080]["targetPort"] == 80
    policy = way.named(way.workload, "kubernetes:networking.k8s.io/v1:NetworkPolicy", "shop-network-policy")
    assert [one["port"] for one in policy.inputs["spec"]["ingress"][0]["ports"]] == sorted({80, port, 8081})


def test_the_controller_has_a_certificate_for_unknown_names_and_for_hosts_without_one_only_with_https(
    way: Way, protocol: str
):
    flags = [arg for arg in way.controller if "tls-secret" in arg]
    assert (
        flags
        == {
            "http": [],
            "https": [
                "-default-server-tls-secret=nginx-ingress/edge-tls",
                "-wildcard-tls-secret=nginx-ingress/edge-tls",
            ],
        }[protocol]
    )


def test_a_switch_of_the_protocol_makes_a_second_listener_and_group_beside_the_first(workload_run: Run):
    before, after = (
        {one.urn for one in workload_run(**settings(protocol)).registrations} for protocol in ("http", "https")
    )
    names = {urn.rpartition("$")[2].replace("::", " ") for urn in after - before}
    assert names == {
        "aws:lb/listener:Listener shop-https",
        "aws:lb/targetGroup:TargetGroup shop-https",
        "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule shop-nodes-from-nlb-30043",
        "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule shop-to-nodes-30043",
    }


def test_https_without_a_secret_stops_with_what_to_write(workload_run: Run):
    publication = {"consumers": CONSUMERS, "protocol": "https"}
    with pytest.raises(Exception, match=r"controller\.tlsSecret: is missing, and publication\.protocol is https"):
        workload_run(publication=publication)
