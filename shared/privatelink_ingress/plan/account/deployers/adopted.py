"""Rights on existing VPCs and clusters: by name, since they do not carry this system's tags."""

from __future__ import annotations

from collections.abc import Sequence

from privatelink_ingress import tokens as t
from privatelink_ingress.plan.account.deployers.grants import Grant, Grants, System
from privatelink_ingress.settings.bootstrap import Adopted


def network(system: System, adopted: Adopted) -> Grants:
    """Create this system's resources in the VPC, and admit the load balancer to the nodes; delete nothing existing."""
    groups = tuple(system.arn("ec2", f"security-group/{id_}") for id_ in adopted.node_security_group_ids)
    rule = ("ec2:AuthorizeSecurityGroupIngress", "ec2:RevokeSecurityGroupIngress")
    attach = ("autoscaling:AttachLoadBalancerTargetGroups", "autoscaling:DetachLoadBalancerTargetGroups")
    scaling = tuple(
        system.arn("autoscaling", f"autoScalingGroup:*:autoScalingGroupName/{name}")
        for name in adopted.autoscaling_groups
    )
    grants = dict(vpcs(system, adopted.vpc_ids))
    if groups:
        grants[t.INGRESS_RULE] = (system.on_arn(rule, *groups),)
    if scaling:
        grants[t.AUTOSCALING_ATTACHMENT] = (system.on_arn(attach, *scaling),)
    return grants


def vpcs(system: System, vpc_ids: Sequence[str]) -> Grants:
    """Create this system's security groups and endpoints in existing VPCs, and its load balancers' interfaces."""
    if not vpc_ids:
        return {}
    arns = tuple(system.arn("ec2", f"vpc/{id_}") for id_ in vpc_ids)
    return {
        t.SECURITY_GROUP: (system.on_arn(["ec2:CreateSecurityGroup"], *arns),),
        t.LOAD_BALANCER: (system.on_arn(["ec2:GetSecurityGroupsForVpc"], *arns),),
        t.VPC_ENDPOINT: (
            system.on_arn(["ec2:CreateVpcEndpoint"], *arns),
            Grant(
                actions=("ec2:CreateVpcEndpoint", "ec2:ModifyVpcEndpoint"),
                resources=system.ec2("subnet"),
                condition={"ArnEquals": {"ec2:Vpc": arns}},
            ),
        ),
    }


def eks(system: System, adopted: Adopted) -> Grants:
    """Look up the clusters, their node groups and whether the VPC CNI enforces NetworkPolicies."""
    if not adopted.clusters:
        return {}
    clusters, groups, addons = (
        tuple(system.arn("eks", pattern.format(name)) for name in adopted.clusters)
        for pattern in ("cluster/{}", "nodegroup/{}/*", "addon/{}/vpc-cni/*")
    )
    return {
        t.GET_ADDON: (system.on_arn(["eks:DescribeAddon"], *addons),),
        t.GET_CLUSTER: (system.on_arn(["eks:DescribeCluster"], *clusters),),
        t.GET_NODE_GROUPS: (system.on_arn(["eks:ListNodegroups"], *clusters),),
        t.GET_NODE_GROUP: (system.on_arn(["eks:DescribeNodegroup"], *groups),),
    }


def combine(grants: Grants, more: Grants) -> Grants:
    """The grants of both, by type."""
    return {key: (*grants.get(key, ()), *more.get(key, ())) for key in dict.fromkeys((*grants, *more))}
