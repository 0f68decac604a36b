"""The Kubernetes objects of the NGINX ingress controller, except its pod.

A Kubernetes 1.36 API server accepted them without a warning (the ConfigMap without `immutable`).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from privatelink_ingress.plan.tags import MANAGED_BY
from privatelink_ingress.plan.workload.controller.access import Rights
from privatelink_ingress.plan.workload.protocols import PROTOCOLS

NAMESPACE = "nginx-ingress"
SERVICE_ACCOUNT = NAMESPACE
INGRESS_CLASS = "nginx"
CONTROLLER_CLASS = "nginx.org/ingress-controller"
"""How the IngressClass names F5's controller, which serves no other class."""

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
        namespace=None,
        labels={f"pod-security.kubernetes.io/{mode}": "restricted" for mode in modes},
    )


def service_account() -> KubernetesObject:
    """The controller's identity; only its own pod asks for the token."""
    return _object("service-account", "v1", "ServiceAccount", SERVICE_ACCOUNT, automountServiceAccountToken=False)


def rights(given: Rights) -> tuple[KubernetesObject, ...]:
    """Roles and bindings of the controller's account."""
    return (
        _object("cluster-role", _RBAC, "ClusterRole", namespace=None, rules=list(given.cluster)),
        _binding("cluster-role-binding", "ClusterRole", namespace=None),
        _object("role", _RBAC, "Role", rules=list(given.own)),
        _binding("role-binding", "Role", namespace=NAMESPACE),
        *(
            one
            for namespace, rules in given.watched.items()
            for one in (
                _object(f"role-in-{namespace}", _RBAC, "Role", namespace=namespace, rules=list(rules)),
                _binding(f"role-binding-in-{namespace}", "Role", namespace=namespace),
            )
        ),
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
        namespace=None,
        spec={"controller": CONTROLLER_CLASS},
    )


def default_deny() -> KubernetesObject:
    """No pod of the namespace connects to anything, and nothing connects to it, unless another policy allows it."""
    return _object(
        "default-deny",
        "networking.k8s.io/v1",
        "NetworkPolicy",
        "default-deny",
        spec={"podSelector": {}, "policyTypes": ["Ingress", "Egress"]},
    )


def network_policy(*, ingress: Sequence[Manifest], egress: Sequence[Manifest]) -> KubernetesObject:
    """Who may connect to the pods, and what they may connect to: rules of `network`."""
    return _object(
        "network-policy",
        "networking.k8s.io/v1",
        "NetworkPolicy",
        spec={
            "podSelector": {"matchLabels": SELECTOR},
            "policyTypes": ["Ingress", "Egress"],
            "ingress": list(ingress),
            "egress": list(egress),
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
    """The node ports of both protocols; of one that is not published, to keep it from being handed out."""
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
                {
                    "name": protocol.key,
                    "port": protocol.port,
                    "targetPort": protocol.port,
                    "nodePort": protocol.node_port,
                    "protocol": "TCP",
                }
                for protocol in PROTOCOLS.values()
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


def _binding(key: str, role: str, *, namespace: str | None) -> KubernetesObject:
    return _object(
        key,
        _RBAC,
        f"{role}Binding",
        namespace=namespace,
        roleRef={"apiGroup": _RBAC_GROUP, "kind": role, "name": NAMESPACE},
        subjects=[{"kind": "ServiceAccount", "name": SERVICE_ACCOUNT, "namespace": NAMESPACE}],
    )


def _object(
    key: str,
    api_version: str,
    kind: str,
    name: str = NAMESPACE,
    *,
    namespace: str | None = NAMESPACE,
    labels: Mapping[str, str] | None = None,
    **body: Any,
) -> KubernetesObject:
    metadata: Manifest = {
        "name": name,
        **({"namespace": namespace} if namespace else {}),
        "labels": {**SELECTOR, "app.kubernetes.io/managed-by": MANAGED_BY, **(labels or {})},
    }
    return KubernetesObject(key=key, manifest={"apiVersion": api_version, "kind": kind, "metadata": metadata, **body})
