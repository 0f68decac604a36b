"""All adapters by Pulumi resource type."""

from __future__ import annotations

from privatelink_ingress.local.adapters import (
    acm,
    autoscaling,
    cloudwatch,
    ec2_endpoints,
    ec2_flow_logs,
    ec2_launch_templates,
    ec2_network,
    ec2_security_groups,
    ecr,
    eks,
    eks_component,
    iam,
    kms,
    kubernetes,
    lb,
    route53,
    s3,
    s3_objects,
    sns,
    ssm,
    trust_stores,
    wafv2,
)
from privatelink_ingress.local.adapters.base import Adapter, AdapterError

KUBERNETES = "kubernetes:"

ADAPTERS: dict[str, Adapter] = {
    **acm.ADAPTERS,
    **autoscaling.ADAPTERS,
    **cloudwatch.ADAPTERS,
    **ec2_endpoints.ADAPTERS,
    **ec2_flow_logs.ADAPTERS,
    **ec2_launch_templates.ADAPTERS,
    **ec2_network.ADAPTERS,
    **ec2_security_groups.ADAPTERS,
    **ecr.ADAPTERS,
    **eks.ADAPTERS,
    **eks_component.ADAPTERS,
    **iam.ADAPTERS,
    **kms.ADAPTERS,
    **lb.ADAPTERS,
    **route53.ADAPTERS,
    **s3.ADAPTERS,
    **s3_objects.ADAPTERS,
    **sns.ADAPTERS,
    **ssm.ADAPTERS,
    **trust_stores.ADAPTERS,
    **wafv2.ADAPTERS,
}


def adapter_for(type_: str) -> Adapter:
    """The adapter of a Pulumi resource type, such as `aws:ec2/vpc:Vpc`.

    Raises:
        AdapterError: when there is none.
    """
    if type_.startswith(KUBERNETES):
        return kubernetes.kubernetes_adapter(type_)
    adapter = ADAPTERS.get(type_)
    if adapter is None:
        raise AdapterError(f"the local cloud has no adapter for {type_}")
    return adapter
