"""The permissions boundary: the most that a role of the workload or edge side can ever do."""

from __future__ import annotations

from privatelink_ingress.plan.account.deployers.grants import Grant, System

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
    "ec2:DeleteNetworkInterface",
    "ec2:DetachNetworkInterface",
    "ec2:ModifyNetworkInterfaceAttribute",
    "ec2:UnassignPrivateIpAddresses",
)


def workload(system: System) -> tuple[Grant, ...]:
    """Look-ups, interfaces of pods, pulling of images, flow logs, and what features of a stack do.

    That is all of what `AmazonEKSWorkerNodePolicy`, `AmazonEC2ContainerRegistryPullOnly` and `AmazonEKS_CNI_Policy`
    allow. Of `AmazonEKSClusterPolicy` it is the look-ups: the rest is for load balancers, volumes and routes that
    Kubernetes would create itself, and this system lets it create none (D31).
    https://docs.aws.amazon.com/eks/latest/userguide/security-iam-awsmanpol.html
    """
    return (
        system.in_region("autoscaling:DescribeAutoScalingGroups", "ec2:Describe*", "kms:DescribeKey"),
        system.in_region(*_INTERFACES),
        system.on_arn(["ec2:CreateTags"], *system.ec2("network-interface")),
        system.in_region(*_NODES, *_METRICS, *_SESSIONS),
        *edge(system),
    )


def edge(system: System) -> tuple[Grant, ...]:
    """Flow logs: the only role of the edge."""
    return (system.on_arn(FLOW_LOGS, system.arn("logs", "log-group:*")),)
