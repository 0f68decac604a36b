"""Registers planned Kubernetes objects."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes
from pulumi import ResourceOptions

from privatelink_ingress.components.base import Component
from privatelink_ingress.plan.workload.controller.objects import KubernetesObject, Manifest

_CLASSES: dict[str, type[pulumi.CustomResource]] = {
    "Namespace": kubernetes.core.v1.Namespace,
    "ServiceAccount": kubernetes.core.v1.ServiceAccount,
    "ConfigMap": kubernetes.core.v1.ConfigMap,
    "Service": kubernetes.core.v1.Service,
    "ClusterRole": kubernetes.rbac.v1.ClusterRole,
    "ClusterRoleBinding": kubernetes.rbac.v1.ClusterRoleBinding,
    "Role": kubernetes.rbac.v1.Role,
    "RoleBinding": kubernetes.rbac.v1.RoleBinding,
    "IngressClass": kubernetes.networking.v1.IngressClass,
    "Ingress": kubernetes.networking.v1.Ingress,
    "NetworkPolicy": kubernetes.networking.v1.NetworkPolicy,
    "Deployment": kubernetes.apps.v1.Deployment,
    "PodDisruptionBudget": kubernetes.policy.v1.PodDisruptionBudget,
    "HorizontalPodAutoscaler": kubernetes.autoscaling.v2.HorizontalPodAutoscaler,
}


def register_stages(parent: Component, name: str, stages: Iterable[Sequence[KubernetesObject]]) -> None:
    """Register all objects as children of `parent`, each after all of the stage before its own.

    Args:
        parent: With the provider of the cluster.
        name: What the names of the resources begin with; each ends with the object's key.
        stages: As `ControllerPlan.stages` gives them.
    """
    before: list[pulumi.Resource] = []
    for stage in stages:
        before = [_register(f"{name}-{item.key}", item.manifest, parent.child(depends_on=before)) for item in stage]


def _register(name: str, manifest: Manifest, opts: ResourceOptions) -> pulumi.Resource:
    body: dict[str, Any] = {
        re.sub(r"(?<=[a-z])(?=[A-Z])", "_", key).lower(): value
        for key, value in manifest.items()
        if key not in ("apiVersion", "kind")
    }
    return _CLASSES[manifest["kind"]](name, opts=opts, **body)
