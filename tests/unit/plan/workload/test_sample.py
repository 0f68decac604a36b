"""The sample application: fenced in like the pods of a team should be, and served like theirs."""

from __future__ import annotations

from typing import Any

import kubernetes_validate
import pytest

from privatelink_ingress.ingresses import check
from privatelink_ingress.ingresses.model import Conventions
from privatelink_ingress.local.kubernetes import pod_security
from privatelink_ingress.plan.workload.controller import objects as controller
from privatelink_ingress.plan.workload.sample import SamplePlan

PLAN = SamplePlan(digest=f"sha256:{'a' * 64}", hosts=("shop.example.com", "www.example.com"), tls=False)
STAGES = PLAN.stages("registry.example.com/shop/sample@sha256:1")
OBJECTS = [item.manifest for stage in STAGES for item in stage]


def only(kind: str, plan: SamplePlan = PLAN) -> dict[str, Any]:
    [found] = [item.manifest for stage in plan.stages("image") for item in stage if item.manifest["kind"] == kind]
    return found


@pytest.mark.parametrize("manifest", OBJECTS, ids=lambda manifest: manifest["kind"])
def test_every_object_fits_the_schema_and_is_in_the_samples_namespace(manifest: dict[str, Any]):
    kubernetes_validate.validate(manifest, "1.36", strict=True)
    assert manifest["metadata"]["name"] == "sample"
    assert manifest["kind"] == "Namespace" or manifest["metadata"]["namespace"] == "sample"


def test_its_namespace_enforces_the_restricted_standard_and_its_pods_keep_it():
    labels = only("Namespace")["metadata"]["labels"]
    assert labels["pod-security.kubernetes.io/enforce"] == "restricted"
    assert pod_security.violations(only("Deployment")["spec"]["template"]["spec"]) == []


def test_its_container_is_read_only_not_root_limited_and_probed():
    pod = only("Deployment")["spec"]["template"]["spec"]
    [container] = pod["containers"]
    assert container["securityContext"]["readOnlyRootFilesystem"] is True
    assert (pod["securityContext"]["runAsNonRoot"], pod["securityContext"]["runAsUser"]) == (True, 101)
    assert (pod["automountServiceAccountToken"], pod["serviceAccountName"]) == (False, "sample")
    assert [mount["mountPath"] for mount in container["volumeMounts"]] == ["/tmp"]
    assert container["resources"] == {
        "requests": {"cpu": "25m", "memory": "32Mi", "ephemeral-storage": "272Mi"},
        "limits": {"memory": "64Mi", "ephemeral-storage": "272Mi"},
    }
    for probe in ("readinessProbe", "livenessProbe"):
        assert container[probe]["httpGet"] == {"path": "/", "port": "http"}


def test_two_pods_are_spread_and_one_at_most_is_missing():
    spec = only("Deployment")["spec"]
    assert spec["replicas"] == 2
    spread = [one["topologyKey"] for one in spec["template"]["spec"]["topologySpreadConstraints"]]
    assert spread == ["topology.kubernetes.io/zone", "kubernetes.io/hostname"]
    budget = only("PodDisruptionBudget")["spec"]
    assert (budget["maxUnavailable"], budget["selector"]) == (1, spec["selector"])


def test_only_the_controllers_pods_may_connect_and_egress_is_denied():
    spec = only("NetworkPolicy")["spec"]
    [rule] = spec["ingress"]
    [sender] = rule["from"]
    assert sender["namespaceSelector"]["matchLabels"] == {"kubernetes.io/metadata.name": controller.NAMESPACE}
    assert sender["podSelector"]["matchLabels"] == controller.SELECTOR
    assert rule["ports"] == [{"protocol": "TCP", "port": 8080}]
    assert (spec["policyTypes"], "egress" in spec) == (["Ingress", "Egress"], False)
    assert spec["podSelector"]["matchLabels"] == only("Deployment")["spec"]["template"]["metadata"]["labels"]


def test_ingress_service_and_pods_lead_to_each_other():
    ingress, service = only("Ingress")["spec"], only("Service")["spec"]
    assert [rule["host"] for rule in ingress["rules"]] == ["shop.example.com", "www.example.com"]
    for rule in ingress["rules"]:
        [path] = rule["http"]["paths"]
        assert path["backend"] == {"service": {"name": "sample", "port": {"number": service["ports"][0]["port"]}}}
    template = only("Deployment")["spec"]["template"]
    assert service["selector"] == template["metadata"]["labels"]
    [port] = template["spec"]["containers"][0]["ports"]
    assert (service["ports"][0]["targetPort"], port["containerPort"]) == (port["name"], 8080)


@pytest.mark.parametrize(("tls", "protocol"), [(False, "http"), (True, "https")])
def test_its_ingress_is_one_that_the_controller_serves(tls: bool, protocol: Any):
    plan = SamplePlan(digest=PLAN.digest, hosts=PLAN.hosts, tls=tls)
    ingress = only("Ingress", plan)
    assert list(check.problems(ingress, Conventions(protocol=protocol))) == []
    assert list(check.advice(ingress)) == []
