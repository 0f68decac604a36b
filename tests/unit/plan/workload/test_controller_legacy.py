"""The retired controller: for those whose Ingresses are written for it, with a warning, and without anything new."""

from __future__ import annotations

import datetime
import ipaddress
import json
import re
from typing import Any

import kubernetes_validate
import pytest

from privatelink_ingress.local.kubernetes import KubernetesError, KubernetesStore, pod_security
from privatelink_ingress.plan.workload.controller import ControllerPlan, plan_controller, retired
from privatelink_ingress.plan.workload.protocols import HTTP, HTTPS, Protocol
from privatelink_ingress.plan.workload.warnings import warnings
from privatelink_ingress.problems import UserError
from privatelink_ingress.settings.load import load
from privatelink_ingress.settings.workload import WorkloadSettings
from privatelink_ingress.settings.workload.controller import Controller

IMAGE = {"digest": f"sha256:{'ab' * 32}"}
SUBNETS = ("10.11.0.0/21", "10.11.8.0/21")
FLAVOUR = {"flavour": "ingress-nginx-legacy", "image": IMAGE}
SERVER = "https://SHOP.gr7.eu-west-1.eks.amazonaws.com"


def controller(values: dict[str, Any]) -> Controller:
    return Controller.model_validate_json(json.dumps(values))


def planned(values: dict[str, Any] | None = None, protocol: Protocol = HTTP, health_path: str = "/nginx-health"):
    settings = controller(FLAVOUR | (values or {}))
    return plan_controller(
        settings=settings,
        trusted_cidrs=SUBNETS,
        health_path=health_path,
        protocol=protocol,
        overrides=settings.config,
    )


def manifests(plan: ControllerPlan) -> list[dict[str, Any]]:
    return [item.manifest for stage in plan.stages("image") for item in stage]


def manifest(kind: str, plan: ControllerPlan | None = None) -> dict[str, Any]:
    [found] = [one for one in manifests(plan or planned()) if one["kind"] == kind]
    return found


def pod(plan: ControllerPlan | None = None) -> dict[str, Any]:
    return manifest("Deployment", plan)["spec"]["template"]["spec"]


def container(plan: ControllerPlan | None = None) -> dict[str, Any]:
    [found] = pod(plan)["containers"]
    return found


def test_the_arguments_are_exactly_these() -> None:
    assert container()["args"] == [
        "/nginx-ingress-controller",
        "--controller-class=k8s.io/ingress-nginx",
        "--ingress-class=nginx",
        f"--configmap=nginx-ingress/{planned().config_name}",
        "--health-check-path=/nginx-health",
        "--shutdown-grace-period=15",
        "--update-status=false",
        "--disable-leader-election=true",
    ]
    assert "command" not in container(), "the image's own entry point reaps processes"


def test_its_class_is_another_and_a_change_of_flavour_replaces_the_class_object() -> None:
    assert manifest("IngressClass")["spec"] == {"controller": "k8s.io/ingress-nginx"}
    assert manifest("IngressClass")["metadata"]["name"] == "nginx"
    [fixed] = [item.fixed for stage in planned().stages("image") for item in stage if item.key == "ingress-class"]
    assert fixed == ("spec.controller",)


def test_the_load_balancers_health_path_is_the_controllers_and_its_probes_own() -> None:
    plan = planned(health_path="/up")
    assert "--health-check-path=/up" in container(plan)["args"]
    for probe in ("startupProbe", "readinessProbe"):
        assert container(plan)[probe]["httpGet"] == {"path": "/up", "port": 10254}


