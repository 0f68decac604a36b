"""The least rights of a reader: what `trace --live` and `doctor --live` call, and on which resources."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

RIGHTS: Mapping[str, tuple[str, ...]] = {
    "acm:DescribeCertificate": ("acm:{region}:{account}:certificate/*",),
    "cloudwatch:DescribeAlarms": ("cloudwatch:{region}:{account}:alarm:*",),
    "ec2:DescribeFlowLogs": (),
    "ec2:DescribeInstances": (),
    "ec2:DescribeNetworkInterfaces": (),
    "ec2:DescribeSecurityGroups": (),
    "ec2:DescribeSubnets": (),
    "ec2:DescribeVpcEndpointConnections": (),
    "ec2:DescribeVpcEndpointServiceConfigurations": (),
    "ec2:DescribeVpcEndpointServicePermissions": (),
    "ec2:DescribeVpcEndpoints": (),
    "ecr:BatchGetImage": ("ecr:{region}:{account}:repository/*",),
    "ecr:DescribeImages": ("ecr:{region}:{account}:repository/*",),
    "eks:DescribeAddon": ("eks:{region}:{account}:addon/*",),
    "eks:DescribeAddonVersions": (),
    "eks:DescribeCluster": ("eks:{region}:{account}:cluster/*",),
    "eks:DescribeClusterVersions": (),
    "eks:DescribeNodegroup": ("eks:{region}:{account}:nodegroup/*",),
    "eks:ListAddons": ("eks:{region}:{account}:cluster/*",),
    "eks:ListClusters": (),
    "eks:ListNodegroups": ("eks:{region}:{account}:cluster/*",),
    "elasticloadbalancing:DescribeListenerCertificates": (),
    "elasticloadbalancing:DescribeListeners": (),
    "elasticloadbalancing:DescribeLoadBalancerAttributes": (),
    "elasticloadbalancing:DescribeLoadBalancers": (),
    "elasticloadbalancing:DescribeRules": (),
    "elasticloadbalancing:DescribeTargetGroupAttributes": (),
    "elasticloadbalancing:DescribeTargetGroups": (),
    "elasticloadbalancing:DescribeTargetHealth": (),
    "logs:DescribeDeliveries": (),
    "logs:DescribeDeliveryDestinations": (),
    "logs:DescribeDeliverySources": (),
    "logs:DescribeLogGroups": ("logs:{region}:{account}:log-group:*",),
    "route53:GetHostedZone": ("route53:::hostedzone/*",),
    "route53:ListHostedZones": (),
    "route53:ListResourceRecordSets": ("route53:::hostedzone/*",),
    "s3:GetBucketPolicy": (),  # see `document`
    "servicequotas:ListServiceQuotas": (),
    "ssm:GetParameters": (),  # see `document`
    "sts:AssumeRole": (),  # see `document`
    "wafv2:GetIPSet": ("wafv2:{region}:{account}:regional/ipset/*",),
    "wafv2:GetLoggingConfiguration": ("wafv2:{region}:{account}:regional/webacl/*",),
    "wafv2:GetRuleGroup": ("wafv2:{region}:{account}:regional/rulegroup/*",),
    "wafv2:GetWebACL": ("wafv2:{region}:{account}:regional/webacl/*",),
    "wafv2:GetWebACLForResource": (
        "elasticloadbalancing:{region}:{account}:loadbalancer/app/*",
        "wafv2:{region}:{account}:regional/webacl/*",
    ),
}
"""Resources by action, as far as the action can be limited; without one, AWS knows no resource to limit it to. WAF asks
for GetWebACL when it tells the web ACL of a load balancer. Of each service:
https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html"""


def document(
    *, buckets: Iterable[str], parameters: Iterable[str], roles: Iterable[str] = (), partition: str = "aws"
) -> str:
    """An identity policy, as JSON, for a reader of edge and workload accounts.

    It reads no log, no object and no Secret: of buckets their policy, of parameters the contracts.

    Args:
        buckets: Names of the log buckets of the stack files.
        parameters: Names of the parameters with contracts.
        roles: ARNs of the roles with which it reads hosted zones of other accounts.
        partition: Of the accounts.
    """
    arn = f"arn:{partition}"
    own = {
        "s3:GetBucketPolicy": [f"{arn}:s3:::{name}" for name in sorted(set(buckets))],
        "ssm:GetParameters": [f"{arn}:ssm:*:*:parameter{name}" for name in sorted(set(parameters))],
        "sts:AssumeRole": sorted(set(roles)),
    }
    return limited_to(RIGHTS, own, partition=partition)


def limited_to(
    rights: Mapping[str, tuple[str, ...]], own: Mapping[str, Iterable[str]], *, partition: str = "aws"
) -> str:
    """A policy with each action on its resources in any account and Region, or on those in `own`, as JSON.

    Args:
        rights: Resources by action, as `RIGHTS`.
        own: ARNs by action; an action without any is left out.
        partition: Of the accounts.
    """
    by_resources: dict[tuple[str, ...], list[str]] = {}
    for action, limited in rights.items():
        if action in own:
            resources = tuple(own[action])
        else:
            resources = tuple(f"arn:{partition}:{one.format(region='*', account='*')}" for one in limited) or ("*",)
        if resources:
            by_resources.setdefault(resources, []).append(action)
    statements = [
        {"Effect": "Allow", "Action": sorted(actions), "Resource": list(resources)}
        for resources, actions in sorted(by_resources.items())
    ]
    return json.dumps({"Version": "2012-10-17", "Statement": statements}, indent=2)
