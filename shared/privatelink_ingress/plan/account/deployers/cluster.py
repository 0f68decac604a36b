"""Rights of the `eks` duty (cluster, nodes, add-ons, access), by the type of resource that needs them."""

from __future__ import annotations

from collections.abc import Mapping

from privatelink_ingress import tokens as t
from privatelink_ingress.plan.account.deployers import network
from privatelink_ingress.plan.account.deployers.grants import Grant, Grants, System
from privatelink_ingress.settings.bootstrap import WorkloadRoles

ADDON_ROLES = ("cloudwatch-agent", "fluent-bit", "vpc-cni")
"""Keys of the roles that add-ons get through Pod Identity."""

_INSIGHTS = "/aws/containerinsights"


def _launches(system: System, settings: WorkloadRoles, template: str) -> tuple[Grant, ...]:
    """What instances of a template may use: a call that starts them can name anything instead of the template's own.

    https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/permissions-for-launch-templates.html
    """

    def run(*resources: str) -> Grant:
        launch = Grant(actions=("ec2:RunInstances",), resources=resources)
        return launch.only_if("ec2:LaunchTemplate", template, by="ArnLike")

    subnets, groups = system.ec2("subnet"), system.ec2("security-group")
    adopted = tuple(system.arn("ec2", f"vpc/{id_}") for id_ in settings.adopted.vpc_ids)
    return (
        run(*system.ec2("instance", "network-interface", "volume")),
        run(f"arn:{system.partition}:ec2:{system.region}::image/*").only_if("ec2:Owner", "amazon"),
        system.on_own(["ec2:RunInstances"], *subnets, *groups).only_if("ec2:LaunchTemplate", template, by="ArnLike"),
        # EKS creates the cluster's group, with its own tags:
        # https://docs.aws.amazon.com/eks/latest/userguide/sec-group-reqs.html
        run(*groups).only_if("aws:ResourceTag/aws:eks:cluster-name", settings.connections),
        *([run(*subnets).only_if("ec2:Vpc", adopted, by="ArnEquals")] if adopted else []),
    )


def duty(system: System, settings: WorkloadRoles, roles: Mapping[str, tuple[str, ...]]) -> Grants:
    """Grants by resource type; `roles` are ARNs of what it passes: `cluster`, `node` and those of `ADDON_ROLES`."""
    names = settings.connections

    def arns(*patterns: str) -> tuple[str, ...]:
        return tuple(system.arn("eks", pattern.format(name)) for name in names for pattern in patterns)

    def on(resources: tuple[str, ...], *actions: str) -> Grant:
        return system.on_arn([f"eks:{action}" for action in actions], *resources)

    clusters = arns("cluster/{}")
    entries, addons, groups, identities = (
        arns(f"{kind}/{{}}/*") for kind in ("access-entry", "addon", "nodegroup", "podidentityassociation")
    )
    retag = ("TagResource", "UntagResource")
    tag = (*retag, "ListTagsForResource")
    of_addons = tuple(arn for key in ADDON_ROLES for arn in roles[key])
    looking = system.on_arn(
        ["iam:GetRole", "iam:ListAttachedRolePolicies"], *roles["cluster"], *roles["node"], *of_addons
    )
    template = system.arn("ec2", "launch-template/*")
    return {
        t.LOG_GROUP: network.log_group(
            system,
            *(group for name in names for group in (f"/aws/eks/{name}/cluster*", f"{_INSIGHTS}/{name}/*")),
            log_deletion=settings.log_deletion,
        ),
        t.QUERY_DEFINITION: (network.saved_queries(system),),
        t.CLUSTER_COMPONENT: (
            # AWS knows no resource for it, so its tags limit it.
            system.create_tagged(["eks:CreateCluster"], "*"),
            on(clusters, "DeleteCluster", "DescribeCluster", "UpdateClusterConfig", "UpdateClusterVersion", *tag),
            on(clusters, "DescribeUpdate", "AssociateEncryptionConfig"),
            system.pass_role(roles["cluster"], "eks.amazonaws.com"),
            looking,
            system.in_region("ec2:Describe*"),
            system.service_linked_role("eks.amazonaws.com", "AWSServiceRoleForAmazonEKS"),
        ),
        t.ACCESS_ENTRY: (
            on(clusters, "CreateAccessEntry", "ListAccessEntries"),
            on(entries, "DeleteAccessEntry", "DescribeAccessEntry", "UpdateAccessEntry", *retag),
        ),
        t.ACCESS_POLICY: (
            on(entries, "AssociateAccessPolicy", "DisassociateAccessPolicy", "ListAssociatedAccessPolicies"),
        ),
        t.ADDON: (
            on(clusters, "CreateAddon", "CreatePodIdentityAssociation"),
            on(addons, "DeleteAddon", "DescribeAddon", "DescribeUpdate", "UpdateAddon", *tag),
            on(identities, "DescribePodIdentityAssociation", "UpdatePodIdentityAssociation", *retag),
            on(identities, "CreateAddon", "DeletePodIdentityAssociation"),
            system.pass_role(of_addons, "pods.eks.amazonaws.com"),
            looking,
            system.in_region("eks:DescribeAddonVersions"),
        ),
        t.GET_CLUSTERS: (system.in_region("eks:ListClusters"),),
        t.GET_CLUSTER: (on(clusters, "DescribeCluster"),),
        t.GET_NODE_GROUPS: (on(clusters, "ListNodegroups"),),
        t.GET_NODE_GROUP: (on(groups, "DescribeNodegroup"),),
        t.LAUNCH_TEMPLATE: network.managed(
            system,
            "launch-template",
            "ec2:CreateLaunchTemplate",
            "ec2:CreateLaunchTemplateVersion",
            "ec2:DeleteLaunchTemplate",
            "ec2:ModifyLaunchTemplate",
        ),
        t.NODE_GROUP: (
            on(clusters, "CreateNodegroup"),
            on(groups, "DeleteNodegroup", "DescribeNodegroup", "DescribeUpdate", *tag),
            on(groups, "UpdateNodegroupConfig", "UpdateNodegroupVersion"),
            # EKS tries the template out in the caller's name:
            # https://docs.aws.amazon.com/eks/latest/userguide/launch-templates.html
            system.on_own(["ec2:RunInstances"], template),
            *_launches(system, settings, template),
            Grant(
                actions=("ec2:CreateTags",),
                resources=system.ec2("instance", "network-interface", "volume"),
                condition={"StringEquals": {"ec2:CreateAction": "RunInstances"}},
            ),
            system.pass_role(roles["node"], "ec2.amazonaws.com", "eks.amazonaws.com"),
            looking,
            system.in_region("ec2:Describe*"),
            system.service_linked_role("eks-nodegroup.amazonaws.com", "AWSServiceRoleForAmazonEKSNodegroup"),
        ),
    }
