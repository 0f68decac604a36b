"""Node groups and add-ons, in the order that works: agents, nodes, workloads."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

import pulumi
import pulumi_aws as aws
from pulumi import Output

from privatelink_ingress.components.base import Component
from privatelink_ingress.components.workload.roles import ServiceRole
from privatelink_ingress.plan.workload.addons import AddonPlan
from privatelink_ingress.plan.workload.nodes import METADATA_HOP_LIMIT, NodeGroupPlan, NodesPlan


@dataclasses.dataclass(frozen=True, kw_only=True)
class NodesArgs:
    """Inputs of `Nodes`."""

    plan: NodesPlan
    tags: Mapping[str, str]
    cluster_name: pulumi.Input[str]
    subnet_ids: Mapping[str, pulumi.Input[str]]
    """Private subnets by zone id."""
    requires: Sequence[pulumi.Resource]
    """Resources that a node needs in order to join, such as the VPC's endpoints."""
    iam: aws.Provider
    """Registers the roles."""


def _autoscaling_group(resources: Sequence[aws.eks.outputs.NodeGroupResource]) -> str:
    # EKS creates exactly one per node group, over all its subnets.
    groups = resources[0].autoscaling_groups or []
    return str(groups[0].name)


class Nodes(Component):
    """Managed node groups and the cluster's add-ons."""

    autoscaling_group_names: Mapping[str, Output[str]]
    """The group that EKS created, by the key of its node group; a new node group gets a new one."""

    def __init__(self, name: str, args: NodesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Register add-ons and nodes."""
        super().__init__(name, opts)
        self._args, plan = args, args.plan
        agents = [self._addon(addon, []) for addon in plan.agents]
        self._role = ServiceRole(name, plan.role, parent=self, iam=args.iam, tags=args.tags)
        self.node_groups = {group.key: self._node_group(group, [*args.requires, *agents]) for group in plan.groups}
        hosts = [self.node_groups[group.key] for group in plan.groups if group.is_open]
        self.addons = [*agents, *(self._addon(addon, hosts) for addon in plan.workloads)]
        self.autoscaling_group_names = {
            key: group.resources.apply(_autoscaling_group) for key, group in self.node_groups.items()
        }
        self.publish()

    def _addon(self, plan: AddonPlan, after: Sequence[pulumi.Resource]) -> aws.eks.Addon:
        args = self._args
        identities = None
        if plan.role and plan.service_account:
            role = ServiceRole(self._name, plan.role, parent=self, iam=args.iam, tags=args.tags)
            identities = [
                aws.eks.AddonPodIdentityAssociationArgs(role_arn=role.arn, service_account=plan.service_account)
            ]
        return aws.eks.Addon(
            f"{self._name}-{plan.name}",
            addon_name=plan.name,
            cluster_name=args.cluster_name,
            addon_version=plan.version or self._default_version(plan.name),
            configuration_values=plan.configuration,
            pod_identity_associations=identities,
            resolve_conflicts_on_create="OVERWRITE",
            resolve_conflicts_on_update="OVERWRITE",
            tags=dict(args.tags),
            opts=self.child(depends_on=list(after)),
        )

    def _default_version(self, addon: str) -> Output[str]:
        """EKS's default for the Kubernetes version, so that an upgrade of the cluster takes its add-ons along."""
        latest = aws.eks.get_addon_version_output(
            addon_name=addon,
            kubernetes_version=self._args.plan.version,
            most_recent=False,
            opts=pulumi.InvokeOutputOptions(parent=self),
        )
        return latest.version

    def _node_group(self, plan: NodeGroupPlan, after: Sequence[pulumi.Resource]) -> aws.eks.NodeGroup:
        args = self._args
        template = self._launch_template(plan)
        return aws.eks.NodeGroup(
            # Auto-named: a replacement is then created and registered before the old group is deleted.
            f"{self._name}-{plan.key}",
            cluster_name=args.cluster_name,
            version=args.plan.version,
            node_role_arn=self._role.arn,
            subnet_ids=list(args.subnet_ids.values()),
            ami_type=plan.ami_type,
            capacity_type=plan.capacity_type,
            instance_types=list(plan.instance_types),
            launch_template=aws.eks.NodeGroupLaunchTemplateArgs(
                id=template.id, version=template.latest_version.apply(str)
            ),
            scaling_config=aws.eks.NodeGroupScalingConfigArgs(
                min_size=plan.minimum, max_size=plan.maximum, desired_size=plan.desired
            ),
            update_config=aws.eks.NodeGroupUpdateConfigArgs(
                max_unavailable=plan.max_unavailable, max_unavailable_percentage=plan.max_unavailable_percentage
            ),
            labels=dict(plan.labels) or None,
            taints=[
                aws.eks.NodeGroupTaintArgs(key=taint.key, value=taint.value, effect=taint.effect)
                for taint in plan.taints
            ]
            or None,
            tags=self.named(plan.key, args.tags),
            # The number of nodes within the bounds depends on load, not on this program. But a change of the bounds is
            # sent together with the number, and the one that the state remembers may be outside of them by now.
            opts=self.child(
                depends_on=list(after),
                ignore_changes=["scalingConfig.desiredSize"] if plan.keeps_desired else None,
            ),
        )

    def _launch_template(self, plan: NodeGroupPlan) -> aws.ec2.LaunchTemplate:
        tags = self.named(plan.template_key, self._args.tags)
        # No security group: EKS adds the cluster's own only to a template that names none.
        return aws.ec2.LaunchTemplate(
            f"{self._name}-{plan.template_key}",
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
