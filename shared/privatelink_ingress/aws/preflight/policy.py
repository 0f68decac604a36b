"""The least rights of `preflight`: what it calls itself, and the look-ups of the programs that it previews."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from privatelink_ingress.aws.reader_policy import limited_to

RIGHTS: Mapping[str, tuple[str, ...]] = {
    "cloudwatch:DescribeAlarms": ("cloudwatch:{region}:{account}:alarm:*",),
    "ec2:DescribeAvailabilityZones": (),
    "ec2:DescribeInstanceTypeOfferings": (),
    "ec2:DescribeInstanceTypes": (),
    "ec2:DescribeInstances": (),
    "ec2:DescribeInternetGateways": (),
    "ec2:DescribeSecurityGroups": (),
    "ec2:DescribeSubnets": (),
    "ec2:DescribeVpcEndpointServices": (),
    "ec2:DescribeVpcs": (),
    "ecr:BatchGetImage": ("ecr:{region}:{account}:repository/*",),
    "ecr:DescribeImages": ("ecr:{region}:{account}:repository/*",),
    "ecr:DescribeRepositories": ("ecr:{region}:{account}:repository/*",),
    "ecr:ListImages": ("ecr:{region}:{account}:repository/*",),
    "eks:DescribeAddonVersions": (),
    "eks:DescribeCluster": ("eks:{region}:{account}:cluster/*",),
    "eks:ListClusters": (),
    "elasticloadbalancing:DescribeListeners": (),
    "elasticloadbalancing:DescribeLoadBalancers": (),
    "elasticloadbalancing:DescribeTargetGroups": (),
    "iam:GetRole": ("iam::{account}:role/*",),
    "iam:SimulatePrincipalPolicy": ("iam::{account}:role/*", "iam::{account}:user/*"),
    "kms:DescribeKey": ("kms:{region}:{account}:key/*",),
    "logs:DescribeDeliveryDestinations": (),
    "logs:DescribeDeliverySources": (),
    "logs:DescribeLogGroups": ("logs:{region}:{account}:log-group:*",),
    "route53:GetHostedZone": ("route53:::hostedzone/*",),
    "route53:ListResourceRecordSets": ("route53:::hostedzone/*",),
    "s3:ListBucket": (),  # see `document`
    "servicequotas:ListServiceQuotas": (),
    "sns:ListTopics": (),
    "ssm:DescribeParameters": (),
    "tag:GetResources": (),
    "wafv2:ListIPSets": (),
    "wafv2:ListWebACLs": (),
}
"""Resources by action, as in `aws.reader_policy.RIGHTS`."""


def document(*, buckets: Iterable[str], partition: str = "aws") -> str:
    """An identity policy, as JSON, of whoever runs `preflight`; `buckets` are the names that it looks for."""
    own = {"s3:ListBucket": [f"arn:{partition}:s3:::{name}" for name in sorted(set(buckets))]}
    return limited_to(RIGHTS, own, partition=partition)
