"""Quotas of an account and Region that a first deployment meets, whoever else uses them.

Left out are those that no plan here could exceed (tens of thousands of parameters, topics and log groups, 5,000 alarms
and network interfaces), and elastic IP addresses and customer managed policies, which no stack registers.
"""

from __future__ import annotations

from collections.abc import Mapping

from privatelink_ingress.plan.capacity.quotas import Quota

_ELB = "elasticloadbalancing"
_VPC = "https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html"
_ALB = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html"
_NLB = "https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-limits.html"
_EKS = "https://docs.aws.amazon.com/eks/latest/userguide/service-quotas.html"
_IAM = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"
_ACM = "https://docs.aws.amazon.com/acm/latest/userguide/acm-limits.html"
_WAF = "https://docs.aws.amazon.com/waf/latest/developerguide/limits.html"
_PRIVATELINK = "https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-limits-endpoints.html"
_EC2 = "https://docs.aws.amazon.com/ec2/latest/instancetypes/ec2-instance-quotas.html"


def _quota(
    key: str, name: str, default: int, service: str, code: str, source: str, holder: str = "the Region"
) -> Quota:
    return Quota(
        key=key,
        name=name,
        holder=holder,
        default=default,
        adjustable=True,
        per="part",
        service=service,
        code=code,
        source=source,
    )


REGION_QUOTAS: Mapping[str, Quota] = {
    quota.key: quota
    for quota in (
        _quota("vpcs", "VPCs", 5, "vpc", "L-F678F1CE", _VPC),
        _quota("internetGateways", "internet gateways", 5, "vpc", "L-A4707A72", _VPC),
        _quota("applicationLoadBalancers", "Application Load Balancers", 50, _ELB, "L-53DA6B97", _ALB),
        _quota("networkLoadBalancers", "Network Load Balancers", 50, _ELB, "L-69A177A2", _NLB),
        _quota("targetGroupsOfRegion", "target groups", 3000, _ELB, "L-B22855CB", _ALB),
        _quota("clusters", "clusters", 100, "eks", "L-1194D53C", _EKS),
        _quota("securityGroups", "security groups", 2500, "vpc", "L-E79EC296", _VPC),
        _quota("gatewayEndpoints", "gateway endpoints", 20, "vpc", "L-1B52E74A", _PRIVATELINK),
        _quota("trustStores", "trust stores", 20, _ELB, "L-A8F7060B", _ALB),
        _quota("webAcls", "web ACLs", 100, "wafv2", "L-2EC3DE7B", _WAF),
        _quota("ruleGroups", "rule groups", 100, "wafv2", "L-C5BCD850", _WAF),
        _quota("ipSets", "IP sets", 100, "wafv2", "L-D6DA96AE", _WAF),
        _quota("certificatesOfRegion", "certificates", 2500, "acm", "L-F141DD1D", _ACM),
        _quota("roles", "roles", 1000, "iam", "L-FE177D64", _IAM, "the account"),
        _quota("vcpus", "vCPUs of On-Demand Standard instances", 5, "ec2", "L-1216C47A", _EC2),
    )
}
"""By key. A new account has fewer vCPUs than most clusters need."""

STANDARD = "acdhimrtz"
"""First letters of the instance families that `vcpus` counts."""
