"""The published service: load balancer, endpoint service, and the contract in Parameter Store."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import pulumi
import pulumi_aws as aws
from pulumi import Output, ResourceHook, ResourceHookArgs, ResourceHookBinding, ResourceHookOptions

from privatelink_ingress.components.base import Component
from privatelink_ingress.components.hook_inputs import plain
from privatelink_ingress.plan.workload import balancer_zones, publication
from privatelink_ingress.plan.workload.publication import PublicationPlan


@dataclasses.dataclass(frozen=True, kw_only=True)
class PublicationArgs:
    """Inputs of a `Publication`."""

    plan: PublicationPlan
    tags: Mapping[str, str]
    vpc_id: pulumi.Input[str]
    subnet_ids: Mapping[str, pulumi.Input[str]]
    """Private subnets by zone id."""
    security_group_id: pulumi.Input[str]
    """The load balancer's group, which AWS accepts only when the load balancer is created."""
    node_security_group_ids: Mapping[str, pulumi.Input[str]]
    """The nodes' groups, by the key that names their rules, such as `nodes`."""
    autoscaling_group_names: Mapping[str, pulumi.Input[str]]
    """Groups of serving nodes, by the key that names their attachments, such as `nodes`."""
    parameter_provider: aws.Provider | None
    """Writes the parameter as another role, in that role's account; None writes it beside the service."""


