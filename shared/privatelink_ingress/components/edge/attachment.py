"""An attached stack: its connections, and nothing else."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import pulumi_aws as aws
from pulumi import ResourceOptions

from privatelink_ingress.components.base import Component
from privatelink_ingress.components.edge.connection import Connection, ConnectionArgs, ShardArgs
from privatelink_ingress.contracts.shard import ATTACHED_TO
from privatelink_ingress.plan.edge import connections
from privatelink_ingress.plan.edge.attachment import AttachmentPlan


@dataclasses.dataclass(frozen=True, kw_only=True)
class AttachmentArgs:
    """What to build."""

    plan: AttachmentPlan
    edge_stack: str
    """Full name of the shard's stack."""
    accepters: Mapping[str, aws.Provider]
    """Providers that accept endpoints, by name: `plan.connections.accepters`."""


class Attachment(Component):
    """Connections on the load balancer of another stack."""

    def __init__(self, name: str, args: AttachmentArgs, opts: ResourceOptions | None = None) -> None:
        """All that the connections use of the shard is known before."""
        super().__init__(name, opts)
        plan, contract = args.plan, args.plan.shard
        shard = ShardArgs(
            vpc_id=contract.vpc_id,
            endpoint_subnet_ids=contract.endpoint_subnet_ids,
            endpoint_security_group_id=contract.endpoint_security_group_id,
            listener_arn=contract.listener_arn,
            alb_dns_name=contract.alb_dns_name,
            alb_zone_id=contract.alb_zone_id,
        )
        for connection in plan.connections:
            Connection(
                connection.name,
                ConnectionArgs(plan=connection, shard=shard, accepters=args.accepters, tags=plan.tags),
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
