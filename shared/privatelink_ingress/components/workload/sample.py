"""The sample application in a cluster."""

from __future__ import annotations

import dataclasses

from pulumi import Input, Output, ResourceOptions

from privatelink_ingress.components.base import Component
from privatelink_ingress.components.workload.kubernetes_objects import register_stages
from privatelink_ingress.plan.workload.sample import SamplePlan


@dataclasses.dataclass(frozen=True, kw_only=True)
class SampleArgs:
    """Inputs of a `Sample`."""

    plan: SamplePlan
    repository_url: Input[str]
    """URL of the image's repository, without tag and digest: the plan has the digest."""


class Sample(Component):
    """The application's objects, stage after stage, through the provider of the cluster."""

    def __init__(self, name: str, args: SampleArgs, opts: ResourceOptions | None = None) -> None:
        """Register them. The Ingress needs no running controller: it is served as soon as there is one."""
        super().__init__(name, opts)
        register_stages(
            self, f"{name}-sample", args.plan.stages(Output.concat(args.repository_url, "@", args.plan.digest))
        )
        self.publish()
