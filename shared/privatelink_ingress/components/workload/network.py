"""The private VPC: subnets, endpoints, flow logs, and no route to the internet."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

import pulumi
import pulumi_aws as aws
from pulumi import Output

from privatelink_ingress.components.base import Component
from privatelink_ingress.components.flow_logs import FlowLogs, FlowLogsArgs
from privatelink_ingress.plan.subnets import SubnetPlan
from privatelink_ingress.plan.workload import pod_subnets
from privatelink_ingress.plan.workload.network import NetworkPlan

HTTPS = 443


@dataclasses.dataclass(frozen=True, kw_only=True)
class PrivateNetworkArgs:
    """Inputs of a `PrivateNetwork`."""

    plan: NetworkPlan
    protect: bool
    """Whether a replacement or removal of the VPC is refused in the preview."""
    tags: Mapping[str, str]
    iam: aws.Provider
    """Registers the flow log's role."""


class PrivateNetwork(Component):
    """A VPC with one private subnet per zone, and endpoints as its only way out.

    In an existing VPC it creates only the missing endpoints.
    """

    vpc_id: Output[str]
    load_balancer_security_group_id: Output[str]
    """Group of the network load balancer; its rules are the publication's."""
    zone_names: Mapping[str, pulumi.Input[str]]
    """By zone id: the names by which the account calls its zones."""
    flow_log_group: Output[str] | None = None
    """None in an existing VPC, whose owner logs its traffic."""

    def __init__(self, name: str, args: PrivateNetworkArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Register the network."""
        super().__init__(name, opts)
        self._plan, self._tags = args.plan, args.tags
        adopted = args.plan.adopted
        requirements = [] if adopted else self._vpc(args.iam, protect=args.protect)
        if adopted:
            self.vpc_id = Output.from_input(adopted.vpc_id)
            self.subnet_ids = {zone_id: Output.from_input(subnet.id) for zone_id, subnet in adopted.subnets.items()}
            self.zone_names = {zone_id: subnet.zone_name for zone_id, subnet in adopted.subnets.items()}
        self.load_balancer_security_group_id = self._security_group("nlb", "Network load balancer").id
        self.node_requirements: list[pulumi.Resource] = [*requirements, *self._interface_endpoints()]
        """Resources that nodes need before they can join: endpoints, and their rules and routes."""
        self.publish()

    def _vpc(self, iam: aws.Provider, *, protect: bool) -> list[pulumi.Resource]:
        """Register the VPC, and return the resources that nodes need before they can join."""
        plan = self._plan
        self.vpc_id = aws.ec2.Vpc(
            f"{self._name}-vpc",
            cidr_block=plan.cidr,
            # Without both, neither the private API endpoint nor any interface endpoint has a name inside the VPC.
            enable_dns_support=True,
            enable_dns_hostnames=True,
            tags=self.named("vpc", self._tags),
            opts=self.child(protect=protect),
        ).id
        aws.ec2.DefaultSecurityGroup(
            f"{self._name}-default",
            vpc_id=self.vpc_id,
            ingress=[],
            egress=[],
            tags=self.named("default", self._tags),
            opts=self.child(),
        )
        subnets = {subnet.zone_id: self._subnet(subnet.zone_id, subnet) for subnet in plan.subnets}
        self.subnet_ids = {zone_id: subnet.id for zone_id, subnet in subnets.items()}
        self.zone_names = {zone_id: subnet.availability_zone for zone_id, subnet in subnets.items()}
        route_table = self._route_table()
        associations = self._associations(route_table, {**self.subnet_ids, **self._pod_subnets()})
        gateway = aws.ec2.VpcEndpoint(
            f"{self._name}-s3",
            vpc_id=self.vpc_id,
            vpc_endpoint_type="Gateway",
            service_name=plan.s3_service_name,
            route_table_ids=[route_table.id],
            policy=plan.s3_policy,
            tags=self.named("s3", self._tags),
            opts=self.child(),
        )
        self.flow_log_group = FlowLogs(
            f"{self._name}-flow-logs",
            FlowLogsArgs(
                vpc_id=self.vpc_id,
                storage=plan.log_storage,
                tags=self._tags,
                iam=iam,
                trust_policy=plan.flow_logs_trust,
                permissions_boundary=plan.permissions_boundary,
            ),
            self.child(),
        ).log_group_name
        return [*associations, gateway]

    def _subnet(
        self,
        key: str,
        plan: SubnetPlan,
        *,
        tags: Mapping[str, str] | None = None,
        after: Sequence[pulumi.Resource] = (),
    ) -> aws.ec2.Subnet:
        return aws.ec2.Subnet(
            f"{self._name}-{key}",
            vpc_id=self.vpc_id,
            availability_zone_id=plan.zone_id,
            cidr_block=plan.cidr,
            map_public_ip_on_launch=False,
            tags={**self.named(key, self._tags), **(tags or {})},
            opts=self.child(depends_on=list(after)),
        )

    def _pod_subnets(self) -> dict[str, Output[str]]:
        """Subnets in which the CNI finds more addresses for pods, by key."""
        plan = self._plan
        if plan.pod_cidr is None:
            return {}
        added = aws.ec2.VpcIpv4CidrBlockAssociation(
            f"{self._name}-pods", vpc_id=self.vpc_id, cidr_block=plan.pod_cidr, opts=self.child()
        )
        keys = {f"pods-{subnet.zone_id}": subnet for subnet in plan.pod_subnets}
        return {key: self._subnet(key, subnet, tags=pod_subnets.TAGS, after=[added]).id for key, subnet in keys.items()}

    def _route_table(self) -> aws.ec2.RouteTable:
        return aws.ec2.RouteTable(
            f"{self._name}-private",
            vpc_id=self.vpc_id,
            # Empty, not absent: the next `up` removes routes that were added by hand.
            routes=[],
            tags=self.named("private", self._tags),
            opts=self.child(),
        )

    def _associations(
        self, table: aws.ec2.RouteTable, subnet_ids: Mapping[str, Output[str]]
    ) -> list[aws.ec2.RouteTableAssociation]:
        return [
            aws.ec2.RouteTableAssociation(
                f"{self._name}-{key}", route_table_id=table.id, subnet_id=subnet_id, opts=self.child()
            )
            for key, subnet_id in subnet_ids.items()
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
            *(self._https_from(plan, group, key=plan.zone_id, what="nodes") for plan in self._plan.subnets),
            *(
                self._https_from(plan, group, key=f"pods-{plan.zone_id}", what="pods")
                for plan in self._plan.pod_subnets
            ),
        ]
        endpoints = [
            aws.ec2.VpcEndpoint(
                f"{self._name}-{plan.key}",
                vpc_id=self.vpc_id,
                vpc_endpoint_type="Interface",
                service_name=plan.service_name,
                subnet_ids=[self.subnet_ids[zone_id] for zone_id in plan.zone_ids],
                security_group_ids=[group.id],
                private_dns_enabled=True,
                policy=plan.policy,
                tags=self.named(plan.key, self._tags),
                # Created first, its successor would find the private DNS name taken.
                opts=self.child(delete_before_replace=True),
            )
            for plan in self._plan.interface_endpoints
        ]
        return [*rules, *endpoints]

    def _https_from(self, plan: SubnetPlan, group: aws.ec2.SecurityGroup, *, key: str, what: str) -> pulumi.Resource:
        return aws.vpc.SecurityGroupIngressRule(
            f"{self._name}-endpoints-{key}",
            security_group_id=group.id,
            description=f"HTTPS from the {what} in {plan.zone_id}",
            cidr_ipv4=plan.cidr,
            ip_protocol="tcp",
            from_port=HTTPS,
            to_port=HTTPS,
            tags=self.named(f"endpoints-{key}", self._tags),
            opts=self.child(),
        )
