"""What a published service stands on: a cluster of the stack's own, or an existing one."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

import pulumi
import pulumi_aws as aws
from pulumi import Input, Output

from privatelink_ingress.components.base import Component
from privatelink_ingress.components.workload.cluster import ControlPlane, ControlPlaneArgs
from privatelink_ingress.components.workload.network import PrivateNetwork, PrivateNetworkArgs
from privatelink_ingress.components.workload.nodes import Nodes, NodesArgs
from privatelink_ingress.components.workload.observability import Observability, ObservabilityArgs
from privatelink_ingress.lookups.providers import Providers
from privatelink_ingress.plan.workload import AdoptedClusterPlan, OwnClusterPlan
from privatelink_ingress.plan.workload.adopted_cluster import AdoptedCluster


@dataclasses.dataclass(frozen=True, kw_only=True)
class ClusterFoundation:
    """What the publication and the Kubernetes objects need of a cluster and its network."""

    vpc_id: Input[str]
    subnet_ids: Mapping[str, Input[str]]
    """The load balancer's private subnets by zone id."""
    load_balancer_security_group_id: Input[str]
    node_security_group_ids: Mapping[str, Input[str]]
    """By the key that names their rules, such as `nodes`."""
    autoscaling_group_names: Mapping[str, Input[str]]
    """By the key that names their attachments, such as `nodes`."""
    zone_names: Mapping[str, Input[str]]
    """By zone id."""
    flow_log_group: Input[str] | None
    """None where the stack logs no traffic of the VPC."""
    kubeconfig: Input[str]
    components: Sequence[pulumi.Resource]
    """All components registered for it."""
    needed_by_objects: Sequence[pulumi.Resource]
    """Must outlive every object in the cluster."""


def create_cluster(parent: Component, name: str, plan: OwnClusterPlan, providers: Providers) -> ClusterFoundation:
    """Register a cluster with its network and nodes, as children of `parent`."""
    network = PrivateNetwork(
        name,
        PrivateNetworkArgs(
            plan=plan.network, protect=plan.cluster.deletion_protection, tags=plan.tags, iam=providers.iam
        ),
        parent.child(provider=providers.network),
    )
    control_plane = ControlPlane(
        name,
        ControlPlaneArgs(
            plan=plan.cluster,
            tags=plan.tags,
            vpc_id=network.vpc_id,
            subnet_ids=network.subnet_ids,
            iam=providers.iam,
        ),
        parent.child(provider=providers.eks),
    )
    observability = (
        Observability(
            name, ObservabilityArgs(plan=plan.observability, tags=plan.tags), parent.child(provider=providers.eks)
        )
        if plan.observability
        else None
    )
    nodes = Nodes(
        name,
        NodesArgs(
            plan=plan.nodes,
            tags=plan.tags,
            cluster_name=control_plane.cluster_name,
            subnet_ids=network.subnet_ids,
            requires=[*network.node_requirements, *(observability.log_groups if observability else ())],
            iam=providers.iam,
        ),
        parent.child(provider=providers.eks),
    )
    return ClusterFoundation(
        vpc_id=network.vpc_id,
        subnet_ids=network.subnet_ids,
        load_balancer_security_group_id=network.load_balancer_security_group_id,
        node_security_group_ids={"nodes": control_plane.cluster_security_group_id},
        autoscaling_group_names=nodes.autoscaling_group_names,
        zone_names=network.zone_names,
        flow_log_group=network.flow_log_group,
        kubeconfig=control_plane.kubeconfig_json,
        components=[network, control_plane, nodes, *([observability] if observability else ())],
        # Without CoreDNS and other add-ons that need nodes themselves: the controller resolves no names.
        needed_by_objects=[*nodes.node_groups.values(), *control_plane.access],
    )


def adopt_cluster(parent: Component, name: str, plan: AdoptedClusterPlan, providers: Providers) -> ClusterFoundation:
    """Use an existing cluster as it is; the load balancer's security group is the only resource registered for it."""
    cluster = plan.cluster
    vpc = AdoptedVpc(name, AdoptedVpcArgs(plan=cluster, tags=plan.tags), parent.child(provider=providers.network))
    return ClusterFoundation(
        vpc_id=cluster.vpc_id,
        subnet_ids=cluster.subnet_ids,
        load_balancer_security_group_id=vpc.load_balancer_security_group_id,
        node_security_group_ids={group: group for group in cluster.node_security_group_ids},
        autoscaling_group_names=cluster.autoscaling_groups,
        zone_names=cluster.zone_names,
        flow_log_group=None,
        kubeconfig=cluster.kubeconfig,
        components=[vpc],
        needed_by_objects=[],
    )


@dataclasses.dataclass(frozen=True, kw_only=True)
class AdoptedVpcArgs:
    """Inputs of an `AdoptedVpc`."""

    plan: AdoptedCluster
    tags: Mapping[str, str]


class AdoptedVpc(Component):
    """What this system adds to the VPC of an existing cluster: the load balancer's security group."""

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
