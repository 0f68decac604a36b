"""The internet VPC."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import pulumi_aws as aws
from pulumi import Output, ResourceOptions

from privatelink_ingress.components.base import Component
from privatelink_ingress.components.flow_logs import FlowLogs, FlowLogsArgs
from privatelink_ingress.plan.edge.network import NetworkPlan
from privatelink_ingress.plan.edge.shard import EdgePlan
from privatelink_ingress.plan.log_groups import LogStorage
from privatelink_ingress.plan.subnets import SubnetPlan, ipv6_range


@dataclasses.dataclass(frozen=True, kw_only=True)
class InternetNetworkArgs:
    """What to build."""

    plan: NetworkPlan
    log_storage: LogStorage
    protect: bool
    """Whether a replacement or removal of the VPC is refused in the preview."""
    tags: Mapping[str, str]


IP_ADDRESS_TYPE = "IpAddressType"
"""Tag of subnets with an IPv6 range."""


class InternetNetwork(Component):
    """VPC, internet gateway, and in each zone a public subnet and one for endpoints, from which nothing leads out."""

    vpc_id: Output[str]
    public_subnet_ids: Mapping[str, Output[str]]
    """By zone id."""
    endpoint_subnet_ids: Mapping[str, Output[str]]
    """By zone id."""
    zone_names: Mapping[str, Output[str]]
    """By zone id, as the account calls them."""

    def __init__(self, name: str, args: InternetNetworkArgs, opts: ResourceOptions | None = None) -> None:
        """Only the public subnets' route table has a way to the internet."""
        super().__init__(name, opts)
        self._tags = args.tags
        self._vpc = aws.ec2.Vpc(
            name,
            cidr_block=args.plan.cidr,
            enable_dns_support=True,
            enable_dns_hostnames=True,
            tags=self.named("", args.tags),
            # The provider reads the range of `self._ipv6` as if the VPC had asked for it, and would take it away.
            opts=self.child(protect=args.protect, ignore_changes=["assignGeneratedIpv6CidrBlock"]),
        )
        # Of its own, so that it leaves after the subnets' ranges: an update of the VPC would come before theirs.
        self._ipv6 = (
            aws.ec2.VpcIpv6CidrBlockAssociation(
                name, vpc_id=self._vpc.id, assign_generated_ipv6_cidr_block=True, opts=self.child()
            )
            if args.plan.ipv6
            else None
        )
        # Emptied, so that what forgets its own security group reaches nothing (Security Hub control EC2.2).
        aws.ec2.DefaultSecurityGroup(
            f"{name}-default",
            vpc_id=self._vpc.id,
            ingress=[],
            egress=[],
            tags=self.named("default", args.tags),
            opts=self.child(),
        )
        FlowLogs(
            f"{name}-flow-logs",
            FlowLogsArgs(
                vpc_id=self._vpc.id,
                storage=args.log_storage,
                tags=args.tags,
                trust_policy=args.plan.flow_logs_trust,
                permissions_boundary=args.plan.permissions_boundary,
            ),
            self.child(),
        )
        gateway = aws.ec2.InternetGateway(name, vpc_id=self._vpc.id, tags=self.named("", args.tags), opts=self.child())
        public_routes = aws.ec2.RouteTable(
            f"{name}-public", vpc_id=self._vpc.id, tags=self.named("public", args.tags), opts=self.child()
        )
        internet_route = aws.ec2.Route(
            f"{name}-public-internet",
            route_table_id=public_routes.id,
            destination_cidr_block="0.0.0.0/0",
            gateway_id=gateway.id,
            opts=self.child(),
        )
        self.internet_routes = [internet_route]
        if self._ipv6:
            ipv6_route = aws.ec2.Route(
                f"{name}-public-internet-ipv6",
                route_table_id=public_routes.id,
                destination_ipv6_cidr_block="::/0",
                gateway_id=gateway.id,
                opts=self.child(depends_on=[self._ipv6]),
            )
            self.internet_routes.append(ipv6_route)
        endpoint_routes = aws.ec2.RouteTable(
            f"{name}-endpoint",
            vpc_id=self._vpc.id,
            # An empty list, not an absent one: a deployment then removes routes that were added by hand.
            routes=[],
            tags=self.named("endpoint", args.tags),
            opts=self.child(),
        )
        self.vpc_id = self._vpc.id
        public = self._subnets("public", args.plan.public, public_routes)
        endpoint = self._subnets("endpoint", args.plan.endpoint, endpoint_routes)
        self.public_subnet_ids = {zone_id: subnet.id for zone_id, subnet in public.items()}
        self.endpoint_subnet_ids = {zone_id: subnet.id for zone_id, subnet in endpoint.items()}
        self.zone_names = {zone_id: subnet.availability_zone for zone_id, subnet in endpoint.items()}
        self.publish()

    def _ipv6_range(self, zone_id: str) -> Output[str] | None:
        return self._ipv6.ipv6_cidr_block.apply(lambda whole: ipv6_range(whole, zone_id)) if self._ipv6 else None

    def _subnets(
        self, tier: str, planned: tuple[SubnetPlan, ...], routes: aws.ec2.RouteTable
    ) -> dict[str, aws.ec2.Subnet]:
        subnets = {}
        for plan in planned:
            suffix = f"{tier}-{plan.zone_id}"
            ipv6 = self._ipv6_range(plan.zone_id) if tier == "public" else None
            subnet = aws.ec2.Subnet(
                f"{self._name}-{suffix}",
                vpc_id=self._vpc.id,
                availability_zone_id=plan.zone_id,
                cidr_block=plan.cidr,
                # A load balancer brings its own public addresses (Security Hub control EC2.15).
                map_public_ip_on_launch=False,
                ipv6_cidr_block=ipv6,
                # The range is optional and computed, so the provider notices that it is no longer wanted only when
                # something else changes too: internal/service/ec2/vpc_subnet.go, `resourceSubnetUpdate`.
                tags={**self.named(suffix, self._tags), **({IP_ADDRESS_TYPE: "dualstack"} if ipv6 else {})},
                opts=self.child(),
            )
            aws.ec2.RouteTableAssociation(
                f"{self._name}-{suffix}", subnet_id=subnet.id, route_table_id=routes.id, opts=self.child()
            )
            subnets[plan.zone_id] = subnet
        return subnets


def internet_network(shard: Component, name: str, plan: EdgePlan) -> InternetNetwork:
    """The VPC of a shard that does not stand in an existing one."""
    return InternetNetwork(
        name,
        InternetNetworkArgs(
            plan=plan.network,
            log_storage=plan.logs.storage,
            protect=plan.load_balancer.deletion_protection,
            tags=plan.tags,
        ),
        shard.child(),
    )
