"""What the controller's pods may exchange packets with, judged as Kubernetes defines NetworkPolicies.

https://kubernetes.io/docs/concepts/services-networking/network-policies/: a pod that a policy selects for a direction
exchanges only what one of these policies allows. No policy engine takes part.
"""

from __future__ import annotations

import dataclasses
import ipaddress
import json
from collections.abc import Mapping
from typing import Any

import kubernetes_validate
import pytest

from privatelink_ingress.plan.workload import plan_workload
from privatelink_ingress.plan.workload.controller import plan_controller
from privatelink_ingress.plan.workload.controller.network import api_cidrs
from privatelink_ingress.plan.workload.controller.objects import SELECTOR
from privatelink_ingress.plan.workload.protocols import HTTP, HTTPS, Protocol
from privatelink_ingress.plan.workload.sample import LABELS, SamplePlan
from privatelink_ingress.settings.workload import WorkloadSettings
from privatelink_ingress.settings.workload.controller import Controller
from tests.support.recordings import sample

SUBNETS = ("10.11.0.0/21", "10.11.8.0/21")
DIGEST = f"sha256:{'ab' * 32}"
POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"


@dataclasses.dataclass(frozen=True)
class Pod:
    """A pod, or with no namespace, any other address."""

    address: str
    namespace: str = ""
    labels: Mapping[str, str] = dataclasses.field(default_factory=dict)


CONTROLLER = Pod("10.11.0.10", "nginx-ingress", SELECTOR)
COREDNS = Pod("10.11.8.53", "kube-system", {"k8s-app": "kube-dns"})
SHOP = Pod("10.11.8.20", "shop", {"app": "shop"})
OTHER = Pod("10.11.8.21", "other", {"app": "other"})
METRICS = Pod("10.11.8.22", "kube-system", {"k8s-app": "metrics-server"})
KUBE_PROXY = Pod("10.11.0.5", "kube-system", {"k8s-app": "kube-proxy"})
"""In its node's network, so that its address is the node's."""
LOG_AGENT = Pod("10.11.0.5", "amazon-cloudwatch", {"k8s-app": "fluent-bit"})
NODE, API_SERVICE, API_INTERFACE = Pod("10.11.0.5"), Pod("172.20.0.1"), Pod("10.11.8.99")
METADATA, INTERNET, ANOTHER_SERVICE = Pod("169.254.169.254"), Pod("203.0.113.7"), Pod("172.20.0.2")


def policies(protocol: Protocol = HTTP, **settings: Any) -> list[dict[str, Any]]:
    settings = {"image": {"digest": DIGEST}, **({"tlsSecret": "edge-tls"} if protocol == HTTPS else {}), **settings}
    plan = plan_controller(
        settings=Controller.model_validate_json(json.dumps(settings)),
        trusted_cidrs=SUBNETS,
        api_cidrs=api_cidrs(["172.20.0.0/16"], SUBNETS),
        health_path="/nginx-health",
        protocol=protocol,
    )
    objects = [item.manifest for stage in plan.stages("image") for item in stage]
    return [one for one in objects if one["kind"] == "NetworkPolicy"]


