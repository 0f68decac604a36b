"""The private VPC: subnets, endpoints, log. Nothing in it leads to the internet."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import pulumi
import pulumi_aws as aws
from pulumi import Output

from privatelink_ingress.components.base import Component
from privatelink_ingress.components.flow_logs import FlowLogs, FlowLogsArgs
from privatelink_ingress.plan.workload.network import NetworkPlan

HTTPS = 443


@dataclasses.dataclass(frozen=True, kw_only=True)
class PrivateNetworkArgs:
    """Inputs of a `PrivateNetwork`."""

    plan: NetworkPlan
    tags: Mapping[str, str]
    iam: aws.Provider
    """Registers the flow log's role."""


class PrivateNetwork(Component):
    """A VPC with one private subnet per zone, and endpoints as its only way out."""

    vpc_id: Output[str]
    load_balancer_security_group_id: Output[str]
    """Group of the network load balancer; its rules are the publication's."""

    def __init__(self, name: str, args: PrivateNetworkArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Register the network."""
        super().__init__(name, opts)
        self._plan, self._tags = args.plan, args.tags
        self.vpc = aws.ec2.Vpc(
            f"{name}-vpc",
            cidr_block=args.plan.cidr,
            # Without both, neither the private API endpoint nor any interface endpoint has a name inside the VPC.
            enable_dns_support=True,
            enable_dns_hostnames=True,
            tags=self.named("vpc", args.tags),
            opts=self.child(),
        )
        self.vpc_id = self.vpc.id
        aws.ec2.DefaultSecurityGroup(
            f"{name}-default",
            vpc_id=self.vpc_id,
            ingress=[],
            egress=[],
            tags=self.named("default", args.tags),
            opts=self.child(),
        )
        self.subnets = {plan.zone_id: self._subnet(plan.zone_id, plan.cidr) for plan in args.plan.subnets}
        self.subnet_ids = {zone_id: subnet.id for zone_id, subnet in self.subnets.items()}
        route_table = self._route_table()
        associations = self._associations(route_table)
        self.load_balancer_security_group_id = self._security_group("nlb", "Network load balancer").id
        self.node_requirements: list[pulumi.Resource] = [
            *associations,
            *self._interface_endpoints(),
            aws.ec2.VpcEndpoint(
                f"{name}-s3",
                vpc_id=self.vpc_id,
                vpc_endpoint_type="Gateway",
                service_name=args.plan.s3_service_name,
                route_table_ids=[route_table.id],
                policy=args.plan.s3_policy,
                tags=self.named("s3", args.tags),
                opts=self.child(),
            ),
        ]
        """What nodes need before they can join: endpoints, and the rules and routes that lead to them."""
        FlowLogs(
            f"{name}-flow-logs",
            FlowLogsArgs(
                vpc_id=self.vpc_id,
                retention_days=args.plan.log_retention_days,
                tags=args.tags,
                iam=args.iam,
                permissions_boundary=args.plan.permissions_boundary,
            ),
            self.child(),
        )
        self.publish()

    def _subnet(self, zone_id: str, cidr: str) -> aws.ec2.Subnet:
        return aws.ec2.Subnet(
            f"{self._name}-{zone_id}",
            vpc_id=self.vpc_id,
            availability_zone_id=zone_id,
            cidr_block=cidr,
            map_public_ip_on_launch=False,
            tags=self.named(zone_id, self._tags),
            opts=self.child(),
        )

    def _route_table(self) -> aws.ec2.RouteTable:
        return aws.ec2.RouteTable(
            f"{self._name}-private",
            vpc_id=self.vpc_id,
            # An empty list, not an absent one: a route that somebody adds by hand is taken out again.
            routes=[],
            tags=self.named("private", self._tags),
            opts=self.child(),
        )

    def _associations(self, table: aws.ec2.RouteTable) -> list[aws.ec2.RouteTableAssociation]:
        return [
            aws.ec2.RouteTableAssociation(
                f"{self._name}-{zone_id}", route_table_id=table.id, subnet_id=subnet_id, opts=self.child()
            )
            for zone_id, subnet_id in self.subnet_ids.items()
        ]

    def _security_group(self, suffix: str, description: str) -> aws.ec2.SecurityGroup:
        return aws.ec2.SecurityGroup(
            f"{self._name}-{suffix}",
            vpc_id=self.vpc_id,
            description=description,
            tags=self.named(suffix, self._tags),
            opts=self.child(),
        )

    def _interface_endpoints(self) -> list[pulumi.Resource]:
        group = self._security_group("endpoints", "Endpoints of AWS services: HTTPS from the nodes")
        rules = [
            aws.vpc.SecurityGroupIngressRule(
                f"{self._name}-endpoints-{plan.zone_id}",
                security_group_id=group.id,
                description=f"HTTPS from the nodes in {plan.zone_id}",
                cidr_ipv4=plan.cidr,
                ip_protocol="tcp",
                from_port=HTTPS,
                to_port=HTTPS,
                tags=self.named(f"endpoints-{plan.zone_id}", self._tags),
                opts=self.child(),
            )
            for plan in self._plan.subnets
        ]
        endpoints = [
            aws.ec2.VpcEndpoint(
                f"{self._name}-{plan.key}",
                vpc_id=self.vpc_id,
                vpc_endpoint_type="Interface",
                service_name=plan.service_name,
                subnet_ids=list(self.subnet_ids.values()),
                security_group_ids=[group.id],
                private_dns_enabled=True,
                policy=plan.policy,
                tags=self.named(plan.key, self._tags),
                opts=self.child(),
            )
            for plan in self._plan.interface_endpoints
        ]
        return [*rules, *endpoints]
