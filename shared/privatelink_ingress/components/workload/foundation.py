"""The cluster that a service is published from, whoever made it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

import pulumi
import pulumi_aws as aws
from pulumi import Input, Output, ResourceOptions

from privatelink_ingress.components.base import Component
from privatelink_ingress.components.workload.cluster import ControlPlane, ControlPlaneArgs
from privatelink_ingress.components.workload.network import PrivateNetwork, PrivateNetworkArgs
from privatelink_ingress.components.workload.nodes import Nodes, NodesArgs
from privatelink_ingress.components.workload.observability import Observability, ObservabilityArgs
from privatelink_ingress.lookups.providers import Providers
from privatelink_ingress.plan.workload import AdoptedClusterPlan, OwnClusterPlan
from privatelink_ingress.plan.workload.adopted_cluster import AdoptedCluster


@dataclasses.dataclass(frozen=True, kw_only=True)
class Ground:
    """What a publication and the objects in a cluster stand on."""

    vpc_id: Input[str]
    subnet_ids: Mapping[str, Input[str]]
    """Private subnets of the load balancer by zone id."""
    load_balancer_security_group_id: Input[str]
    node_security_group_ids: Mapping[str, Input[str]]
    """By what tells their rules apart."""
    autoscaling_group_names: Mapping[str, Input[str]]
    """By what tells their attachments apart."""
    kubeconfig: Input[str]
    components: Sequence[pulumi.Resource]
    """What this stack made of it."""
    needed_by_objects: Sequence[pulumi.Resource]
    """Which of them must be there as long as an object in the cluster is."""


def own(plan: OwnClusterPlan, providers: Providers) -> Ground:
    """Register a cluster of the stack's own, with its network and nodes."""
    network = PrivateNetwork(
        plan.name,
        PrivateNetworkArgs(plan=plan.network, tags=plan.tags, iam=providers.iam),
        ResourceOptions(provider=providers.network),
    )
    control_plane = ControlPlane(
        plan.name,
        ControlPlaneArgs(
            plan=plan.cluster,
            tags=plan.tags,
            vpc_id=network.vpc_id,
            subnet_ids=network.subnet_ids,
            iam=providers.iam,
        ),
        ResourceOptions(provider=providers.eks),
    )
    observability = (
        Observability(
            plan.name,
            ObservabilityArgs(plan=plan.observability, tags=plan.tags),
            ResourceOptions(provider=providers.eks),
        )
        if plan.observability
        else None
    )
    nodes = Nodes(
        plan.name,
        NodesArgs(
            plan=plan.nodes,
            tags=plan.tags,
            cluster_name=control_plane.cluster_name,
            subnet_ids=network.subnet_ids,
            requires=[*network.node_requirements, *(observability.log_groups if observability else ())],
            iam=providers.iam,
        ),
        ResourceOptions(provider=providers.eks),
    )
    return Ground(
        vpc_id=network.vpc_id,
        subnet_ids=network.subnet_ids,
        load_balancer_security_group_id=network.load_balancer_security_group_id,
        node_security_group_ids={"nodes": control_plane.cluster_security_group_id},
        autoscaling_group_names=nodes.autoscaling_group_names,
        kubeconfig=control_plane.kubeconfig_json,
        components=[network, control_plane, nodes, *([observability] if observability else ())],
        # Not CoreDNS and other add-ons that need nodes themselves: the controller resolves no names.
        needed_by_objects=[*nodes.node_groups.values(), *control_plane.access],
    )


def adopted(plan: AdoptedClusterPlan, providers: Providers) -> Ground:
    """Take the cluster of somebody else as it is."""
    cluster = plan.cluster
    access = AdoptedVpc(
        plan.name, AdoptedVpcArgs(plan=cluster, tags=plan.tags), ResourceOptions(provider=providers.network)
    )
    return Ground(
        vpc_id=cluster.vpc_id,
        subnet_ids=cluster.subnet_ids,
        load_balancer_security_group_id=access.load_balancer_security_group_id,
        node_security_group_ids={group: group for group in cluster.node_security_group_ids},
        autoscaling_group_names=cluster.autoscaling_groups,
        kubeconfig=cluster.kubeconfig,
        components=[access],
        needed_by_objects=[],
    )


@dataclasses.dataclass(frozen=True, kw_only=True)
class AdoptedVpcArgs:
    """Inputs of an `AdoptedVpc`."""

    plan: AdoptedCluster
    tags: Mapping[str, str]


class AdoptedVpc(Component):
    """The one thing that this system adds to the VPC of somebody else's cluster: the load balancer's security group."""

    load_balancer_security_group_id: Output[str]
    """Its rules are the publication's."""

    def __init__(self, name: str, args: AdoptedVpcArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Register the group."""
        super().__init__(name, opts)
        group = aws.ec2.SecurityGroup(
            f"{name}-nlb",
            vpc_id=args.plan.vpc_id,
            description="Network load balancer",
            tags=self.named("nlb", args.tags),
            opts=self.child(),
        )
        self.load_balancer_security_group_id = group.id
        self.publish()
