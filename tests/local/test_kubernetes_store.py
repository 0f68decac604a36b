"""The Kubernetes API of an emulated cluster: what the API server takes, fills in and refuses."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from privatelink_ingress.local.kubernetes import KubernetesError, KubernetesStore
from privatelink_ingress.local.kubernetes.store import OWN_NAMESPACES
from privatelink_ingress.plan.workload.controller import plan_controller
from privatelink_ingress.settings.workload.controller import Controller, Image

SERVER = "https://SHOP.gr7.eu-west-1.eks.amazonaws.com"
BLOG = "https://BLOG.gr7.eu-west-1.eks.amazonaws.com"


@pytest.fixture
def store() -> KubernetesStore:
    return KubernetesStore({SERVER: "1.36", BLOG: "1.36"}.get)


def namespace(name: str = "nginx-ingress", enforce: str = "") -> dict[str, Any]:
    labels = {"pod-security.kubernetes.io/enforce": enforce} if enforce else {}
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}


def service(name: str, *node_ports: int | None) -> dict[str, Any]:
    ports = [
        {"name": f"p{i}", "port": 80 + i} | ({"nodePort": port} if port else {}) for i, port in enumerate(node_ports)
    ]
    spec = {"type": "NodePort", "selector": {"app": name}, "ports": ports}
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name}, "spec": spec}


def deployment(**container: Any) -> dict[str, Any]:
    """A Deployment that passes `restricted`, with changes to its container."""
    security = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"], "add": ["NET_BIND_SERVICE"]}}
    pod = {
        "securityContext": {"runAsNonRoot": True, "runAsUser": 101, "seccompProfile": {"type": "RuntimeDefault"}},
        "containers": [{"name": "nginx", "image": "nginx", "securityContext": security} | container],
        "volumes": [{"name": "cache", "emptyDir": {}}],
    }
    template = {"metadata": {"labels": {"app": "nginx"}}, "spec": pod}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "nginx", "namespace": "nginx-ingress"},
        "spec": {"selector": {"matchLabels": {"app": "nginx"}}, "template": template},
    }


def refused(reason: str, store: KubernetesStore, obj: dict[str, Any], server: str = SERVER) -> str:
    """The message of a refusal for `reason`; nothing may have been kept."""
    before = store.list(server) if server in (SERVER, BLOG) else []
    with pytest.raises(KubernetesError) as caught:
        store.create(server, obj)
    assert caught.value.reason == reason
    if server in (SERVER, BLOG):
        assert store.list(server) == before
    return caught.value.message


def test_an_object_is_kept_in_its_cluster_and_no_other(store: KubernetesStore) -> None:
    made = store.create(SERVER, namespace())
    assert store.get(SERVER, "v1", "Namespace", "nginx-ingress") == made
    assert made["metadata"]["labels"]["kubernetes.io/metadata.name"] == "nginx-ingress"
    with pytest.raises(KubernetesError, match='namespaces "nginx-ingress" not found'):
        store.get(BLOG, "v1", "Namespace", "nginx-ingress")


def test_what_is_handed_out_is_a_copy(store: KubernetesStore) -> None:
    store.create(SERVER, namespace())["metadata"]["labels"].clear()
    store.list(SERVER)[-1]["metadata"]["labels"].clear()
    assert store.get(SERVER, "v1", "Namespace", "nginx-ingress")["metadata"]["labels"] != {}


def test_an_unknown_cluster_is_unreachable(store: KubernetesStore) -> None:
    message = refused("ServiceUnavailable", store, namespace(), "https://nowhere.example.com")
    assert message == "configured Kubernetes cluster is unreachable: none at https://nowhere.example.com"


def test_an_unknown_field_is_refused_with_its_path(store: KubernetesStore) -> None:
    store.create(SERVER, namespace())
    message = refused("Invalid", store, deployment(imagee="nginx"))
    assert message.startswith('Deployment "nginx" is invalid: spec.template.spec.containers[0]: ')
    assert "'imagee' was unexpected" in message


def test_a_wrong_type_is_refused_with_its_path(store: KubernetesStore) -> None:
    message = refused("Invalid", store, service("web", 30080) | {"spec": {"ports": [{"port": "80"}]}})
    assert "spec.ports[0].port: '80' is not of type 'integer'" in message


def test_an_unknown_kind_or_version_is_refused(store: KubernetesStore) -> None:
    virtual_server = {"apiVersion": "k8s.nginx.org/v1", "kind": "VirtualServer", "metadata": {"name": "shop"}}
    assert 'no matches for kind "VirtualServer"' in refused("NotFound", store, virtual_server)
    old = {"apiVersion": "extensions/v1beta1", "kind": "Ingress", "metadata": {"name": "shop"}, "spec": {}}
    assert 'in version "extensions/v1beta1"' in refused("NotFound", store, old)


def test_a_duplicate_is_refused(store: KubernetesStore) -> None:
    store.create(SERVER, service("web", 30080))
    assert refused("AlreadyExists", store, service("web", 30081)) == 'services "web" already exists'


def test_a_missing_namespace_is_refused(store: KubernetesStore) -> None:
    assert refused("NotFound", store, deployment()) == 'namespaces "nginx-ingress" not found'


def test_a_name_that_dns_does_not_take_is_refused(store: KubernetesStore) -> None:
    assert "metadata.name" in refused("Invalid", store, namespace("Nginx_Ingress"))
    assert "metadata.name: Required value" in refused("Invalid", store, service(""))


def test_a_node_port_has_one_owner(store: KubernetesStore) -> None:
    store.create(SERVER, service("first", 30080))
    message = refused("Invalid", store, service("second", 30043, 30080))
    where = "spec.ports[1].nodePort: Invalid value: 30080: provided port is already allocated"
    assert message == f'Service "second" is invalid: {where}'
    store.create(BLOG, service("second", 30080))


@pytest.mark.parametrize("port", [29999, 32768])
def test_a_node_port_outside_the_range_is_refused(store: KubernetesStore, port: int) -> None:
    message = refused("Invalid", store, service("web", port))
    assert message.endswith("provided port is not in the valid range. The range of valid ports is 30000-32767")


def test_a_node_port_that_nobody_chose_lies_above_the_static_band(store: KubernetesStore) -> None:
    made = store.create(SERVER, service("web", None, None))
    assert [port["nodePort"] for port in made["spec"]["ports"]] == [30086, 30087]


def test_a_deployment_without_replicas_has_one(store: KubernetesStore) -> None:
    store.create(SERVER, namespace())
    assert store.create(SERVER, deployment())["spec"]["replicas"] == 1


def test_a_selector_must_match_its_own_pods(store: KubernetesStore) -> None:
    store.create(SERVER, namespace())
    wrong = deployment()
    wrong["spec"]["selector"]["matchLabels"] = {"app": "other"}
    assert "`selector` does not match template `labels`" in refused("Invalid", store, wrong)


def test_a_restricted_namespace_takes_a_restricted_deployment(store: KubernetesStore) -> None:
    store.create(SERVER, namespace(enforce="restricted"))
    store.create(SERVER, deployment())
    assert [obj["metadata"]["name"] for obj in store.list(SERVER, "Deployment")] == ["nginx"]


@pytest.mark.parametrize(
    ("change", "violation"),
    [
        ({"securityContext": {"capabilities": {"drop": ["ALL"]}}}, "allowPrivilegeEscalation != false"),
        ({"securityContext": {"allowPrivilegeEscalation": False}}, 'capabilities.drop=["ALL"]'),
        (
            {
                "securityContext": {
                    "allowPrivilegeEscalation": False,
                    "capabilities": {"drop": ["ALL"], "add": ["SYS_ADMIN"]},
                }
            },
            'must not include "SYS_ADMIN"',
        ),
        ({"ports": [{"containerPort": 80, "hostPort": 80}]}, "hostPort"),
    ],
)
def test_a_restricted_namespace_refuses_a_container(
    store: KubernetesStore, change: dict[str, Any], violation: str
) -> None:
    store.create(SERVER, namespace(enforce="restricted"))
    message = refused("Forbidden", store, deployment(**change))
    assert 'violates PodSecurity "restricted:latest"' in message
    assert violation in message


@pytest.mark.parametrize(
    ("change", "violation"),
    [
        ({"securityContext": {"seccompProfile": {"type": "RuntimeDefault"}}}, "runAsNonRoot != true"),
        ({"securityContext": {"runAsNonRoot": True}}, "seccompProfile"),
        ({"hostNetwork": True}, "hostNetwork=true"),
        ({"volumes": [{"name": "host", "hostPath": {"path": "/"}}]}, 'volume type "hostPath"'),
    ],
)
def test_a_restricted_namespace_refuses_a_pod(store: KubernetesStore, change: dict[str, Any], violation: str) -> None:
    store.create(SERVER, namespace(enforce="restricted"))
    obj = deployment()
    obj["spec"]["template"]["spec"] |= change
    assert violation in refused("Forbidden", store, obj)


def test_an_init_container_is_looked_at_too(store: KubernetesStore) -> None:
    store.create(SERVER, namespace(enforce="restricted"))
    obj = deployment()
    obj["spec"]["template"]["spec"]["initContainers"] = [{"name": "copy", "image": "nginx"}]
    assert 'container "copy"' in refused("Forbidden", store, obj)


def test_another_namespace_does_not_mind(store: KubernetesStore) -> None:
    store.create(SERVER, namespace())
    store.create(SERVER, deployment(securityContext={"privileged": True}))


def test_deletion_frees_name_and_node_port(store: KubernetesStore) -> None:
    store.create(SERVER, service("web", 30080))
    store.delete(SERVER, "v1", "Service", "web")
    with pytest.raises(KubernetesError, match='services "web" not found'):
        store.delete(SERVER, "v1", "Service", "web")
    store.create(SERVER, service("web", 30080))


def test_a_namespace_takes_its_objects_with_it(store: KubernetesStore) -> None:
    before = copy.deepcopy(store.list(SERVER))
    store.create(SERVER, namespace())
    store.create(SERVER, deployment())
    store.delete(SERVER, "v1", "Namespace", "nginx-ingress")
    assert store.list(SERVER) == before


def test_the_same_name_in_two_namespaces_is_two_objects(store: KubernetesStore) -> None:
    store.create(SERVER, namespace())
    account = {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": {"name": "nginx", "namespace": "nginx-ingress"},
    }
    store.create(SERVER, account)
    store.create(SERVER, {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "nginx"}})
    assert [obj["metadata"]["namespace"] for obj in store.list(SERVER, "ServiceAccount")] == [
        "nginx-ingress",
        "default",
    ]
    assert len(store.list(SERVER, "ServiceAccount", "nginx-ingress")) == 1


def secret(**body: Any) -> dict[str, Any]:
    metadata = {"name": "edge-tls", "namespace": "nginx-ingress"}
    return {"apiVersion": "v1", "kind": "Secret", "type": "kubernetes.io/tls", "metadata": metadata, **body}


def test_a_certificate_needs_both_its_parts(store: KubernetesStore) -> None:
    store.create(SERVER, namespace())
    message = refused("Invalid", store, secret(data={"tls.crt": "Y2VydA=="}))
    assert message == 'Secret "edge-tls" is invalid: data[tls.key]: Required value'
    store.create(SERVER, secret(data={"tls.crt": "Y2VydA==", "tls.key": "a2V5"}))


def test_a_secrets_data_is_base64_and_its_text_becomes_data(store: KubernetesStore) -> None:
    store.create(SERVER, namespace())
    message = refused("Invalid", store, secret(data={"tls.crt": "no!", "tls.key": "a2V5"}))
    assert message.endswith("data[tls.crt]: Invalid value: illegal base64 data")
    made = store.create(SERVER, secret(data={"tls.key": "a2V5"}, stringData={"tls.crt": "cert"}))
    assert made["data"] == {"tls.crt": "Y2VydA==", "tls.key": "a2V5"}
    assert "stringData" not in made


def role(*rules: dict[str, Any], kind: str = "Role") -> dict[str, Any]:
    metadata = {"name": "nginx-ingress"} | ({"namespace": "shop"} if kind == "Role" else {})
    return {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": kind, "metadata": metadata, "rules": list(rules)}


def test_a_role_in_a_namespace_that_is_not_there_is_refused(store: KubernetesStore) -> None:
    rule = {"apiGroups": [""], "resources": ["pods"], "verbs": ["list"]}
    assert refused("NotFound", store, role(rule)) == 'namespaces "shop" not found'
    store.create(SERVER, namespace("shop"))
    store.create(SERVER, role(rule))


@pytest.mark.parametrize(
    ("rule", "problem"),
    [
        ({"apiGroups": [""], "resources": ["pods"], "verbs": []}, "rules[0].verbs: Required value"),
        ({"apiGroups": [], "resources": ["pods"], "verbs": ["list"]}, "rules[0].apiGroups: Required value"),
        ({"apiGroups": [""], "verbs": ["list"]}, "rules[0].resources: Required value"),
        ({"nonResourceURLs": ["/metrics"], "verbs": ["get"]}, "rules[0].nonResourceURLs: Invalid value"),
    ],
)
def test_a_rule_without_one_of_its_parts_is_refused(store: KubernetesStore, rule: dict[str, Any], problem: str) -> None:
    store.create(SERVER, namespace("shop"))
    assert problem in refused("Invalid", store, role(rule))


def test_a_binding_of_the_cluster_takes_a_role_of_the_cluster_and_names_its_accounts_namespace(
    store: KubernetesStore,
) -> None:
    binding = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRoleBinding",
        "metadata": {"name": "nginx-ingress"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "nginx-ingress"},
        "subjects": [{"kind": "ServiceAccount", "name": "nginx-ingress"}],
    }
    message = refused("Invalid", store, binding)
    assert 'roleRef.kind: Unsupported value: "Role": supported values: "ClusterRole"' in message
    assert "subjects[0].namespace: Required value" in message


def test_ports_of_a_service_with_more_than_one_have_names(store: KubernetesStore) -> None:
    made = service("web", 30080, 30043)
    del made["spec"]["ports"][1]["name"]
    assert refused("Invalid", store, made) == 'Service "web" is invalid: spec.ports[1].name: Required value'


def test_a_sleep_before_the_stop_that_outlasts_the_grace_period_is_refused(store: KubernetesStore) -> None:
    store.create(SERVER, namespace())

    def stopping(seconds: int) -> dict[str, Any]:
        made = deployment(lifecycle={"preStop": {"sleep": {"seconds": seconds}}})
        made["spec"]["template"]["spec"]["terminationGracePeriodSeconds"] = 60
        return made

    assert "lifecycle.preStop.sleep: Invalid value: 61" in refused("Invalid", store, stopping(61))
    store.create(SERVER, stopping(60))


def test_pods_of_an_account_that_is_not_there_are_refused(store: KubernetesStore) -> None:
    store.create(SERVER, namespace())
    made = deployment()
    made["spec"]["template"]["spec"]["serviceAccountName"] = "nginx-ingress"
    message = refused("Forbidden", store, made)
    assert message.endswith(
        'error looking up service account nginx-ingress/nginx-ingress: serviceaccount "nginx-ingress" not found'
    )
    metadata = {"name": "nginx-ingress", "namespace": "nginx-ingress"}
    store.create(SERVER, {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata})
    store.create(SERVER, made)


def test_an_autoscaler_that_wants_more_than_it_may_is_refused(store: KubernetesStore) -> None:
    target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "nginx"}
    spec = {"scaleTargetRef": target, "minReplicas": 4, "maxReplicas": 3}
    scaler = {"apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": {"name": "nginx"}}
    assert "spec.maxReplicas: Invalid value: 3" in refused("Invalid", store, scaler | {"spec": spec})


def test_the_controller_of_two_namespaces_takes_its_rights_there_and_nowhere_else(store: KubernetesStore) -> None:
    settings = Controller.model_validate_json(
        f'{{"image": {{"digest": "sha256:{"a" * 64}"}}, "watch": {{"namespaces": ["shop", "blog"]}}}}'
    )
    planned = plan_controller(
        settings=settings, trusted_cidrs=("10.11.0.0/21",), api_cidrs=("172.20.0.1/32",), health_path="/nginx-health"
    )
    for name in ("shop", "blog", "other"):
        store.create(SERVER, namespace(name))
    for stage in planned.stages("registry.example.com/nginx@sha256:1"):
        for item in stage:
            store.create(SERVER, item.manifest)
    for kind in ("Role", "RoleBinding"):
        there = [obj["metadata"]["namespace"] for obj in store.list(SERVER, kind)]
        assert there == ["nginx-ingress", "blog", "shop"]


def test_the_controller_as_planned_is_taken_whole_by_every_supported_version() -> None:
    image = Image(digest=f"sha256:{'a' * 64}")
    settings = Controller(image=image)
    planned = plan_controller(
        settings=settings, trusted_cidrs=("10.11.0.0/21",), api_cidrs=("172.20.0.1/32",), health_path="/nginx-health"
    )
    objects = [item.manifest for stage in planned.stages("registry.example.com/nginx@sha256:1") for item in stage]
    for version in ("1.34", "1.35", "1.36", "1.37"):
        store = KubernetesStore({SERVER: version}.get)
        for manifest in objects:
            store.create(SERVER, manifest)
        assert len(store.list(SERVER)) == len(objects) + len(OWN_NAMESPACES)
