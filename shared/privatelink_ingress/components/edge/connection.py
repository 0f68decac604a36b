"""One published service at the edge."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import pulumi_aws as aws
from pulumi import Input, Output, ResourceOptions

from privatelink_ingress.components.base import Component
from privatelink_ingress.components.edge.certificates import Certificates, CertificatesArgs
from privatelink_ingress.plan.connections import ConnectionPlan
from privatelink_ingress.plan.routes import Rule

# Seconds and counts within the ranges of CreateTargetGroup, ELBv2 API: a dead zone is out after 20 s.
_HEALTH_CHECK = {"interval": 10, "timeout": 5, "healthy_threshold": 2, "unhealthy_threshold": 2, "matcher": "200"}


@dataclasses.dataclass(frozen=True, kw_only=True)
class ShardArgs:
    """What a connection uses of its shard: outputs of the shard's own resources, or plain values of its contract."""

    vpc_id: Input[str]
    endpoint_subnet_ids: Mapping[str, Input[str]]
    """By zone id."""
    endpoint_security_group_id: Input[str]
    listener_arn: Input[str]
    alb_dns_name: Input[str]
    alb_zone_id: Input[str]
    """Hosted zone of `alb_dns_name`, for alias records."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class ConnectionArgs:
    """What to build, and the shard that it belongs to."""

    plan: ConnectionPlan
    shard: ShardArgs
    tags: Mapping[str, str]


class Connection(Component):
    """Endpoint, target group, targets, listener rules. All of its addresses are planned, so nothing is looked up."""

    endpoint_id: Output[str]
    target_group_arn: Output[str]

    def __init__(self, name: str, args: ConnectionArgs, opts: ResourceOptions | None = None) -> None:
        """Built in the order endpoint, targets, rules, and removed in the reverse: requests stop first."""
        super().__init__(name, opts)
        plan, shard = args.plan, args.shard
        tags = {**args.tags, "Owner": plan.owner, "Connection": plan.name}
        endpoint = aws.ec2.VpcEndpoint(
            name,
            vpc_id=shard.vpc_id,
            vpc_endpoint_type="Interface",
            service_name=plan.endpoint_service_name,
            ip_address_type="ipv4",
            private_dns_enabled=False,
            security_group_ids=[shard.endpoint_security_group_id],
            subnet_ids=[shard.endpoint_subnet_ids[target.zone_id] for target in plan.targets],
            subnet_configurations=[
                {"subnet_id": shard.endpoint_subnet_ids[target.zone_id], "ipv4": target.address}
                for target in plan.targets
            ],
            tags=self.named("", tags),
            # A successor cannot have the addresses before the old endpoint has left them.
            opts=self.child(delete_before_replace=True),
        )
        group = aws.lb.TargetGroup(
            name,
            name=plan.target_group_name,
            vpc_id=shard.vpc_id,
            target_type="ip",
            port=plan.port,
            protocol=plan.protocol,
            health_check={"path": plan.health_path, "protocol": plan.protocol, "port": "traffic-port", **_HEALTH_CHECK},
            tags=self.named("", tags),
            opts=self.child(),
        )
        targets = [
            aws.lb.TargetGroupAttachment(
                f"{name}-{target.zone_id}",
                target_group_arn=group.arn,
                target_id=target.address,
                port=plan.port,
                opts=self.child(depends_on=[endpoint]),
            )
            for target in plan.targets
        ]
        for rule in plan.rules:
            aws.lb.ListenerRule(
                f"{name}-{rule.key}",
                listener_arn=shard.listener_arn,
                priority=rule.priority,
                conditions=_conditions(rule),
                actions=[{"type": "forward", "target_group_arn": group.arn}],
                tags=self.named(rule.key, tags),
                opts=self.child(depends_on=targets),
            )
        if plan.certificate:
            certificates = Certificates(name, CertificatesArgs(plan=plan.certificate, tags=tags), self.child())
            for key, arn in certificates.arns.items():
                aws.lb.ListenerCertificate(
                    f"{name}-{key}", listener_arn=shard.listener_arn, certificate_arn=arn, opts=self.child()
                )
        self.endpoint_id = endpoint.id
        self.target_group_arn = group.arn
        self.publish()


def _conditions(rule: Rule) -> list[Any]:
    conditions: list[Any] = [{"host_header": {"values": rule.hosts}}]
    if rule.paths:
        conditions.append({"path_pattern": {"values": rule.paths}})
    return conditions
