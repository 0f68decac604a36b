"""The permissions boundary: the most that a role of the workload or edge side can ever do."""

from __future__ import annotations

from collections.abc import Iterable

from privatelink_ingress.plan.account.deployers.grants import Grant, System
from privatelink_ingress.settings.bootstrap import WorkloadRoles

EDGE_FLOW_LOGS = "edge-network-flow-logs"
"""Flow logs' role and log group of every edge: the program calls its component `edge`, whatever the stack's name."""

FLOW_LOGS = ("logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents")
"""https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-iam-role.html"""

_NODES = (
    "ecr:BatchGetImage",
    "ecr:BatchImportUpstreamImage",
    "ecr:GetAuthorizationToken",
    "ecr:GetDownloadUrlForLayer",
    "eks-auth:AssumeRoleForPodIdentity",
    "eks:DescribeCluster",
)

_METRICS = ("cloudwatch:PutMetricData", "logs:DescribeLogGroups")
"""Of `CloudWatchAgentServerPolicy`, beside what flow logs need: the stack creates and keeps its log group."""

_SESSIONS = (
    "ssm:ListAssociations",
    "ssm:ListInstanceAssociations",
    "ssm:UpdateInstanceInformation",
    "ssmmessages:CreateControlChannel",
    "ssmmessages:CreateDataChannel",
    "ssmmessages:OpenControlChannel",
    "ssmmessages:OpenDataChannel",
)
"""Of `AmazonSSMManagedInstanceCore` what opens a session; not its right to read every parameter.

https://docs.aws.amazon.com/systems-manager/latest/userguide/getting-started-add-permissions-to-existing-profile.html"""

_INTERFACES = (
    "ec2:AssignPrivateIpAddresses",
    "ec2:AttachNetworkInterface",
    "ec2:CreateNetworkInterface",
    "ec2:CreateTags",
    "ec2:DeleteNetworkInterface",
    "ec2:DetachNetworkInterface",
    "ec2:ModifyNetworkInterfaceAttribute",
    "ec2:UnassignPrivateIpAddresses",
)


def workload(system: System, settings: WorkloadRoles) -> tuple[Grant, ...]:
    """Look-ups, interfaces of pods, pulling of images, flow logs, and what features of a stack do.

    That is what `AmazonEKSWorkerNodePolicy`, `AmazonEC2ContainerRegistryPullOnly` and `AmazonEKS_CNI_Policy`
    allow, the latter on the stacks' own nodes and networks. Of `AmazonEKSClusterPolicy` it is the look-ups: the rest is
    for load balancers, volumes and routes that Kubernetes would create itself, and this system lets it create none
    (D31). https://docs.aws.amazon.com/eks/latest/userguide/security-iam-awsmanpol.html

    Args:
        system: Account, region and stacks.
        settings: Names of connections, and adopted VPCs.
    """
    names = settings.connections
    groups = (pattern.format(name) for name in names for pattern in ("{}-flow-logs-*", "/aws/containerinsights/{}/*"))
    return (
        system.in_region("autoscaling:DescribeAutoScalingGroups", "ec2:Describe*", "kms:DescribeKey"),
        system.in_region(*_NODES, *_METRICS, *_SESSIONS),
        *_interfaces(system, settings),
        _logs(system, groups),
    )


def _interfaces(system: System, settings: WorkloadRoles) -> tuple[Grant, ...]:
    """Interfaces for pods: on the stacks' own instances, in their subnets, with their groups or the cluster's.

    Of the interfaces themselves, only the first of each node has this system's tags: the CNI creates the others.
    """
    placing = ("ec2:CreateNetworkInterface", "ec2:ModifyNetworkInterfaceAttribute")
    attaching = ("ec2:AttachNetworkInterface", "ec2:DetachNetworkInterface", "ec2:ModifyNetworkInterfaceAttribute")
    subnets, groups = system.ec2("subnet"), system.ec2("security-group")
    adopted = tuple(system.arn("ec2", f"vpc/{id_}") for id_ in settings.adopted.vpc_ids)
    return (
        system.on_arn(_INTERFACES, *system.ec2("network-interface")),
        system.on_own(placing, *subnets, *groups),
        system.on_own(attaching, *system.ec2("instance")),
        system.on_arn(placing, *groups).only_if("aws:ResourceTag/aws:eks:cluster-name", settings.connections),
        *([system.on_arn(placing, *subnets).only_if("ec2:Vpc", adopted, by="ArnEquals")] if adopted else []),
    )


def edge(system: System) -> tuple[Grant, ...]:
    """Flow logs: the only role of the edge."""
    return (_logs(system, [f"{EDGE_FLOW_LOGS}-*"]),)


def _logs(system: System, groups: Iterable[str]) -> Grant:
    return system.on_arn(FLOW_LOGS, *(system.arn("logs", f"log-group:{group}") for group in groups))
