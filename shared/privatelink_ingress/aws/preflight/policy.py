"""The least rights of `preflight`: what it calls itself, and the look-ups of the programs that it previews."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from privatelink_ingress.aws.reader_policy import limited_to

RIGHTS: Mapping[str, tuple[str, ...]] = {
    "acm:ListCertificates": (),
    "cloudwatch:DescribeAlarms": ("cloudwatch:{region}:{account}:alarm:*",),
    "ec2:DescribeAvailabilityZones": (),
    "ec2:DescribeInstanceTypeOfferings": (),
    "ec2:DescribeInstanceTypes": (),
    "ec2:DescribeInstances": (),
    "ec2:DescribeInternetGateways": (),
    "ec2:DescribeSecurityGroups": (),
    "ec2:DescribeSubnets": (),
    "ec2:DescribeVpcEndpointServices": (),
    "ec2:DescribeVpcEndpoints": (),
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
    "elasticloadbalancing:DescribeTrustStores": (),
    "iam:GetAccountSummary": (),
    "iam:GetRole": ("iam::{account}:role/*",),
    "iam:SimulatePrincipalPolicy": ("iam::{account}:role/*", "iam::{account}:user/*"),
    "kms:DescribeKey": ("kms:{region}:{account}:key/*",),
    "kms:GetKeyPolicy": ("kms:{region}:{account}:key/*",),
    "logs:DescribeDeliveryDestinations": (),
    "logs:DescribeDeliverySources": (),
    "logs:DescribeLogGroups": ("logs:{region}:{account}:log-group:*",),
    "route53:GetHostedZone": ("route53:::hostedzone/*",),
    "route53:ListResourceRecordSets": ("route53:::hostedzone/*",),
    "s3:ListBucket": (),  # see `document`
    "servicequotas:ListServiceQuotas": (),
    "sns:ListTopics": (),
    "ssm:DescribeParameters": (),
    "sts:AssumeRole": (),  # see `document`
    "tag:GetResources": (),
    "wafv2:ListIPSets": (),
    "wafv2:ListRuleGroups": (),
    "wafv2:ListWebACLs": (),
}
"""What the command calls itself, and the look-ups of programs without existing resources. Resources by action, as in
`aws.reader_policy.RIGHTS`."""

OF_SETTINGS: Mapping[str, tuple[str, ...]] = {
    "acm:DescribeCertificate": ("acm:{region}:{account}:certificate/*",),
    "autoscaling:DescribeAutoScalingGroups": (),
    "ec2:DescribeRouteTables": (),
    "ec2:DescribeVpcAttribute": (),
    "eks:DescribeAddon": ("eks:{region}:{account}:addon/*",),
    "eks:DescribeNodegroup": ("eks:{region}:{account}:nodegroup/*",),
    "eks:ListNodegroups": ("eks:{region}:{account}:cluster/*",),
    "elasticloadbalancing:DescribeLoadBalancerAttributes": (),
    "elasticloadbalancing:DescribeTags": (),
    "iam:GetPolicy": ("iam::{account}:policy/*",),
    "iam:GetPolicyVersion": ("iam::{account}:policy/*",),
    "logs:ListTagsForResource": ("logs:{region}:{account}:log-group:*",),
    "route53:ListQueryLoggingConfigs": ("route53:::hostedzone/*",),
    "sns:GetTopicAttributes": ("sns:{region}:{account}:*",),
    "ssm:GetParameter": (),  # see `document`
    "wafv2:GetWebACL": ("wafv2:{region}:{account}:regional/webacl/*",),
    "wafv2:GetWebACLForResource": (
        "elasticloadbalancing:{region}:{account}:loadbalancer/app/*",
        "wafv2:{region}:{account}:regional/webacl/*",
    ),
}
"""The look-ups of programs whose stack files name existing resources, permissions boundaries or parameters."""


def document(
    *, buckets: Iterable[str], parameters: Iterable[str] = (), roles: Iterable[str] = (), partition: str = "aws"
) -> str:
    """An identity policy, as JSON, of whoever runs `preflight`.

    Args:
        buckets: Names of the buckets that it looks for.
        parameters: Names or ARNs of the parameters with contracts that the programs read.
        roles: ARNs of the roles that the programs assume.
        partition: Of the accounts.
    """
    named = (one if one.startswith("arn:") else f"arn:{partition}:ssm:*:*:parameter{one}" for one in parameters)
    own = {
        "s3:ListBucket": [f"arn:{partition}:s3:::{name}" for name in sorted(set(buckets))],
        "ssm:GetParameter": sorted(set(named)),
        "sts:AssumeRole": sorted(set(roles)),
    }
    return limited_to({**RIGHTS, **OF_SETTINGS}, own, partition=partition)
