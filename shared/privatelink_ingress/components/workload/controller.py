"""The NGINX ingress controller in a cluster."""

from __future__ import annotations

import dataclasses
import re
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes
from pulumi import Input, Output, ResourceOptions

from privatelink_ingress.components.base import Component
from privatelink_ingress.plan.workload.controller import ControllerPlan
from privatelink_ingress.plan.workload.controller.objects import Manifest

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
    "NetworkPolicy": kubernetes.networking.v1.NetworkPolicy,
    "Deployment": kubernetes.apps.v1.Deployment,
    "PodDisruptionBudget": kubernetes.policy.v1.PodDisruptionBudget,
    "HorizontalPodAutoscaler": kubernetes.autoscaling.v2.HorizontalPodAutoscaler,
}


@dataclasses.dataclass(frozen=True, kw_only=True)
class ControllerArgs:
    """Arguments of `Controller`."""

    plan: ControllerPlan
    repository_url: Input[str]
    """URL of the image's repository, without tag and digest: the plan has the digest."""


class Controller(Component):
    """The controller's objects, stage after stage.

    The caller owns the provider of the cluster, and says what must be there before any pod can run:

        Controller(
            "shop-controller",
            ControllerArgs(plan=plan, repository_url=registry.repository_url),
            ResourceOptions(provider=cluster_provider, depends_on=[nodes]),
        )
    """

    namespace: Output[str]
    """Namespace of the controller."""
    node_port: Output[int]
    """Port of every node that leads to the controller by HTTP."""

    def __init__(self, name: str, args: ControllerArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        image = Output.concat(args.repository_url, "@", args.plan.digest)
        before: list[pulumi.Resource] = []
        for stage in args.plan.stages(image):
            before = [_register(f"{name}-{item.key}", item.manifest, self.child(depends_on=before)) for item in stage]
        self.namespace = Output.from_input(args.plan.namespace)
        self.node_port = Output.from_input(args.plan.node_port)
        self.publish()


def _register(name: str, manifest: Manifest, opts: ResourceOptions) -> pulumi.Resource:
    body: dict[str, Any] = {
        re.sub(r"(?<=[a-z])(?=[A-Z])", "_", key).lower(): value
        for key, value in manifest.items()
        if key not in ("apiVersion", "kind")
    }
    return _CLASSES[manifest["kind"]](name, opts=opts, **body)
