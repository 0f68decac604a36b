"""An attached stack: its connections, and nothing else."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable
from typing import Any

from pulumi import ResourceOptions

from privatelink_ingress.components.base import Component
from privatelink_ingress.components.edge.connection import Connection, ConnectionArgs
from privatelink_ingress.components.edge.site import SiteArgs
from privatelink_ingress.components.removal import RemovalGuard, RemovalGuardArgs
from privatelink_ingress.contracts.shard import ATTACHED_TO
from privatelink_ingress.plan.edge import connections as published
from privatelink_ingress.plan.edge import removal
from privatelink_ingress.plan.edge.attachment import AttachmentPlan
from privatelink_ingress.plan.edge.removal import EdgeRemovalPlan


@dataclasses.dataclass(frozen=True, kw_only=True)
class AttachmentArgs:
    """What to build."""

    plan: AttachmentPlan
    site: SiteArgs
    edge_stack: str
    """Full name of the shard's stack."""
    refuse_removal: Callable[[EdgeRemovalPlan, str], None]
    """Raises while the stack is in use; given the ARN of the listener."""


class Attachment(Component):
    """Connections on the load balancer of another stack."""

    def __init__(self, name: str, args: AttachmentArgs, opts: ResourceOptions | None = None) -> None:
        """Everything that the connections use of the shard is a plain value, known before the deployment."""
        super().__init__(name, opts)
        alarms = args.plan.alarms
        connections = [
            Connection(
                connection.name,
                ConnectionArgs(
                    plan=connection,
                    site=args.site,
                    alarms=alarms.connections[connection.name] if alarms else (),
                    alarm_topic_arn=alarms.topic_arn if alarms else None,
                    dashboard=args.plan.dashboards.connections.get(connection.name),
                    tags=args.plan.tags,
                ),
                self.child(),
            )
            for connection in args.plan.connections
        ]
        RemovalGuard(
            name,
            RemovalGuardArgs(
                guarded=args.plan.removal.guarded,
                hook=removal.HOOK,
                remembers=args.site.listener_arn,
                # The shard's new listener gets this stack's rules, whatever requests its old one had.
                replaced_with_it=False,
                everything=connections,
                check=functools.partial(args.refuse_removal, args.plan.removal),
            ),
            self.child(),
        )
        self._args = args
        self.publish()

    def exports(self) -> dict[str, Any]:
        """Outputs of the program. None is secret."""
        return {
            ATTACHED_TO: self._args.edge_stack,
            "connections": published.exports(self._args.plan.connections),
        }
