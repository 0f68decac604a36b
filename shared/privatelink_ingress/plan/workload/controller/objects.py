"""The Kubernetes objects of the NGINX ingress controller, except its pod.

A Kubernetes 1.36 API server accepted them without a warning (the ConfigMap without `immutable`). The rights are the
smallest with which the controller served there, releases 5.5.4 and in part 5.6; the one thing it is refused is to read
its own Namespace, which it logs once as a warning.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from privatelink_ingress.plan.tags import MANAGED_BY
from privatelink_ingress.plan.workload.controller.pod import HTTP_PORT, HTTPS_PORT, READY_PORT

NAMESPACE = "nginx-ingress"
SERVICE_ACCOUNT = NAMESPACE
INGRESS_CLASS = "nginx"

CONTROLLER_CLASS = "nginx.org/ingress-controller"
"""The controller exits when its class names another one; the API server never lets the field change."""

HTTP_NODE_PORT = 30080
HTTPS_NODE_PORT = 30043
"""Node ports for hand-picked use are 30000 to 30085; above them the API server hands out its own:
https://kubernetes.io/docs/concepts/services-networking/service/#avoid-nodeport-collisions"""

CPU_UTILIZATION = 70
"""Per cent of the CPU request, averaged over the pods, that the autoscaler holds."""

SELECTOR = {"app.kubernetes.io/name": NAMESPACE}
"""Labels of the pods, and what selects them."""

Manifest = dict[str, Any]


@dataclasses.dataclass(frozen=True, kw_only=True)
class KubernetesObject:
    """One object."""

    key: str
    """Its resource's key within the controller."""
    manifest: Manifest


def namespace() -> KubernetesObject:
    """The controller's own namespace, under the strictest pod security standard."""
    modes = ("enforce", "warn", "audit")
    return _object(
        "namespace",
        "v1",
        "Namespace",
        namespaced=False,
        labels={f"pod-security.kubernetes.io/{mode}": "restricted" for mode in modes},
    )


def service_account() -> KubernetesObject:
    """The controller's identity; only its own pod asks for the token."""
    return _object("service-account", "v1", "ServiceAccount", SERVICE_ACCOUNT, automountServiceAccountToken=False)


