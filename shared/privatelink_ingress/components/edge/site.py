"""The edge as its connections use it: outputs of its own resources, or plain values of another stack's contract."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, Self

import pulumi_aws as aws
from pulumi import Input, Output

from privatelink_ingress.components.edge.connection_hooks import ConnectionHooks
from privatelink_ingress.contracts.shard import ShardContract


@dataclasses.dataclass(frozen=True, kw_only=True)
class SiteArgs:
    """What every component of a connection may use of the edge. `Connection` and `Backend` get it whole.

    To give connections one more resource of the edge: a field here, and where it comes from in `CentralIngress`,
    `of_contract` and `exports` (an attached stack reads it from the contract). A value that is known before anything
    is deployed belongs to `plan.edge.site.EdgeSite` instead.
    """

    vpc_id: Input[str]
    endpoint_subnet_ids: Mapping[str, Input[str]]
    """By zone id."""
    endpoint_security_group_id: Input[str]
    listener_arn: Input[str]
    alb_dns_name: Input[str]
    alb_zone_id: Input[str]
    """Hosted zone of `alb_dns_name`, for alias records."""
    alb_arn_suffix: Input[str]
    """By which metrics call the load balancer: `app/<name>/<id>`."""
    zone_names: Mapping[str, Input[str]]
    """By zone id, as metrics call them."""
    accepters: Mapping[str, aws.Provider]
    """Providers of the services' owners by name, which accept endpoints: `plan.edge.connections.accepters`."""
    zone_providers: Mapping[str, aws.Provider]
    """Of hosted zones that belong to other accounts, by zone id."""
    hooks: ConnectionHooks
    """Of the stack that the connections belong to."""

    @classmethod
    def of_contract(
        cls,
        contract: ShardContract,
        *,
        accepters: Mapping[str, aws.Provider],
        zone_providers: Mapping[str, aws.Provider],
        hooks: ConnectionHooks,
    ) -> Self:
        """The edge of another stack, to which this one is attached."""
        return cls(
            vpc_id=contract.vpc_id,
            endpoint_subnet_ids=contract.endpoint_subnet_ids,
            endpoint_security_group_id=contract.endpoint_security_group_id,
            listener_arn=contract.listener_arn,
            alb_dns_name=contract.alb_dns_name,
            alb_zone_id=contract.alb_zone_id,
            alb_arn_suffix="/".join(contract.listener_arn.split("/")[1:-1]),
            zone_names=contract.zone_names,
            accepters=accepters,
            zone_providers=zone_providers,
            hooks=hooks,
        )

    def exports(self) -> dict[str, Any]:
        """The deployed part of the contract (`contracts.shard.ShardContract`) for attached stacks."""
        return {
            "vpc_id": self.vpc_id,
            "endpoint_subnet_ids": Output.all(**self.endpoint_subnet_ids),
            "endpoint_security_group_id": self.endpoint_security_group_id,
            "listener_arn": self.listener_arn,
            "alb_dns_name": self.alb_dns_name,
            "alb_zone_id": self.alb_zone_id,
            "zone_names": Output.all(**self.zone_names),
        }
