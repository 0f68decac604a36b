"""An attached stack: its connections, and nothing else."""

from __future__ import annotations

import dataclasses
from typing import Any

from pulumi import ResourceOptions

from privatelink_ingress.components.base import Component
from privatelink_ingress.components.edge.connection import Connection, ConnectionArgs
from privatelink_ingress.components.edge.site import SiteArgs
from privatelink_ingress.contracts.shard import ATTACHED_TO
from privatelink_ingress.plan.edge import connections
from privatelink_ingress.plan.edge.attachment import AttachmentPlan


@dataclasses.dataclass(frozen=True, kw_only=True)
class AttachmentArgs:
    """What to build."""

    plan: AttachmentPlan
    site: SiteArgs
    edge_stack: str
    """Full name of the shard's stack."""


class Attachment(Component):
    """Connections on the load balancer of another stack."""

    def __init__(self, name: str, args: AttachmentArgs, opts: ResourceOptions | None = None) -> None:
        """Everything that the connections use of the shard is a plain value, known before the deployment."""
        super().__init__(name, opts)
        for connection in args.plan.connections:
            Connection(
                connection.name,
                ConnectionArgs(plan=connection, site=args.site, tags=args.plan.tags),
                self.child(),
            )
        self._args = args
        self.publish()

    def exports(self) -> dict[str, Any]:
        """Outputs of the program. None is secret."""
        return {
            ATTACHED_TO: self._args.edge_stack,
            "connections": connections.exports(self._args.plan.connections),
        }
