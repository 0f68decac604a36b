"""Quotas of an account and Region that a first deployment meets, whoever else uses them."""

from __future__ import annotations

from collections.abc import Mapping

from privatelink_ingress.plan.capacity.quotas import Quota

_ELB = "elasticloadbalancing"
_VPC = "https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html"
_ALB = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html"
_NLB = "https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-limits.html"
_EKS = "https://docs.aws.amazon.com/eks/latest/userguide/service-quotas.html"
_EC2 = "https://docs.aws.amazon.com/ec2/latest/instancetypes/ec2-instance-quotas.html"


def _quota(key: str, name: str, default: int, service: str, code: str, source: str) -> Quota:
    return Quota(
        key=key,
        name=name,
        holder="the Region",
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
        _quota("vcpus", "vCPUs of On-Demand Standard instances", 5, "ec2", "L-1216C47A", _EC2),
    )
}
"""By key. A new account has fewer vCPUs than most clusters need."""

STANDARD = "acdhimrtz"
"""First letters of the instance families that `vcpus` counts."""
