"""The NGINX ingress controller in a cluster."""

from __future__ import annotations

import dataclasses

from pulumi import Input, Output, ResourceOptions

from privatelink_ingress.components.base import Component
from privatelink_ingress.components.workload.kubernetes_objects import register_stages
from privatelink_ingress.plan.workload.controller import ControllerPlan


@dataclasses.dataclass(frozen=True, kw_only=True)
class ControllerArgs:
    """Arguments of `Controller`."""

    plan: ControllerPlan
    repository_url: Input[str]
    """URL of the image's repository, without tag and digest: the plan has the digest."""


class Controller(Component):
    """The controller's objects, stage after stage.

    The caller owns the cluster's provider, and passes what must exist before any pod can run:

        Controller(
            "shop-controller",
            ControllerArgs(plan=plan, repository_url=registry.repository_urls["controller"]),
            ResourceOptions(provider=cluster_provider, depends_on=[nodes]),
        )
    """

    namespace: Output[str]
    """Namespace of the controller."""
    node_port: Output[int]
    """Node port of the controller."""

    def __init__(self, name: str, args: ControllerArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        image = Output.concat(args.repository_url, "@", args.plan.digest)
        register_stages(self, name, args.plan.stages(image))
        self.namespace = Output.from_input(args.plan.namespace)
        self.node_port = Output.from_input(args.plan.node_port)
        self.publish()
