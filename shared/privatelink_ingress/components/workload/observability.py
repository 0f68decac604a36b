"""Log groups of the pods' logs and metrics, which add-ons of the nodes write to, and saved queries over them."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import pulumi

from privatelink_ingress.components.base import Component
from privatelink_ingress.components.log_groups import log_group
from privatelink_ingress.components.log_queries import saved_query
from privatelink_ingress.plan.workload.observability import ObservabilityPlan


@dataclasses.dataclass(frozen=True, kw_only=True)
class ObservabilityArgs:
    """Inputs of an `Observability`."""

    plan: ObservabilityPlan
    tags: Mapping[str, str]


class Observability(Component):
    """Log groups with retention, created before anything writes to them."""

    def __init__(self, name: str, args: ObservabilityArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Register the log groups, then the queries."""
        super().__init__(name, opts)
        self.log_groups = [
            log_group(self, f"{name}-{plan.key}", plan.storage, tags=self.named(plan.key, args.tags), group=plan.name)
            for plan in args.plan.log_groups
        ]
        """Deleted after the add-ons: a running add-on would create its group again, without retention."""
        for query in args.plan.queries:
            saved_query(self, name, query, after=self.log_groups)
        self.publish()
