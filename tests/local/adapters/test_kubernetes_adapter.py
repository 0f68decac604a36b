"""The one adapter of all Kubernetes types."""

from __future__ import annotations

from typing import Any

import pytest

from privatelink_ingress.local.adapters.base import AdapterError, Kubernetes
from privatelink_ingress.local.adapters.table import adapter_for
from privatelink_ingress.local.kubernetes import KubernetesStore

SERVER = "https://SHOP.gr7.eu-west-1.eks.amazonaws.com"


@pytest.fixture
def cluster() -> Kubernetes:
    nobody: Any = None
    return Kubernetes(aws=nobody, store=KubernetesStore({SERVER: "1.36"}.get), server=SERVER, cluster_name="shop")


def test_an_object_is_made_by_its_type_and_unmade_by_its_id(cluster: Kubernetes) -> None:
    adapter = adapter_for("kubernetes:core/v1:Namespace")
    made = adapter.create(cluster, {"metadata": {"name": "nginx-ingress"}})
    assert made.id == "nginx-ingress"
    assert made.outputs["apiVersion"] == "v1"
    account = adapter_for("kubernetes:core/v1:ServiceAccount")
    inputs = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "nginx", "namespace": "nginx-ingress"}}
    inside = account.create(cluster, inputs)
    assert inside.id == "nginx-ingress/nginx"
    account.delete(cluster, inside.id, inside.outputs)
    adapter.delete(cluster, made.id, made.outputs)
    assert cluster.store.list(SERVER, "Namespace", "")[4:] == []
    assert cluster.store.list(SERVER, "ServiceAccount") == []


def test_groups_and_numbers_arrive_as_the_api_server_wants_them(cluster: Kubernetes) -> None:
    inputs = {
        "metadata": {"name": "web"},
        "spec": {"type": "NodePort", "ports": [{"port": 80.0, "nodePort": 30080.0, "targetPort": 8080.0}]},
    }
    made = adapter_for("kubernetes:core/v1:Service").create(cluster, inputs)
    assert made.id == "default/web"
    assert made.outputs["spec"]["ports"] == [{"port": 80, "nodePort": 30080, "targetPort": 8080}]
    ingress_class = adapter_for("kubernetes:networking.k8s.io/v1:IngressClass")
    made = ingress_class.create(
        cluster, {"metadata": {"name": "nginx"}, "spec": {"controller": "nginx.org/ingress-controller"}}
    )
    assert made.outputs["apiVersion"] == "networking.k8s.io/v1"
    assert cluster.store.get(SERVER, "networking.k8s.io/v1", "IngressClass", "nginx") == made.outputs


def test_a_refusal_names_type_object_and_path(cluster: Kubernetes) -> None:
    inputs = {"metadata": {"name": "nginx"}, "spec": {"controler": "nginx.org/ingress-controller"}}
    with pytest.raises(AdapterError) as caught:
        adapter_for("kubernetes:networking.k8s.io/v1:IngressClass").create(cluster, inputs)
    text = str(caught.value)
    assert text.startswith('kubernetes:networking.k8s.io/v1:IngressClass: IngressClass "nginx" is invalid: spec: ')
    assert "'controler' was unexpected" in text
    assert caught.value.code == "Invalid"


def test_an_object_of_another_kind_than_its_type_is_refused(cluster: Kubernetes) -> None:
    with pytest.raises(AdapterError, match="`kind` is Secret, but the type is of ConfigMap"):
        adapter_for("kubernetes:core/v1:ConfigMap").create(cluster, {"kind": "Secret", "metadata": {"name": "a"}})


@pytest.mark.parametrize(
    "type_", ["kubernetes:helm.sh/v4:Chart", "kubernetes:core/v1:ServicePatch", "kubernetes:yaml:ConfigFile"]
)
def test_what_is_not_one_object_has_no_adapter(type_: str) -> None:
    with pytest.raises(AdapterError, match="single Kubernetes objects only"):
        adapter_for(type_)


def test_an_object_without_a_name_gets_one(cluster: Kubernetes) -> None:
    made = adapter_for("kubernetes:core/v1:ConfigMap").create(cluster, {"data": {"a": "1"}})
    assert made.outputs["metadata"]["name"].startswith("configmap-")
