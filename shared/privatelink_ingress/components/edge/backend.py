"""One cluster behind a connection: its interface endpoint, and the target group of the endpoint's addresses."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

import pulumi_aws as aws
from pulumi import Alias, Output, Resource, ResourceOptions

from privatelink_ingress.components.base import Component
from privatelink_ingress.components.edge.site import SiteArgs
from privatelink_ingress.plan.edge.backends import BackendPlan
from privatelink_ingress.plan.edge.target_groups import TargetGroupPlan
from privatelink_ingress.settings.route_protocols import RouteProtocol

# Seconds and counts within the ranges of CreateTargetGroup, ELBv2 API: a dead zone is out after 20 s.
_HEALTH_CHECK = {"interval": 10, "timeout": 5, "healthy_threshold": 2, "unhealthy_threshold": 2}


@dataclasses.dataclass(frozen=True, kw_only=True)
class BackendArgs:
    """What to build, and the edge that it belongs to."""

    plan: BackendPlan
    site: SiteArgs
    tags: Mapping[str, str]


class Backend(Component):
    """Endpoint, its acceptance, target groups, targets. All addresses are planned, so nothing is looked up.

    The names of endpoint and targets contain the generation, and the target group's does not, so a new generation is a
    second endpoint whose targets join the group before the engine, at the end of its run, deletes the old ones. Port
    and protocol are in the names of group and targets: another one is a second group at the same endpoint. Hooks wait
    for the new targets' health, and for the requests in flight to the old ones (`plan.edge.draining`).
    """

    endpoint_id: Output[str]
    target_group_arn: Output[str]
    """Of the first group."""

    def __init__(self, name: str, args: BackendArgs, opts: ResourceOptions | None = None) -> None:
        """Listener rules wait for `targets`."""
        super().__init__(name, opts)
        plan = args.plan
        endpoint = self._endpoint(args)
        connected = [endpoint, *self._accepted(args, endpoint)]
        self.targets: list[aws.lb.TargetGroupAttachment] = []
        self.target_group_arns: dict[RouteProtocol, Output[str]] = {}
        self.target_group_suffixes: dict[RouteProtocol, Output[str]] = {}
        """By which metrics call the groups."""
        for group in plan.groups:
            created = self._target_group(args, group, connected)
            self.target_group_arns[group.route_protocol] = created.arn
            self.target_group_suffixes[group.route_protocol] = created.arn_suffix
        self.endpoint_id = endpoint.id
        self.target_group_arn = next(iter(self.target_group_arns.values()))
        self.publish()

    def _target_group(
        self, args: BackendArgs, plan: TargetGroupPlan, connected: Sequence[Resource]
    ) -> aws.lb.TargetGroup:
        name, backend, hooks = self._name, args.plan, args.site.hooks
        group = aws.lb.TargetGroup(
            f"{name}-{plan.key}",
            name=plan.name,
            vpc_id=args.site.vpc_id,
            target_type="ip",
            port=plan.port,
            protocol=plan.protocol,
            protocol_version=plan.version,
            health_check={
                "path": plan.health_path,
                "protocol": plan.protocol,
                "port": "traffic-port",
                "matcher": plan.health_codes,
                **_HEALTH_CHECK,
            },
            tags=self.named("", args.tags),
            opts=self.child(
                # Its name is fixed, so the provider would delete the old group first: while rules forward to it that
                # fails, after its targets are gone.
                delete_before_replace=False,
                hooks=hooks.group,
                aliases=[Alias(name=name)] if plan.version is None else None,
            ),
        )
        self.targets += [
            aws.lb.TargetGroupAttachment(
                f"{name}-{plan.key}-{backend.generation}-{target.zone_id}",
                target_group_arn=group.arn,
                target_id=target.address,
                port=plan.port,
                opts=self.child(
                    depends_on=connected,
                    hooks=hooks.target,
                    aliases=[Alias(name=f"{name}-{backend.generation}-{target.zone_id}")]
                    if plan.version is None
                    else None,
                ),
            )
            for target in backend.targets
        ]
        return group

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
            # Deleting an accepter would reject the connection, so it is only removed from the state: an endpoint whose
            # accepter leaves the stack file keeps serving, and a deleted endpoint needs no rejection.
            opts=self.child(provider=args.site.accepters[plan.accepter.provider], retain_on_delete=True),
        )
        return [accepter]

    def _endpoint(self, args: BackendArgs) -> aws.ec2.VpcEndpoint:
        plan, site = args.plan, args.site
        return aws.ec2.VpcEndpoint(
            f"{self._name}-{plan.generation}",
            vpc_id=site.vpc_id,
            vpc_endpoint_type="Interface",
            service_name=plan.endpoint_service_name,
            service_region=plan.service_region,
            ip_address_type="ipv4",
            private_dns_enabled=False,
            security_group_ids=[site.endpoint_security_group_id],
            subnet_ids=[site.endpoint_subnet_ids[target.zone_id] for target in plan.targets],
            subnet_configurations=[
                {"subnet_id": site.endpoint_subnet_ids[target.zone_id], "ipv4": target.address}
                for target in plan.targets
            ],
            tags=self.named(str(plan.generation), args.tags),
            # Within one generation, a replacement cannot have the addresses until the old endpoint is deleted.
            opts=self.child(delete_before_replace=True, hooks=site.hooks.endpoint),
        )
