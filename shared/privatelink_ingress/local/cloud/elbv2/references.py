"""References between load balancers and the target groups, certificates and web ACLs that they use."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from moto.acm.models import acm_backends
from moto.elbv2.models import elbv2_backends
from moto.wafv2.models import wafv2_backends


def forwards_to(actions: Any) -> list[str]:
    """ARNs of the target groups that API actions, or moto's stored ones, forward to."""
    found: dict[str, None] = {}
    for action in actions:
        data = action if isinstance(action, dict) else action.data
        groups = [data, *data.get("ForwardConfig", {}).get("TargetGroups", ())]
        found |= dict.fromkeys(group["TargetGroupArn"] for group in groups if "TargetGroupArn" in group)
    return list(found)


def target_groups(balancer: Any) -> set[str]:
    """ARNs of the target groups that any rule of `balancer` forwards to, default rules included."""
    return {arn for rule in rules(balancer) for arn in forwards_to(rule.actions)}


def rules(balancer: Any) -> Iterator[Any]:
    """All rules of all listeners, default rules included."""
    for listener in balancer.listeners.values():
        yield from listener.rules.values()


def refresh(account_id: str, region: str) -> None:
    """Bring `LoadBalancerArns` of each target group and `InUseBy` of each certificate up to date.

    Source: ACM API reference,
    CertificateDetail: it lists load balancers, not listeners.
    """
    backend = elbv2_backends[account_id][region]
    certificates = acm_backends[account_id][region]._certificates
    for group in backend.target_groups.values():
        group.load_balancer_arns = [b.arn for b in backend.load_balancers.values() if group.arn in target_groups(b)]
    for certificate in certificates.values():
        certificate.in_use_by = [
            balancer.arn
            for balancer in backend.load_balancers.values()
            if any(certificate.arn in listener.certificates for listener in balancer.listeners.values())
        ]


def forget_web_acl(account_id: str, region: str, arn: str) -> None:
    """A deleted load balancer is no longer associated with its web ACL."""
    for acl in wafv2_backends[account_id][region].wacls.values():
        acl.associated_resources = [resource for resource in acl.associated_resources if resource != arn]
