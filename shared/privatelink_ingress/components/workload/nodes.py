"""The node group, and the add-ons around it in the order that works: agents, nodes, workloads."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

import pulumi
import pulumi_aws as aws
from pulumi import Output

from privatelink_ingress.components.base import Component
from privatelink_ingress.components.workload.roles import ServiceRole
from privatelink_ingress.plan.workload.nodes import METADATA_HOP_LIMIT, AddonPlan, NodesPlan


@dataclasses.dataclass(frozen=True, kw_only=True)
class NodesArgs:
    """Inputs of `Nodes`."""

    plan: NodesPlan
    tags: Mapping[str, str]
    cluster_name: pulumi.Input[str]
    subnet_ids: Mapping[str, pulumi.Input[str]]
    """Private subnets by zone id."""
    requires: Sequence[pulumi.Resource]
    """What a node needs in order to join: the VPC's endpoints."""
    iam: aws.Provider
    """Registers the roles."""


def _autoscaling_group(resources: Sequence[aws.eks.outputs.NodeGroupResource]) -> str:
    # EKS makes exactly one for a node group, over all its subnets.
    groups = resources[0].autoscaling_groups or []
    return str(groups[0].name)


class Nodes(Component):
    """A managed node group and the cluster's add-ons."""

    autoscaling_group_name: Output[str]
    """The group that EKS made; a new node group has a new one."""

    def __init__(self, name: str, args: NodesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Register add-ons and nodes."""
        super().__init__(name, opts)
        self._args = args
        agents = [self._addon(addon, []) for addon in args.plan.agents]
        self.node_group = self._node_group([*args.requires, *agents])
        self.addons = [*agents, *(self._addon(addon, [self.node_group]) for addon in args.plan.workloads)]
        self.autoscaling_group_name = self.node_group.resources.apply(_autoscaling_group)
        self.publish()

    def _addon(self, plan: AddonPlan, after: Sequence[pulumi.Resource]) -> aws.eks.Addon:
        args = self._args
        identities = None
        if plan.role and plan.service_account:
            role = ServiceRole(self._name, plan.role, parent=self, iam=args.iam, tags=args.tags)
            identities = [
                aws.eks.AddonPodIdentityAssociationArgs(role_arn=role.arn, service_account=plan.service_account)
            ]
        version = aws.eks.get_addon_version_output(
            addon_name=plan.name,
            kubernetes_version=args.plan.version,
            most_recent=False,
            opts=pulumi.InvokeOutputOptions(parent=self),
        )
        return aws.eks.Addon(
            f"{self._name}-{plan.name}",
            addon_name=plan.name,
            cluster_name=args.cluster_name,
            # EKS's default for the Kubernetes version, so that an upgrade of the cluster takes its add-ons along.
            addon_version=version.version,
            configuration_values=plan.configuration,
            pod_identity_associations=identities,
            resolve_conflicts_on_create="OVERWRITE",
            resolve_conflicts_on_update="OVERWRITE",
            tags=dict(args.tags),
            opts=self.child(depends_on=list(after)),
        )

    def _node_group(self, after: Sequence[pulumi.Resource]) -> aws.eks.NodeGroup:
        args, plan = self._args, self._args.plan
        role = ServiceRole(self._name, plan.role, parent=self, iam=args.iam, tags=args.tags)
        template = self._launch_template()
        return aws.eks.NodeGroup(
            # No name of its own: a replacement then stands, and is registered, before the old group leaves.
            f"{self._name}-nodes",
            cluster_name=args.cluster_name,
            version=plan.version,
            node_role_arn=role.arn,
            subnet_ids=list(args.subnet_ids.values()),
            ami_type=plan.ami_type,
            instance_types=list(plan.instance_types),
            launch_template=aws.eks.NodeGroupLaunchTemplateArgs(
                id=template.id, version=template.latest_version.apply(str)
            ),
            scaling_config=aws.eks.NodeGroupScalingConfigArgs(
                min_size=plan.minimum, max_size=plan.maximum, desired_size=plan.minimum
            ),
            update_config=aws.eks.NodeGroupUpdateConfigArgs(max_unavailable=1),
            tags=self.named("nodes", args.tags),
            # How many nodes there are within the bounds is a matter of load, not of this program.
            opts=self.child(depends_on=list(after), ignore_changes=["scalingConfig.desiredSize"]),
        )

    def _launch_template(self) -> aws.ec2.LaunchTemplate:
        plan, tags = self._args.plan, self.named("node", self._args.tags)
        # No security group: EKS adds the cluster's own only to a template that names none.
        return aws.ec2.LaunchTemplate(
            f"{self._name}-node",
            update_default_version=True,
            metadata_options=aws.ec2.LaunchTemplateMetadataOptionsArgs(
                http_endpoint="enabled", http_tokens="required", http_put_response_hop_limit=METADATA_HOP_LIMIT
            ),
            block_device_mappings=[
                aws.ec2.LaunchTemplateBlockDeviceMappingArgs(
                    device_name=plan.disk_device,
                    ebs=aws.ec2.LaunchTemplateBlockDeviceMappingEbsArgs(
                        volume_type="gp3", volume_size=plan.disk_gib, encrypted="true", delete_on_termination="true"
                    ),
                )
            ],
            tag_specifications=[
                aws.ec2.LaunchTemplateTagSpecificationArgs(resource_type=kind, tags=tags)
                for kind in ("instance", "volume", "network-interface")
            ],
            tags=tags,
            opts=self.child(),
        )
