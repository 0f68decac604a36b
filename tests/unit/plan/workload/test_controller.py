"""The ingress controller's objects. That they are right was seen on a real API server; here it is kept so."""

from __future__ import annotations

import copy

import kubernetes_validate
import pytest

from privatelink_ingress.plan.workload.controller import ControllerPlan, plan_controller
from privatelink_ingress.plan.workload.controller.pod import RELOAD_TIMEOUT_SECONDS, START_SECONDS, STOP, StopBudget
from privatelink_ingress.settings.workload.controller import Controller, Image

DIGEST = f"sha256:{'ab' * 32}"
IMAGE = f"111111111111.dkr.ecr.eu-west-1.amazonaws.com/shop/nginx-ingress@{DIGEST}"
SUBNETS = ("10.11.0.0/21", "10.11.8.0/21", "10.11.16.0/21")
API = ("172.20.0.1/32", *SUBNETS)
LABELS = {"app.kubernetes.io/name": "nginx-ingress"}


def plan(overrides: dict[str, str] | None = None, health_path: str = "/nginx-health") -> ControllerPlan:
    settings = Controller(image=Image(digest=DIGEST))
    return plan_controller(
        settings=settings, trusted_cidrs=SUBNETS, api_cidrs=API, health_path=health_path, overrides=overrides
    )


def manifests(planned: ControllerPlan | None = None) -> list[dict]:
    return [item.manifest for stage in (planned or plan()).stages(IMAGE) for item in stage]


def manifest(kind: str, planned: ControllerPlan | None = None) -> dict:
    [found] = [one for one in manifests(planned) if one["kind"] == kind and one["metadata"]["name"] != "default-deny"]
    return found


def pod(planned: ControllerPlan | None = None) -> dict:
    return manifest("Deployment", planned)["spec"]["template"]["spec"]


def container() -> dict:
    [found] = pod()["containers"]
    return found


@pytest.mark.parametrize("version", ["1.35", "1.36", "1.37"])
def test_every_object_fits_the_schema_of_every_version_that_a_stack_may_choose(version):
    assert len(manifests()) == 14
    for one in manifests():
        kubernetes_validate.validate(one, version, strict=True)


def test_the_schema_would_refuse_a_mistyped_field():
    wrong = copy.deepcopy(manifest("Deployment"))
    wrong["spec"]["template"]["spec"]["topologySpreadConstraints"][0]["matchLabelKey"] = ["pod-template-hash"]
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(wrong, "1.36", strict=True)


def test_objects_come_in_four_stages_and_the_pods_after_all_they_need():
    assert [[item.manifest["kind"] for item in stage] for stage in plan().stages(IMAGE)] == [
        ["Namespace"],
        [
            "ServiceAccount",
            "ClusterRole",
            "ClusterRoleBinding",
            "Role",
            "RoleBinding",
            "ConfigMap",
            "IngressClass",
            "NetworkPolicy",
        ],
        ["NetworkPolicy", "Deployment"],
        ["Service", "PodDisruptionBudget", "HorizontalPodAutoscaler"],
    ]


def test_keys_of_objects_are_unique_and_only_the_configurations_key_follows_its_content():
    one, other = ([item.key for stage in p.stages(IMAGE) for item in stage] for p in (plan(), plan({"keepalive": "8"})))
    assert len(set(one)) == len(one)
    changed = [(a, b) for a, b in zip(one, other, strict=True) if a != b]
    assert changed == [(f"config-{plan().config_hash}", f"config-{plan({'keepalive': '8'}).config_hash}")]


def test_every_object_has_an_explicit_name_and_namespaced_ones_live_in_the_controllers_namespace():
    cluster_wide = {"Namespace", "ClusterRole", "ClusterRoleBinding", "IngressClass"}
    for one in manifests():
        assert one["metadata"]["name"]
        assert one["metadata"].get("namespace") == (None if one["kind"] in cluster_wide else "nginx-ingress")
        assert one["metadata"]["labels"]["app.kubernetes.io/managed-by"] == "privatelink-ingress"


