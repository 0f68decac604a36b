"""What the workload side may do with a VPC or a cluster of somebody else: by name, since it has no tag of ours."""

from __future__ import annotations

from privatelink_ingress.plan.account.deployers.grants import Grant, Grants, System
from privatelink_ingress.settings.bootstrap import Adopted


def network(system: System, adopted: Adopted) -> Grants:
    """Make our own in the VPC, and let the load balancer in to the nodes; nothing of the owner's is deleted."""
    vpcs, groups = (
        tuple(system.arn("ec2", f"{kind}/{id_}") for id_ in ids)
        for kind, ids in (("vpc", adopted.vpc_ids), ("security-group", adopted.node_security_group_ids))
    )
    rule = ("ec2:AuthorizeSecurityGroupIngress", "ec2:RevokeSecurityGroupIngress")
    attach = ("autoscaling:AttachLoadBalancerTargetGroups", "autoscaling:DetachLoadBalancerTargetGroups")
    scaling = tuple(
        system.arn("autoscaling", f"autoScalingGroup:*:autoScalingGroupName/{name}")
        for name in adopted.autoscaling_groups
    )
    grants: dict[str, tuple[Grant, ...]] = {}
    if adopted.vpc_ids:
        grants["aws:ec2/securityGroup:SecurityGroup"] = (system.named(["ec2:CreateSecurityGroup"], *vpcs),)
        grants["aws:lb/loadBalancer:LoadBalancer"] = (system.named(["ec2:GetSecurityGroupsForVpc"], *vpcs),)
        grants["aws:ec2/vpcEndpoint:VpcEndpoint"] = (
            system.named(["ec2:CreateVpcEndpoint"], *vpcs),
            Grant(
                actions=("ec2:CreateVpcEndpoint", "ec2:ModifyVpcEndpoint"),
                resources=system.ec2("subnet"),
                condition={"ArnEquals": {"ec2:Vpc": vpcs}},
            ),
        )
    if groups:
        grants["aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"] = (system.named(rule, *groups),)
    if scaling:
        grants["aws:autoscaling/attachment:Attachment"] = (system.named(attach, *scaling),)
    return grants


def eks(system: System, adopted: Adopted) -> Grants:
    """Look up the clusters and their node groups."""
    if not adopted.clusters:
        return {}
    clusters, groups = (
        tuple(system.arn("eks", pattern.format(name)) for name in adopted.clusters)
        for pattern in ("cluster/{}", "nodegroup/{}/*")
    )
    return {
        "aws:eks/getCluster:getCluster": (system.named(["eks:DescribeCluster"], *clusters),),
        "aws:eks/getNodeGroups:getNodeGroups": (system.named(["eks:ListNodegroups"], *clusters),),
        "aws:eks/getNodeGroup:getNodeGroup": (system.named(["eks:DescribeNodegroup"], *groups),),
    }


def added(grants: Grants, more: Grants) -> Grants:
    """Both, type by type."""
    return {key: (*grants.get(key, ()), *more.get(key, ())) for key in dict.fromkeys((*grants, *more))}
