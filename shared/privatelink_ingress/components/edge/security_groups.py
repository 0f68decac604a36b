"""Allowed connections: from clients to the load balancer, and from it to the endpoints and to identity providers."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

import pulumi_aws as aws
from pulumi import Input, Output, Resource, ResourceOptions

from privatelink_ingress.components.base import Component
from privatelink_ingress.plan.edge.shard import HTTPS
from privatelink_ingress.settings.ipv6 import is_ipv6
from privatelink_ingress.settings.sign_in import ISSUERS


@dataclasses.dataclass(frozen=True, kw_only=True)
class SecurityGroupsArgs:
    """What to open."""

    vpc_id: Input[str]
    client_cidrs: Sequence[str]
    client_ports: Sequence[int]
    endpoint_ports: Sequence[int]
    issuer_cidrs: Sequence[str]
    """Networks of identity providers."""
    tags: Mapping[str, str]


class SecurityGroups(Component):
    """The groups of the load balancer and of all endpoints.

    The endpoints share one group: a group for each would meet the quota of 60 rules on the load balancer's group.
    """

    load_balancer_id: Output[str]
    endpoint_id: Output[str]
    issuers: Sequence[Resource]
    """The rules that let the load balancer reach identity providers: no client is sent to sign in before."""

    def __init__(self, name: str, args: SecurityGroupsArgs, opts: ResourceOptions | None = None) -> None:
        """Both groups without rules, then the rules: each group's rules name the other group."""
        super().__init__(name, opts)
        self._tags = args.tags
        balancer = self._group("load-balancer", "Load balancer: clients in, endpoints out", args.vpc_id)
        endpoint = self._group("endpoint", "Endpoints: load balancer in, nothing out", args.vpc_id)
        for port in args.client_ports:
            for cidr in args.client_cidrs:
                # In a URN, two colons separate the parts.
                suffix = f"load-balancer-in-{port}-{cidr.replace(':', '-')}"
                aws.vpc.SecurityGroupIngressRule(
                    f"{name}-{suffix}",
                    security_group_id=balancer.id,
                    description=f"Clients in {cidr}",
                    ip_protocol="tcp",
                    from_port=port,
                    to_port=port,
                    cidr_ipv4=None if is_ipv6(cidr) else cidr,
                    cidr_ipv6=cidr if is_ipv6(cidr) else None,
                    tags=self.named(suffix, args.tags),
                    opts=self.child(),
                )
        for port in args.endpoint_ports:
            aws.vpc.SecurityGroupEgressRule(
                f"{name}-load-balancer-out-{port}",
                security_group_id=balancer.id,
                description="Requests and health checks to the endpoints",
                ip_protocol="tcp",
                from_port=port,
                to_port=port,
                referenced_security_group_id=endpoint.id,
                tags=self.named(f"load-balancer-out-{port}", args.tags),
                opts=self.child(),
            )
            aws.vpc.SecurityGroupIngressRule(
                f"{name}-endpoint-in-{port}",
                security_group_id=endpoint.id,
                description="Requests and health checks of the load balancer",
                ip_protocol="tcp",
                from_port=port,
                to_port=port,
                referenced_security_group_id=balancer.id,
                tags=self.named(f"endpoint-in-{port}", args.tags),
                opts=self.child(),
            )
        self.issuers = [self._issuer_rule(balancer, cidr) for cidr in args.issuer_cidrs]
        self.load_balancer_id = balancer.id
        self.endpoint_id = endpoint.id
        self.publish()

    def _issuer_rule(self, balancer: aws.ec2.SecurityGroup, cidr: str) -> aws.vpc.SecurityGroupEgressRule:
        suffix = f"load-balancer-out-{HTTPS}-{cidr}"
        return aws.vpc.SecurityGroupEgressRule(
            f"{self._name}-{suffix}",
            security_group_id=balancer.id,
            description=ISSUERS,
            ip_protocol="tcp",
            from_port=HTTPS,
            to_port=HTTPS,
            cidr_ipv4=cidr,
            tags=self.named(suffix, self._tags),
            opts=self.child(),
        )

    def _group(self, suffix: str, description: str, vpc_id: Input[str]) -> aws.ec2.SecurityGroup:
        return aws.ec2.SecurityGroup(
            f"{self._name}-{suffix}",
            vpc_id=vpc_id,
            description=description,
            tags=self.named(suffix, self._tags),
            opts=self.child(),
        )
