"""The sample application: a web server that answers `GET /` with 200 and may do nothing else.

It shows how a team's application looks behind the controller: the same kind of Ingress, equally restricted pods.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from privatelink_ingress.plan.tags import MANAGED_BY
from privatelink_ingress.plan.workload.controller import disk
from privatelink_ingress.plan.workload.controller import objects as controller
from privatelink_ingress.plan.workload.controller.objects import KubernetesObject, Manifest
from privatelink_ingress.problems import Problem, UserError
from privatelink_ingress.settings.workload import WorkloadSettings

NAMESPACE = "sample"
REPLICAS = 2
PORT = 8080
"""Of the pods. The image's server listens there because a user that is not root may not listen below 1024."""
SERVICE_PORT = 80
LABELS = {"app.kubernetes.io/name": NAMESPACE}

SKIP_AWAIT = "pulumi.com/skipAwait"
"""Pulumi waits for an address in an Ingress's status, which nobody writes here: the way in is the endpoint service."""

_FILES_MIB = 16
"""For the server's pid and temporary files."""

_USER = 101
"""User `nginx` of the image."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class SamplePlan:
    """The sample application of one cluster."""

    digest: str
    hosts: tuple[str, ...]
    tls: bool
    """Whether the controller serves them by TLS, which needs `spec.tls` in the Ingress."""

    def stages(self, image: Any) -> tuple[tuple[KubernetesObject, ...], ...]:
        """All objects in the order of their creation; those of one stage need only the stages before it.

        Args:
            image: `<repository URL>@<digest>`, as text or as a value that is known only at deployment.
        """
        return (
            (_namespace(),),
            (_service_account(), _network_policy()),
            (_deployment(image), _disruption_budget()),
            (_service(),),
            (_ingress(self.hosts, tls=self.tls),),
        )


def plan_sample(settings: WorkloadSettings) -> SamplePlan | None:
    """The sample application of a stack; None without the controller, since no request would reach it.

    Raises:
        UserError: when the controller serves only some namespaces: the sample's is created after its rights.
    """
    sample = settings.sample
    if not sample.install or not settings.controller.install or sample.image is None:
        return None
    if settings.controller.watch.namespaces:
        reason = f"is true, but controller.watch.namespaces leaves out {NAMESPACE}, where the sample is"
        raise UserError(
            "The controller would not serve the sample application",
            [Problem("sample.install", reason, "Remove controller.watch, or set sample.install to false.")],
        )
    tls = settings.publication.protocol == "https"
    return SamplePlan(digest=sample.image.digest, hosts=sample.hosts, tls=tls)


def _namespace() -> KubernetesObject:
    modes = ("enforce", "warn", "audit")
    labels = {f"pod-security.kubernetes.io/{mode}": "restricted" for mode in modes}
    return _object("namespace", "v1", "Namespace", namespaced=False, labels=labels)


def _service_account() -> KubernetesObject:
    return _object("service-account", "v1", "ServiceAccount", automountServiceAccountToken=False)


def _network_policy() -> KubernetesObject:
    """Ingress from the controller's pods only; no egress, not even DNS."""
    sender = {
        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": controller.NAMESPACE}},
        "podSelector": {"matchLabels": controller.SELECTOR},
    }
    return _object(
        "network-policy",
        "networking.k8s.io/v1",
        "NetworkPolicy",
        spec={
            "podSelector": {"matchLabels": LABELS},
            "policyTypes": ["Ingress", "Egress"],
            "ingress": [{"from": [sender], "ports": [{"protocol": "TCP", "port": PORT}]}],
        },
    )


def _deployment(image: Any) -> KubernetesObject:
    return _object(
        "deployment",
        "apps/v1",
        "Deployment",
        spec={
            "replicas": REPLICAS,
            "selector": {"matchLabels": LABELS},
            "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}},
            "template": {"metadata": {"labels": LABELS}, "spec": _pod(image)},
        },
    )