class Publication(Component):
    """A service that only the planned principals can connect to."""

    endpoint_service_name: Output[str]
    endpoint_service_id: Output[str]

    def __init__(self, name: str, args: PublicationArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Register the path from the endpoint service to the nodes."""
        super().__init__(name, opts)
        self._args = args
        plan = args.plan
        self.load_balancer = aws.lb.LoadBalancer(
            plan.load_balancer,
            load_balancer_type="network",
            internal=True,
            subnets=list(args.subnet_ids.values()),
            security_groups=[args.security_group_id],
            enable_cross_zone_load_balancing=plan.cross_zone,
            enforce_security_group_inbound_rules_on_private_link_traffic="on" if plan.enforce_inbound_rules else "off",
            enable_deletion_protection=plan.deletion_protection,
            tags=self.named("nlb", args.tags),
            # One zone less replaces it. AWS would refuse to delete the old one at the end of the run; the preview does.
            opts=self.child(protect=plan.deletion_protection, hooks=self._zones_hook()),
        )
        self.target_group = self._target_group()
        self.listener = aws.lb.Listener(
            f"{name}-{plan.protocol.key}",
            load_balancer_arn=self.load_balancer.arn,
            port=plan.protocol.port,
            protocol="TCP",
            default_actions=[aws.lb.ListenerDefaultActionArgs(type="forward", target_group_arn=self.target_group.arn)],
            tags=self.named(plan.protocol.key, args.tags),
            opts=self.child(),
        )
        self._security_group_rules()
        for key, autoscaling_group_name in args.autoscaling_group_names.items():
            aws.autoscaling.Attachment(
                f"{name}-{key}",
                autoscaling_group_name=autoscaling_group_name,
                lb_target_group_arn=self.target_group.arn,
                opts=self.child(),
            )
        self.service = aws.ec2.VpcEndpointService(
            f"{name}-service",
            network_load_balancer_arns=[self.load_balancer.arn],
            acceptance_required=plan.acceptance_required,
            supported_ip_address_types=["ipv4"],
            supported_regions=plan.supported_regions or None,
            tags=self.named("service", args.tags),
            opts=self.child(depends_on=[self.listener], protect=plan.deletion_protection),
        )
        self.endpoint_service_name, self.endpoint_service_id = self.service.service_name, self.service.id
        principals = [
            aws.ec2.VpcEndpointServiceAllowedPrinciple(
                f"{name}-{principal.key}",
                vpc_endpoint_service_id=self.service.id,
                principal_arn=principal.arn,
                opts=self.child(),
            )
            for principal in plan.principals
        ]
        if plan.notifications:
            aws.ec2.VpcEndpointConnectionNotification(
                f"{name}-notifications",
                vpc_endpoint_service_id=self.service.id,
                connection_notification_arn=plan.notifications.topic_arn,
                connection_events=plan.notifications.events,
                opts=self.child(),
            )
        self._parameter(principals)
        self.publish()

    def _zones_hook(self) -> ResourceHookBinding | None:
        """The hook is registered in any case: the state may still refer to it."""

        async def before_update(hook: ResourceHookArgs) -> None:
            old, new = await plain(hook.old_inputs), await plain(hook.new_inputs)
            balancer_zones.check(self._args.plan.zones_key, old.get("subnets"), new.get("subnets"))

        kept = ResourceHook(balancer_zones.HOOK, before_update, ResourceHookOptions(on_dry_run=True))
        return ResourceHookBinding(before_update=[kept]) if self._args.plan.deletion_protection else None

    def _target_group(self) -> aws.lb.TargetGroup:
        plan = self._args.plan
        return aws.lb.TargetGroup(
            plan.target_group,
            vpc_id=self._args.vpc_id,
            target_type="instance",
            port=plan.protocol.node_port,
            protocol="TCP",
            # Behind PrivateLink a target sees the load balancer's address whatever this says; said, it is no surprise.
            preserve_client_ip="false",
            proxy_protocol_v2=False,
            deregistration_delay=publication.DEREGISTRATION_SECONDS,
            health_check=aws.lb.TargetGroupHealthCheckArgs(
                protocol="HTTP",
                port=plan.protocol.health_port,
                path=plan.health_path,
                matcher="200",
                interval=publication.HEALTH_INTERVAL_SECONDS,
                timeout=publication.HEALTH_TIMEOUT_SECONDS,
                healthy_threshold=publication.HEALTH_THRESHOLD,
                unhealthy_threshold=publication.HEALTH_THRESHOLD,
            ),
            tags=self.named(plan.protocol.key, self._args.tags),
            # AWS ties a target group to one load balancer, so a new one needs a new group as well.
            opts=self.child(replace_with=[self.load_balancer]),
        )

    def _security_group_rules(self) -> None:
        args, plan = self._args, self._args.plan
        for cidr in plan.client_cidrs:
            aws.vpc.SecurityGroupIngressRule(
                f"{self._name}-from-{cidr}",
                security_group_id=args.security_group_id,
                description=f"{plan.protocol.name} from the load balancer of the edge, through PrivateLink",
                cidr_ipv4=cidr,
                ip_protocol="tcp",
                from_port=plan.protocol.port,
                to_port=plan.protocol.port,
                tags=self.named(f"from-{cidr}", args.tags),
                opts=self.child(),
            )
        for key, group_id in args.node_security_group_ids.items():
            for port in plan.protocol.node_ports:
                self._rules_of_nodes(key, group_id, port)

    def _rules_of_nodes(self, key: str, group_id: pulumi.Input[str], port: int) -> None:
        args = self._args
        aws.vpc.SecurityGroupEgressRule(
            f"{self._name}-to-{key}-{port}",
            security_group_id=args.security_group_id,
            description="Traffic and health checks to the nodes",
            referenced_security_group_id=group_id,
            ip_protocol="tcp",
            from_port=port,
            to_port=port,
            tags=self.named(f"to-{key}-{port}", args.tags),
            opts=self.child(),
        )
        aws.vpc.SecurityGroupIngressRule(
            f"{self._name}-{key}-from-nlb-{port}",
            security_group_id=group_id,
            description="Traffic and health checks from the network load balancer",
            referenced_security_group_id=args.security_group_id,
            ip_protocol="tcp",
            from_port=port,
            to_port=port,
            tags=self.named(f"{key}-from-nlb-{port}", args.tags),
            opts=self.child(),
        )

    def _parameter(self, principals: list[aws.ec2.VpcEndpointServiceAllowedPrinciple]) -> None:
        plan = self._args.plan
        aws.ssm.Parameter(
            f"{self._name}-contract",
            name=plan.parameter,
            type="String",
            tier=plan.parameter_tier,
            description="What the central ingress reads of this service",
            # Readable in previews; nothing in a contract is secret. And no `overwrite`: a second stack with the same
            # connection name fails here instead of taking over the first one's traffic.
            insecure_value=Output.json_dumps(self.contract()),
            tags=dict(self._args.tags),
            opts=self.child(
                depends_on=principals,
                provider=self._args.parameter_provider,
                # Created first, its successor would find the name taken.
                delete_before_replace=True,
                # A writer role may create and delete the parameter, and never overwrite one.
                replace_on_changes=["insecureValue"] if plan.parameter_writer_role_arn else None,
            ),
        )

    def contract(self) -> dict[str, pulumi.Input[object]]:
        """Every field of the contract: the planned ones plain, the endpoint service's as outputs."""
        return {
            **self._args.plan.contract,
            "endpoint_service_name": self.endpoint_service_name,
            "endpoint_service_id": self.endpoint_service_id,
        }