def selects(selector: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    assert set(selector) <= {"matchLabels", "matchExpressions"}
    expressions = selector.get("matchExpressions", [])
    assert all(one["operator"] in ("In", "NotIn") for one in expressions)
    return all(labels.get(key) == value for key, value in selector.get("matchLabels", {}).items()) and all(
        (labels.get(one["key"]) in one["values"]) == (one["operator"] == "In") for one in expressions
    )


def matches(peer: Mapping[str, Any], peer_namespace: str, pod: Pod) -> bool:
    if "ipBlock" in peer:
        assert set(peer["ipBlock"]) == {"cidr"}
        return ipaddress.ip_address(pod.address) in ipaddress.ip_network(peer["ipBlock"]["cidr"])
    if not pod.namespace:
        return False
    if "namespaceSelector" in peer:
        if not selects(peer["namespaceSelector"], {"kubernetes.io/metadata.name": pod.namespace}):
            return False
    elif pod.namespace != peer_namespace:
        return False
    return selects(peer.get("podSelector", {}), pod.labels)


def passes(given: list[dict[str, Any]], direction: str, pod: Pod, other: Pod, port: int, protocol: str = "TCP") -> bool:
    """Whether a pod may send to `other` (Egress) or receive from it (Ingress)."""
    selecting = [
        one
        for one in given
        if one["metadata"]["namespace"] == pod.namespace
        and selects(one["spec"]["podSelector"], pod.labels)
        and direction in one["spec"]["policyTypes"]
    ]
    if not selecting:
        return True
    rules, peers = ("egress", "to") if direction == "Egress" else ("ingress", "from")
    return any(
        any(matches(peer, one["metadata"]["namespace"], other) for peer in rule[peers])
        and ("ports" not in rule or {"protocol": protocol, "port": port} in rule["ports"])
        for one in selecting
        for rule in one["spec"].get(rules, ())
    )


@pytest.mark.parametrize("version", ["1.35", "1.36", "1.37"])
@pytest.mark.parametrize("settings", [{}, {"watch": {"namespaces": ["shop"]}}], ids=["all", "one namespace"])
def test_every_policy_fits_the_schema(version: str, settings: dict[str, Any]) -> None:
    for one in policies(**settings):
        kubernetes_validate.validate(one, version, strict=True)


@pytest.mark.parametrize("protocol", [HTTP, HTTPS])
def test_only_the_private_subnets_connect_and_only_to_the_ports_that_are_served(protocol: Protocol) -> None:
    def reached(sender: Pod) -> list[int]:
        ports = (22, 80, 443, 8080, 8081, 9113)
        return [port for port in ports if passes(policies(protocol), "Ingress", CONTROLLER, sender, port)]

    served = [80, 8081] if protocol == HTTP else [80, 443, 8081]
    assert reached(NODE) == reached(SHOP) == served
    assert reached(INTERNET) == reached(Pod("10.12.0.9")) == reached(Pod("10.11.16.5")) == []


@pytest.mark.parametrize(
    ("to", "port", "protocol"),
    [
        (COREDNS, 53, "UDP"),
        (COREDNS, 53, "TCP"),
        (API_SERVICE, 443, "TCP"),
        (API_INTERFACE, 443, "TCP"),
        (SHOP, 8080, "TCP"),
        (OTHER, 3000, "TCP"),
    ],
)
def test_the_pods_reach_name_resolution_the_kubernetes_api_and_applications(to: Pod, port: int, protocol: str) -> None:
    assert passes(policies(), "Egress", CONTROLLER, to, port, protocol)


@pytest.mark.parametrize(
    ("to", "port", "protocol"),
    [
        (METADATA, 80, "TCP"),
        (METADATA, 443, "TCP"),
        (INTERNET, 443, "TCP"),
        (INTERNET, 53, "UDP"),
        (NODE, 10250, "TCP"),
        (KUBE_PROXY, 10250, "TCP"),
        (LOG_AGENT, 10250, "TCP"),
        (METRICS, 10251, "TCP"),
        (NODE, 80, "TCP"),
        (API_INTERFACE, 22, "TCP"),
        (API_SERVICE, 80, "TCP"),
        (ANOTHER_SERVICE, 443, "TCP"),
        (Pod("10.12.0.9"), 443, "TCP"),
    ],
)
def test_the_pods_reach_nothing_else(to: Pod, port: int, protocol: str) -> None:
    assert not passes(policies(), "Egress", CONTROLLER, to, port, protocol)


def test_a_controller_that_serves_some_namespaces_reaches_pods_of_no_other() -> None:
    watching = policies(watch={"namespaces": ["shop", "checkout"]})
    reached = [pod for pod in (SHOP, OTHER, METRICS) if passes(watching, "Egress", CONTROLLER, pod, 8080)]
    assert reached == [SHOP]
    assert passes(watching, "Egress", CONTROLLER, COREDNS, 53, "UDP")


def test_any_other_pod_of_the_namespace_is_cut_off() -> None:
    stray = Pod("10.11.0.11", "nginx-ingress", {"app": "debug"})
    for other in (CONTROLLER, SHOP, COREDNS, NODE, API_SERVICE, INTERNET):
        for port in (53, 80, 443, 8081):
            assert not passes(policies(), "Egress", stray, other, port)
            assert not passes(policies(), "Ingress", stray, other, port)


def test_running_pods_are_cut_off_from_nothing_that_they_need_while_the_policies_arrive() -> None:
    """Each stage of objects is applied after the one before it, and objects of one stage in any order."""
    plan = plan_controller(
        settings=Controller.model_validate({"image": {"digest": DIGEST}}),
        trusted_cidrs=SUBNETS,
        api_cidrs=api_cidrs(["172.20.0.0/16"], SUBNETS),
        health_path="/nginx-health",
    )
    stages = [[item.key for item in stage] for stage in plan.stages("image")]
    [allowing], [denying] = (
        [at for at, keys in enumerate(stages) if key in keys] for key in ("network-policy", "default-deny")
    )
    [pods] = [at for at, keys in enumerate(stages) if "deployment" in keys]
    assert allowing < denying
    assert allowing < pods


def test_the_controller_and_the_sample_application_let_each_other_through() -> None:
    stages = SamplePlan(digest=DIGEST, hosts=("shop.example.com",), tls=False).stages("image")
    [of_sample] = [item.manifest for stage in stages for item in stage if item.manifest["kind"] == "NetworkPolicy"]
    pod = Pod("10.11.8.30", "sample", LABELS)
    assert passes(policies(), "Egress", CONTROLLER, pod, 8080)
    assert passes([of_sample], "Ingress", pod, CONTROLLER, 8080)
    assert not passes([of_sample], "Ingress", pod, SHOP, 8080)


# -- where the API server is -------------------------------------------------------------------------------------------


def test_the_kubernetes_service_has_the_first_address_of_the_services_network() -> None:
    assert api_cidrs(["10.100.0.0/16"], ["10.11.8.0/21", "10.11.0.0/21", "10.11.8.0/21"]) == (
        "10.100.0.1/32",
        "10.11.8.0/21",
        "10.11.0.0/21",
    )
    assert api_cidrs(["fd00:10::/108"], []) == ("fd00:10::1/128",)


def test_a_new_cluster_has_one_of_the_two_networks_that_eks_chooses_from() -> None:
    written = {
        "accountId": "111111111111",
        "owner": "team-shop",
        "controller": {"image": {"digest": DIGEST}},
        "publication": {"consumers": [{"accountId": "222222222222"}]},
    }
    plan = plan_workload(
        WorkloadSettings.model_validate_json(json.dumps(written)),
        stack="shop",
        region="eu-west-1",
        available_zones=["euw1-az1", "euw1-az2", "euw1-az3"],
    )
    assert plan.controller is not None
    subnets = tuple(subnet.cidr for subnet in plan.network.subnets)
    assert plan.controller.api_cidrs == ("172.20.0.1/32", "10.100.0.1/32", *subnets)


@pytest.mark.parametrize("stack", ["shop", "blog"])
def test_the_samples_enforce_the_policies(stack: str) -> None:
    resources = sample(stack)
    assert [one.inputs["metadata"]["name"] for one in resources if one.type == POLICY] == [
        "nginx-ingress",
        "default-deny",
        "sample",
    ]
    [cni] = [one for one in resources if one.type == "aws:eks/addon:Addon" and one.inputs["addonName"] == "vpc-cni"]
    assert json.loads(cni.inputs["configurationValues"]) == {"enableNetworkPolicy": "true"}