# -- rights ------------------------------------------------------------------------------------------------------------


def test_the_cluster_role_has_exactly_these_rules():
    assert manifest("ClusterRole")["rules"] == [
        {"apiGroups": [""], "resources": ["pods", "services"], "verbs": ["list", "watch"]},
        {"apiGroups": [""], "resources": ["events"], "verbs": ["create", "patch"]},
        {"apiGroups": ["discovery.k8s.io"], "resources": ["endpointslices"], "verbs": ["list", "watch"]},
        {"apiGroups": ["networking.k8s.io"], "resources": ["ingresses"], "verbs": ["list", "watch"]},
        {
            "apiGroups": ["networking.k8s.io"],
            "resources": ["ingressclasses"],
            "resourceNames": ["nginx"],
            "verbs": ["get"],
        },
    ]


def test_the_role_in_its_own_namespace_has_exactly_these_rules():
    assert manifest("Role")["rules"] == [
        {"apiGroups": [""], "resources": ["configmaps"], "verbs": ["get", "list", "watch"]},
        {"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]},
    ]


def test_features_without_a_right_are_switched_off():
    args = container()["args"]
    assert "-watch-secret-namespace=nginx-ingress" in args, "else it lists Secrets and never becomes ready"
    assert "-enable-leader-election=false" in args, "else it asks for leases"
    assert "-enable-telemetry-reporting=false" in args, "else it asks for nodes and calls the internet"
    assert "-enable-custom-resources=false" in args, "else it asks for its own resource types"
    assert not any("report-ingress-status" in arg or "tls-secret" in arg for arg in args)


@pytest.mark.parametrize("kind", ["ClusterRole", "Role"])
def test_both_roles_are_bound_to_the_controllers_account_alone(kind):
    binding = manifest(f"{kind}Binding")
    assert binding["roleRef"] == {"apiGroup": "rbac.authorization.k8s.io", "kind": kind, "name": "nginx-ingress"}
    assert binding["subjects"] == [{"kind": "ServiceAccount", "name": "nginx-ingress", "namespace": "nginx-ingress"}]
    assert pod()["serviceAccountName"] == manifest("ServiceAccount")["metadata"]["name"] == "nginx-ingress"


def test_only_the_controllers_pod_gets_the_token():
    assert manifest("ServiceAccount")["automountServiceAccountToken"] is False
    assert pod()["automountServiceAccountToken"] is True


# -- the pod -----------------------------------------------------------------------------------------------------------


def test_the_arguments_are_exactly_these():
    assert container()["args"] == [
        f"-nginx-configmaps=nginx-ingress/{plan().config_name}",
        "-ingress-class=nginx",
        "-enable-custom-resources=false",
        "-enable-config-safety",
        "-allow-empty-ingress-host",
        "-health-status",
        "-health-status-uri=/nginx-health",
        "-watch-secret-namespace=nginx-ingress",
        "-enable-leader-election=false",
        "-enable-telemetry-reporting=false",
        "-nginx-status=false",
        "-log-format=json",
    ]


def test_one_bad_ingress_does_not_stop_the_others():
    assert "-enable-config-safety" in container()["args"]


def test_the_health_path_is_the_contracts():
    [controller] = pod(plan(health_path="/up"))["containers"]
    assert "-health-status-uri=/up" in controller["args"]


def test_both_containers_run_the_registered_image():
    assert [one["image"] for one in (*pod()["initContainers"], *pod()["containers"])] == [IMAGE, IMAGE]


def test_nothing_of_a_dead_container_is_served_or_in_the_way_after_a_restart():
    assert container()["command"] == [
        "/bin/sh",
        "-c",
        'rm -f /etc/nginx/conf.d/* /var/lib/nginx/*.sock; exec /nginx-ingress "$@"',
        "--",
    ]


def test_ports_below_1024_can_be_bound_in_spite_of_the_shell():
    assert pod()["securityContext"]["sysctls"] == [{"name": "net.ipv4.ip_unprivileged_port_start", "value": "0"}]
    assert container()["securityContext"]["capabilities"] == {"drop": ["ALL"], "add": ["NET_BIND_SERVICE"]}


def test_the_pod_passes_the_restricted_standard_of_its_namespace():
    labels = manifest("Namespace")["metadata"]["labels"]
    assert [labels[f"pod-security.kubernetes.io/{mode}"] for mode in ("enforce", "warn", "audit")] == ["restricted"] * 3
    assert pod()["securityContext"]["runAsNonRoot"] is True
    assert pod()["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    for one in (*pod()["initContainers"], *pod()["containers"]):
        assert one["securityContext"]["allowPrivilegeEscalation"] is False
        assert one["securityContext"]["readOnlyRootFilesystem"] is True
        assert one["securityContext"]["capabilities"]["drop"] == ["ALL"]


def test_only_the_three_directories_that_nginx_needs_are_writable():
    assert container()["volumeMounts"] == [
        {"name": "etc", "mountPath": "/etc/nginx"},
        {"name": "lib", "mountPath": "/var/lib/nginx"},
        {"name": "cache", "mountPath": "/var/cache/nginx"},
    ]
    assert [one["name"] for one in pod()["volumes"]] == ["etc", "lib", "cache"]
    [init] = pod()["initContainers"]
    assert init["command"] == ["cp", "-dR", "/etc/nginx/.", "/mnt/etc"]
    assert init["volumeMounts"] == [{"name": "etc", "mountPath": "/mnt/etc"}]


def test_the_controller_learns_its_pod_and_namespace():
    assert {one["name"]: one["valueFrom"]["fieldRef"]["fieldPath"] for one in container()["env"]} == {
        "POD_NAMESPACE": "metadata.namespace",
        "POD_NAME": "metadata.name",
    }


def test_a_slow_start_is_waited_for_longer_than_the_controller_waits_for_nginx():
    probe = container()["startupProbe"]
    assert probe["httpGet"] == {"path": "/nginx-ready", "port": 8081}
    assert probe["periodSeconds"] * probe["failureThreshold"] == START_SECONDS == 120
    assert START_SECONDS > RELOAD_TIMEOUT_SECONDS == 60


def test_readiness_is_the_controllers_word_and_liveness_needs_no_free_worker():
    assert container()["readinessProbe"]["httpGet"] == {"path": "/nginx-ready", "port": 8081}
    assert container()["livenessProbe"]["tcpSocket"] == {"port": 80}


def test_a_stop_leaves_time_to_be_forgotten_and_to_drain_before_the_kill():
    assert container()["lifecycle"] == {"preStop": {"sleep": {"seconds": 15}}}
    assert manifest("ConfigMap")["data"]["worker-shutdown-timeout"] == "30s"
    assert pod()["terminationGracePeriodSeconds"] == 60
    assert STOP.sleep + STOP.drain < STOP.grace


def test_a_stop_budget_that_does_not_fit_is_refused():
    with pytest.raises(ValueError, match=r"sleep 20 s and drain 40 s use up the grace period of 60 s: raise grace"):
        StopBudget(sleep=20, drain=40, grace=60)


def test_pods_request_the_measured_resources_and_have_no_cpu_limit():
    assert container()["resources"] == {
        "requests": {"cpu": "250m", "memory": "256Mi", "ephemeral-storage": "2432Mi"},
        "limits": {"memory": "512Mi", "ephemeral-storage": "2432Mi"},
    }


def test_pods_of_one_release_spread_over_zones_strictly_and_over_nodes_if_they_can():
    same = {"maxSkew": 1, "labelSelector": {"matchLabels": LABELS}, "matchLabelKeys": ["pod-template-hash"]}
    assert pod()["topologySpreadConstraints"] == [
        {**same, "topologyKey": "topology.kubernetes.io/zone", "whenUnsatisfiable": "DoNotSchedule"},
        {**same, "topologyKey": "kubernetes.io/hostname", "whenUnsatisfiable": "ScheduleAnyway"},
    ]


# -- around the pod ----------------------------------------------------------------------------------------------------


def test_a_rollout_never_has_fewer_pods_than_before_and_the_autoscaler_owns_their_number():
    spec = manifest("Deployment")["spec"]
    assert spec["strategy"]["rollingUpdate"] == {"maxSurge": 1, "maxUnavailable": 0}
    assert spec["minReadySeconds"] == 10
    assert "replicas" not in spec


def test_the_autoscaler_has_the_limits_of_the_stack_file():
    settings = Controller.model_validate({"image": {"digest": DIGEST}, "minReplicas": 6, "maxReplicas": 20})
    planned = plan_controller(settings=settings, trusted_cidrs=SUBNETS, api_cidrs=API, health_path="/nginx-health")
    spec = manifest("HorizontalPodAutoscaler", planned)["spec"]
    assert (spec["minReplicas"], spec["maxReplicas"]) == (6, 20)


def test_the_autoscaler_keeps_three_to_ten_pods_at_seventy_per_cent():
    assert manifest("HorizontalPodAutoscaler")["spec"] == {
        "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "nginx-ingress"},
        "minReplicas": 3,
        "maxReplicas": 10,
        "metrics": [
            {
                "type": "Resource",
                "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 70}},
            }
        ],
    }


def test_one_pod_at_a_time_may_be_evicted_and_an_unhealthy_one_always():
    assert manifest("PodDisruptionBudget")["spec"] == {
        "maxUnavailable": 1,
        "selector": {"matchLabels": LABELS},
        "unhealthyPodEvictionPolicy": "AlwaysAllow",
    }


def test_any_node_leads_to_any_pod_by_the_planned_port():
    spec = manifest("Service")["spec"]
    assert (spec["type"], spec["externalTrafficPolicy"], spec["selector"]) == ("NodePort", "Cluster", LABELS)
    assert [(port["port"], port["targetPort"], port["nodePort"]) for port in spec["ports"]] == [
        (80, 80, 30080),
        (443, 443, 30043),
    ]
    assert plan().node_port == 30080


def test_the_class_names_this_controller():
    one = manifest("IngressClass")
    assert one["metadata"]["name"] == "nginx"
    assert one["spec"] == {"controller": "nginx.org/ingress-controller"}


def test_the_selector_finds_the_pods():
    deployment = manifest("Deployment")["spec"]
    assert deployment["selector"]["matchLabels"] == deployment["template"]["metadata"]["labels"] == LABELS


# -- a change of the configuration -------------------------------------------------------------------------------------


def test_a_changed_value_gives_the_configuration_a_new_name_and_rolls_the_pods():
    before, after = plan(), plan({"client-max-body-size": "20m"})
    assert before.config_name != after.config_name
    for planned in (before, after):
        assert manifest("ConfigMap", planned)["metadata"]["name"] == planned.config_name
        [controller] = pod(planned)["containers"]
        assert controller["args"][0] == f"-nginx-configmaps=nginx-ingress/{planned.config_name}"


def test_an_unchanged_configuration_keeps_its_name():
    assert plan().config_name == plan().config_name == plan({"client-max-body-size": "8m"}).config_name


def test_the_configuration_under_a_name_cannot_be_edited():
    assert manifest("ConfigMap")["immutable"] is True


def test_a_stack_without_the_controller_has_no_plan():
    with pytest.raises(ValueError, match="only for a stack that installs it"):
        plan_controller(
            settings=Controller(install=False), trusted_cidrs=SUBNETS, api_cidrs=API, health_path="/nginx-health"
        )