def test_the_configuration_is_exactly_this() -> None:
    data = dict(manifest("ConfigMap")["data"])
    assert json.loads(re.sub(r"\$\w+", "0", data.pop("log-format-upstream")))["trace_id"] == "0"
    assert data == {
        "allow-snippet-annotations": "false",
        "enable-real-ip": "true",
        "keep-alive": "75",
        "log-format-escape-json": "true",
        "proxy-body-size": "8m",
        "proxy-real-ip-cidr": "10.11.0.0/21,10.11.8.0/21",
        "server-tokens": "false",
        "use-forwarded-headers": "true",
        "worker-processes": "4",
        "worker-shutdown-timeout": "240s",
    }
    assert planned().keepalive_seconds == 75


def test_it_believes_no_sender_but_the_private_subnets() -> None:
    believed = manifest("ConfigMap")["data"]["proxy-real-ip-cidr"].split(",")
    assert [str(ipaddress.ip_network(one)) for one in believed] == list(SUBNETS)


def test_a_stop_leaves_time_to_be_forgotten_to_drain_and_to_end_before_the_kill() -> None:
    assert container()["lifecycle"] == {"preStop": {"exec": {"command": ["/wait-shutdown"]}}}
    assert pod()["terminationGracePeriodSeconds"] == 300
    drain = int(manifest("ConfigMap")["data"]["worker-shutdown-timeout"].removesuffix("s"))
    after = 10  # the default of --post-shutdown-grace-period
    assert 15 + drain + after < 300


def test_its_user_is_its_images_and_its_root_can_be_written_to() -> None:
    assert pod()["securityContext"]["runAsUser"] == 101
    assert pod()["securityContext"]["runAsGroup"] == 82
    assert container()["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": False,
        "capabilities": {"drop": ["ALL"], "add": ["NET_BIND_SERVICE"]},
    }
    assert "volumes" not in pod()