def rights() -> tuple[KubernetesObject, ...]:
    """What the controller may do; nothing with Secrets, because TLS ends before it."""
    list_and_watch = ["list", "watch"]
    cluster = [
        {"apiGroups": [""], "resources": ["pods", "services"], "verbs": list_and_watch},
        # The only word a team gets about an Ingress that was rejected.
        {"apiGroups": [""], "resources": ["events"], "verbs": ["create", "patch"]},
        {"apiGroups": ["discovery.k8s.io"], "resources": ["endpointslices"], "verbs": list_and_watch},
        {"apiGroups": ["networking.k8s.io"], "resources": ["ingresses"], "verbs": list_and_watch},
        {
            "apiGroups": ["networking.k8s.io"],
            "resources": ["ingressclasses"],
            "resourceNames": [INGRESS_CLASS],
            "verbs": ["get"],
        },
    ]
    own = [
        # Not bound to a name: the controller's watch has no name filter, and it would never become ready.
        {"apiGroups": [""], "resources": ["configmaps"], "verbs": ["get", *list_and_watch]},
        {"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "update"]},
    ]
    return (
        _object("cluster-role", _RBAC, "ClusterRole", namespaced=False, rules=cluster),
        _binding("cluster-role-binding", "ClusterRole", namespaced=False),
        _object("role", _RBAC, "Role", rules=own),
        _binding("role-binding", "Role", namespaced=True),
    )


def config_map(key: str, name: str, data: Mapping[str, str]) -> KubernetesObject:
    """The controller's configuration; immutable, because its name stands for its content."""
    return _object(key, "v1", "ConfigMap", name, data=dict(data), immutable=True)


def ingress_class() -> KubernetesObject:
    """The class that an Ingress names to be served."""
    return _object(
        "ingress-class",
        "networking.k8s.io/v1",
        "IngressClass",
        INGRESS_CLASS,
        namespaced=False,
        spec={"controller": CONTROLLER_CLASS},
    )


def network_policy(sources: Sequence[str]) -> KubernetesObject:
    """Who may connect to the pods: `sources`, on the HTTP and the readiness port.

    Pods get addresses of the same subnets as the nodes, so pods of these subnets can still reach the HTTP port, and
    name any client address there.
    """
    # 443 stays closed: without a Secret the controller refuses every TLS handshake on it.
    ports = [{"protocol": "TCP", "port": port} for port in (HTTP_PORT, READY_PORT)]
    return _object(
        "network-policy",
        "networking.k8s.io/v1",
        "NetworkPolicy",
        spec={
            "podSelector": {"matchLabels": SELECTOR},
            "policyTypes": ["Ingress"],
            "ingress": [{"from": [{"ipBlock": {"cidr": cidr}} for cidr in sources], "ports": ports}],
        },
    )


def deployment(template: Manifest) -> KubernetesObject:
    """The pods; their number is the autoscaler's, so there is none here."""
    return _object(
        "deployment",
        "apps/v1",
        "Deployment",
        spec={
            "selector": {"matchLabels": SELECTOR},
            "minReadySeconds": 10,
            "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}},
            "template": template,
        },
    )


def service() -> KubernetesObject:
    """The node ports. 30043 is only kept from being handed out to another Service: see `network_policy`."""
    ports = (("http", HTTP_PORT, HTTP_NODE_PORT), ("https", HTTPS_PORT, HTTPS_NODE_PORT))
    return _object(
        "service",
        "v1",
        "Service",
        spec={
            "type": "NodePort",
            # Not Local: with Cluster any node reaches any ready pod, so rollouts and drains refuse no connection.
            # Local would not even keep the client's address, which PrivateLink hides.
            "externalTrafficPolicy": "Cluster",
            "selector": SELECTOR,
            "ports": [
                {"name": name, "port": port, "targetPort": port, "nodePort": node_port, "protocol": "TCP"}
                for name, port, node_port in ports
            ],
        },
    )


def disruption_budget() -> KubernetesObject:
    """At most one pod may be missing for the drain of nodes."""
    return _object(
        "disruption-budget",
        "policy/v1",
        "PodDisruptionBudget",
        spec={
            "maxUnavailable": 1,
            "selector": {"matchLabels": SELECTOR},
            # A pod that never became ready must not block the drain of its node.
            "unhealthyPodEvictionPolicy": "AlwaysAllow",
        },
    )


def autoscaler(*, min_replicas: int, max_replicas: int) -> KubernetesObject:
    """The number of pods. It raises a new Deployment from one to `min_replicas` in some 15 s, even without metrics."""
    cpu = {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": CPU_UTILIZATION}}
    return _object(
        "autoscaler",
        "autoscaling/v2",
        "HorizontalPodAutoscaler",
        spec={
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": NAMESPACE},
            "minReplicas": min_replicas,
            "maxReplicas": max_replicas,
            "metrics": [{"type": "Resource", "resource": cpu}],
        },
    )


_RBAC_GROUP = "rbac.authorization.k8s.io"
_RBAC = f"{_RBAC_GROUP}/v1"


def _binding(key: str, role: str, *, namespaced: bool) -> KubernetesObject:
    return _object(
        key,
        _RBAC,
        f"{role}Binding",
        namespaced=namespaced,
        roleRef={"apiGroup": _RBAC_GROUP, "kind": role, "name": NAMESPACE},
        subjects=[{"kind": "ServiceAccount", "name": SERVICE_ACCOUNT, "namespace": NAMESPACE}],
    )


def _object(
    key: str,
    api_version: str,
    kind: str,
    name: str = NAMESPACE,
    *,
    namespaced: bool = True,
    labels: Mapping[str, str] | None = None,
    **body: Any,
) -> KubernetesObject:
    metadata: Manifest = {
        "name": name,
        **({"namespace": NAMESPACE} if namespaced else {}),
        "labels": {**SELECTOR, "app.kubernetes.io/managed-by": MANAGED_BY, **(labels or {})},
    }
    return KubernetesObject(key=key, manifest={"apiVersion": api_version, "kind": kind, "metadata": metadata, **body})