def _pod(image: Any) -> Manifest:
    probe = {"httpGet": {"path": "/", "port": "http"}, "timeoutSeconds": 2}
    files = {"ephemeral-storage": f"{_FILES_MIB + disk.LOGS_MIB}Mi"}
    return {
        "serviceAccountName": NAMESPACE,
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": _USER,
            "runAsGroup": _USER,
            "fsGroup": _USER,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "topologySpreadConstraints": [
            {
                "maxSkew": 1,
                "topologyKey": key,
                "whenUnsatisfiable": "ScheduleAnyway",
                "labelSelector": {"matchLabels": LABELS},
                # Old pods of a rollout do not count.
                "matchLabelKeys": ["pod-template-hash"],
            }
            for key in ("topology.kubernetes.io/zone", "kubernetes.io/hostname")
        ],
        "volumes": [{"name": "tmp", "emptyDir": {"sizeLimit": f"{_FILES_MIB}Mi"}}],
        "containers": [
            {
                "name": "web",
                "image": image,
                "ports": [{"name": "http", "containerPort": PORT, "protocol": "TCP"}],
                "resources": {
                    "requests": {"cpu": "25m", "memory": "32Mi", **files},
                    "limits": {"memory": "64Mi", **files},
                },
                "securityContext": {
                    "allowPrivilegeEscalation": False,
                    "readOnlyRootFilesystem": True,
                    "capabilities": {"drop": ["ALL"]},
                },
                # The image keeps its pid and temporary files here.
                "volumeMounts": [{"name": "tmp", "mountPath": "/tmp"}],
                "readinessProbe": probe | {"periodSeconds": 5},
                "livenessProbe": probe | {"periodSeconds": 20, "failureThreshold": 3},
                # The controller stops sending before the server stops listening.
                "lifecycle": {"preStop": {"sleep": {"seconds": 5}}},
            }
        ],
    }


def _disruption_budget() -> KubernetesObject:
    return _object(
        "disruption-budget",
        "policy/v1",
        "PodDisruptionBudget",
        spec={
            "maxUnavailable": 1,
            "selector": {"matchLabels": LABELS},
            "unhealthyPodEvictionPolicy": "AlwaysAllow",
        },
    )


def _service() -> KubernetesObject:
    port = {"name": "http", "port": SERVICE_PORT, "targetPort": "http", "protocol": "TCP"}
    return _object("service", "v1", "Service", spec={"type": "ClusterIP", "selector": LABELS, "ports": [port]})


def _ingress(hosts: tuple[str, ...], *, tls: bool) -> KubernetesObject:
    backend = {"service": {"name": NAMESPACE, "port": {"number": SERVICE_PORT}}}
    paths = [{"path": "/", "pathType": "Prefix", "backend": backend}]
    return _object(
        "ingress",
        "networking.k8s.io/v1",
        "Ingress",
        annotations={SKIP_AWAIT: "true"},
        spec={
            "ingressClassName": controller.INGRESS_CLASS,
            # Without a Secret, the controller's own certificate.
            **({"tls": [{"hosts": list(hosts)}]} if tls else {}),
            "rules": [{"host": host, "http": {"paths": paths}} for host in hosts],
        },
    )


def _object(
    key: str,
    api_version: str,
    kind: str,
    *,
    namespaced: bool = True,
    labels: Mapping[str, str] | None = None,
    annotations: Mapping[str, str] | None = None,
    **body: Any,
) -> KubernetesObject:
    metadata: Manifest = {
        "name": NAMESPACE,
        **({"namespace": NAMESPACE} if namespaced else {}),
        "labels": {**LABELS, "app.kubernetes.io/managed-by": MANAGED_BY, **(labels or {})},
        **({"annotations": dict(annotations)} if annotations else {}),
    }
    return KubernetesObject(key=key, manifest={"apiVersion": api_version, "kind": kind, "metadata": metadata, **body})