def test_the_pod_passes_the_restricted_standard_of_its_namespace() -> None:
    assert pod_security.violations(pod()) == []
    assert manifest("Namespace")["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"


def test_every_supported_version_takes_it_whole_and_a_broken_pod_is_refused_there() -> None:
    for version in ("1.34", "1.35", "1.36", "1.37"):
        store = KubernetesStore({SERVER: version}.get)
        for one in manifests(planned()):
            kubernetes_validate.validate(one, version, strict=True)
            store.create(SERVER, one)
    broken = manifest("Deployment")
    broken["metadata"]["name"] = "broken"
    broken["spec"]["template"]["spec"]["securityContext"]["runAsNonRoot"] = False
    with pytest.raises(KubernetesError, match=r'violates PodSecurity "restricted:latest": runAsNonRoot != true'):
        store.create(SERVER, broken)


def test_its_rules_are_those_of_the_release_without_leader_status_and_webhook() -> None:
    read = ["get", "list", "watch"]
    assert manifest("ClusterRole")["rules"] == [
        {
            "apiGroups": [""],
            "resources": ["configmaps", "endpoints", "nodes", "pods", "secrets", "namespaces"],
            "verbs": ["list", "watch"],
        },
        {"apiGroups": [""], "resources": ["services"], "verbs": read},
        {"apiGroups": [""], "resources": ["events"], "verbs": ["create", "patch"]},
        {"apiGroups": ["networking.k8s.io"], "resources": ["ingresses", "ingressclasses"], "verbs": read},
        {"apiGroups": ["discovery.k8s.io"], "resources": ["endpointslices"], "verbs": read},
    ]
    assert manifest("Role")["rules"] == [
        {"apiGroups": [""], "resources": ["namespaces"], "verbs": ["get"]},
        {"apiGroups": [""], "resources": ["configmaps", "pods", "secrets", "endpoints"], "verbs": read},
    ]
    assert not any("webhook" in json.dumps(one).lower() for one in manifests(planned()))


def test_the_network_policy_opens_its_health_port_in_place_of_the_others() -> None:
    [rule] = manifest("NetworkPolicy")["spec"]["ingress"]
    assert [port["port"] for port in rule["ports"]] == [80, 10254]


def test_node_ports_and_everything_around_the_pods_are_the_same_in_both_flavours() -> None:
    other = plan_controller(settings=controller({"image": IMAGE}), trusted_cidrs=SUBNETS, health_path="/nginx-health")
    for kind in ("Namespace", "ServiceAccount", "Service", "PodDisruptionBudget", "HorizontalPodAutoscaler"):
        assert manifest(kind) == manifest(kind, other)


def test_its_image_comes_from_its_own_registry_unless_the_file_says_otherwise() -> None:
    def source(image: dict[str, Any], **values: Any) -> str:
        made = controller({"image": image, **values}).image
        assert made is not None
        return made.source

    assert source(IMAGE, flavour="ingress-nginx-legacy") == "registry.k8s.io/ingress-nginx/controller"
    mirror = IMAGE | {"source": "mirror.example.com/ingress-nginx/controller", "platforms": ["linux/amd64"]}
    assert source(mirror, flavour="ingress-nginx-legacy") == "mirror.example.com/ingress-nginx/controller"
    assert source(IMAGE) == "public.ecr.aws/nginx/nginx-ingress"


# -- what it is told -----------------------------------------------------------------------------------------------


WARNING = (
    "controller.flavour: is ingress-nginx-legacy, which was retired on 2026-03-24: flaws found in it or its nginx "
    "since then stay open, and it was tested with no Kubernetes above 1.35\n"
    "    Rewrite the Ingresses for nginx-oss: see docs/controller.md."
)


def test_it_warns_and_the_other_flavour_does_not() -> None:
    assert [str(one) for one in retired(controller(FLAVOUR))] == [WARNING]
    assert list(retired(controller({"image": IMAGE}))) == []
    assert list(retired(controller({"flavour": "ingress-nginx-legacy", "install": False}))) == []


def test_the_warning_is_among_those_of_the_stack_file() -> None:
    consumers = '{"consumers": [{"accountId": "222222222222"}]}'
    file = {"accountId": "111111111111", "owner": "team-shop", "publication": consumers}
    settings = load(WorkloadSettings, file | {"controller": json.dumps(FLAVOUR)}, project="eks-service", stack="shop")
    assert WARNING in [str(one) for one in warnings(settings, today=datetime.date(2026, 11, 23))]


@pytest.mark.parametrize(
    ("values", "protocol", "keys"),
    [
        ({"watch": {"namespaces": ["shop"]}}, HTTP, ["controller.watch"]),
        ({"ingressTls": True}, HTTP, ["controller.ingressTls"]),
        ({"tlsSecret": "edge-tls"}, HTTPS, ["controller.tlsSecret", "publication.protocol"]),
    ],
)
def test_what_it_is_not_set_up_for_is_refused(values: dict[str, Any], protocol: Protocol, keys: list[str]) -> None:
    with pytest.raises(UserError) as caught:
        planned(values, protocol)
    assert [str(one) for one in caught.value.problems] == [
        f"{key}: is set, which takes flavour nginx-oss and not ingress-nginx-legacy\n"
        "    Remove it, or change controller.flavour."
        for key in keys
    ]


def test_values_of_its_configuration_are_refused_because_nothing_checks_them() -> None:
    with pytest.raises(UserError) as caught:
        planned({"config": {"proxy-body-size": "20m"}})
    assert [str(one) for one in caught.value.problems] == [
        "controller.config.proxy-body-size: is for flavour nginx-oss: values of the retired controller are not checked "
        "here, so none is passed on\n    Remove the key."
    ]


@pytest.mark.parametrize("path", ["/", "/nginx_status", "/configuration"])
def test_a_health_path_that_its_default_server_has_already_is_refused(path: str) -> None:
    with pytest.raises(UserError) as caught:
        planned(health_path=path)
    assert [str(one) for one in caught.value.problems] == [
        f"publication.healthPath: is {path}, which ingress-nginx-legacy has a use of its own for, so that its nginx "
        "would not start\n    Write another path, such as /nginx-health."
    ]
