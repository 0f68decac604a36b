"""An existing VPC in place of the one that a shard creates."""

from __future__ import annotations

from collections.abc import Mapping

from pulumi import Output

from privatelink_ingress.plan.edge.existing_network import AdoptedNetwork


class ExistingNetwork:
    """What the load balancer and the endpoints use of an existing VPC. Nothing is registered for it."""

    def __init__(self, plan: AdoptedNetwork) -> None:
        """All values are known before anything is deployed."""
        self.vpc_id = Output.from_input(plan.vpc_id)
        self.public_subnet_ids: Mapping[str, str] = {zone: subnet.id for zone, subnet in plan.public.items()}
        self.endpoint_subnet_ids: Mapping[str, str] = {zone: subnet.id for zone, subnet in plan.endpoint.items()}
        self.zone_names: Mapping[str, str] = {zone: subnet.zone_name for zone, subnet in plan.endpoint.items()}
