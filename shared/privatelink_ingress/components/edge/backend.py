"""One cluster behind a connection: its interface endpoint, and the target group of the endpoint's addresses."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import pulumi_aws as aws
from pulumi import Input, Output, ResourceOptions

from privatelink_ingress.components.base import Component
from privatelink_ingress.plan.edge.backends import BackendPlan

# Seconds and counts within the ranges of CreateTargetGroup, ELBv2 API: a dead zone is out after 20 s.
_HEALTH_CHECK = {"interval": 10, "timeout": 5, "healthy_threshold": 2, "unhealthy_threshold": 2, "matcher": "200"}


@dataclasses.dataclass(frozen=True, kw_only=True)
class BackendArgs:
    """What to build, and what it uses of its shard."""

    plan: BackendPlan
    vpc_id: Input[str]
    endpoint_subnet_ids: Mapping[str, Input[str]]
    """By zone id."""
    endpoint_security_group_id: Input[str]
    accepters: Mapping[str, aws.Provider]
    """Providers of the services' owners by name, for endpoints that are accepted from here."""
    tags: Mapping[str, str]


class Backend(Component):
    """Endpoint, its acceptance, target group, targets. All addresses are planned, so nothing is looked up.

    Endpoint and targets have the generation in their names and the target group has not, so a new generation is a
    second endpoint whose targets join the group before the engine, at the end of its run, takes the old ones away.
    """

    endpoint_id: Output[str]
    target_group_arn: Output[str]

    def __init__(self, name: str, args: BackendArgs, opts: ResourceOptions | None = None) -> None:
        """`targets` are what listener rules wait for."""
        super().__init__(name, opts)
        plan = args.plan
        endpoint = self._endpoint(args)
        connected = [endpoint, *self._accepted(args, endpoint)]
        group = aws.lb.TargetGroup(
            name,
            name=plan.target_group_name,
            vpc_id=args.vpc_id,
            target_type="ip",
            port=plan.port,
            protocol=plan.protocol,
            health_check={"path": plan.health_path, "protocol": plan.protocol, "port": "traffic-port", **_HEALTH_CHECK},
            tags=self.named("", args.tags),
            opts=self.child(),
        )
        self.targets = [
            aws.lb.TargetGroupAttachment(
                f"{name}-{plan.generation}-{target.zone_id}",
                target_group_arn=group.arn,
                target_id=target.address,
                port=plan.port,
                opts=self.child(depends_on=connected),
            )
            for target in plan.targets
        ]
        self.endpoint_id = endpoint.id
        self.target_group_arn = group.arn
        self.publish()

    def _accepted(
        self, args: BackendArgs, endpoint: aws.ec2.VpcEndpoint
    ) -> list[aws.ec2.VpcEndpointConnectionAccepter]:
        plan = args.plan
        if plan.accepter is None:
            return []
        accepter = aws.ec2.VpcEndpointConnectionAccepter(
            f"{self._name}-{plan.generation}",
            vpc_endpoint_service_id=plan.endpoint_service_id,
            vpc_endpoint_id=endpoint.id,
            # To delete an accepter is to reject the connection. It is only forgotten: an endpoint whose accepter leaves
            # the stack file goes on serving, and one that is deleted needs no rejection.
            opts=self.child(provider=args.accepters[plan.accepter.provider], retain_on_delete=True),
        )
        return [accepter]

    def _endpoint(self, args: BackendArgs) -> aws.ec2.VpcEndpoint:
        plan = args.plan
        return aws.ec2.VpcEndpoint(
            f"{self._name}-{plan.generation}",
            vpc_id=args.vpc_id,
            vpc_endpoint_type="Interface",
            service_name=plan.endpoint_service_name,
            service_region=plan.service_region,
            ip_address_type="ipv4",
            private_dns_enabled=False,
            security_group_ids=[args.endpoint_security_group_id],
            subnet_ids=[args.endpoint_subnet_ids[target.zone_id] for target in plan.targets],
            subnet_configurations=[
                {"subnet_id": args.endpoint_subnet_ids[target.zone_id], "ipv4": target.address}
                for target in plan.targets
            ],
            tags=self.named(str(plan.generation), args.tags),
            # Within one generation a successor cannot have the addresses before the old endpoint has left them.
            opts=self.child(delete_before_replace=True),
        )
