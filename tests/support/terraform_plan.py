"""What a stack registers, in the format of `terraform show -json`: scanners read that, and know no Pulumi.

Format: https://developer.hashicorp.com/terraform/internals/json-format (`planned_values`, and the `references` of
`configuration`, from which a scanner learns which resource belongs to which).
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Mapping
from typing import Any

from privatelink_ingress import tokens as t
from privatelink_ingress.local.adapters import eks_component
from privatelink_ingress.rules import Resource

TERRAFORM_TYPES = {
    t.CLUSTER_COMPONENT: "aws_eks_cluster",
    "aws:acm/certificate:Certificate": "aws_acm_certificate",
    "aws:acm/certificateValidation:CertificateValidation": "aws_acm_certificate_validation",
    "aws:autoscaling/attachment:Attachment": "aws_autoscaling_attachment",
    "aws:cloudwatch/logDelivery:LogDelivery": "aws_cloudwatch_log_delivery",
    "aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination": "aws_cloudwatch_log_delivery_destination",
    "aws:cloudwatch/logDeliverySource:LogDeliverySource": "aws_cloudwatch_log_delivery_source",
    "aws:cloudwatch/logGroup:LogGroup": "aws_cloudwatch_log_group",
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": "aws_iam_openid_connect_provider",
    "aws:lb/loadBalancer:LoadBalancer": "aws_lb",
    "aws:s3/bucket:Bucket": "aws_s3_bucket",
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": "aws_vpc_security_group_egress_rule",
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": "aws_vpc_security_group_ingress_rule",
    "aws:ec2/vpcEndpointServiceAllowedPrinciple:VpcEndpointServiceAllowedPrinciple": (
        "aws_vpc_endpoint_service_allowed_principal"
    ),
}
"""Names that `terraform_type` does not derive."""

_WITHOUT_MODULE = {"ec2", "cloudwatch"}
"""Modules that Terraform's names leave out: `aws_vpc`, not `aws_ec2_vpc`."""

_BLOCKS = {
    "actions": "action",
    "conditions": "condition",
    "defaultActions": "default_action",
    "encryptionConfigurations": "encryption_configuration",
    "ruleActionOverrides": "rule_action_override",
    "rules": "rule",
    "statements": "statement",
    "targetGroups": "target_group",
    "textTransformations": "text_transformation",
}
"""Blocks that may be repeated: Pulumi's names are plural, Terraform's are not."""


def terraform_type(token: str) -> str:
    """Terraform's name of a resource type: `aws:lb/targetGroup:TargetGroup` is `aws_lb_target_group`."""
    if token in TERRAFORM_TYPES:
        return TERRAFORM_TYPES[token]
    package, module, name = re.split("[:/]", token)[:3]
    return "_".join((package, *(() if module in _WITHOUT_MODULE else (module,)), _snake(name)))


@dataclasses.dataclass(frozen=True)
class TerraformPlan:
    """A plan, and which resource stands behind each of its addresses."""

    document: dict[str, Any]
    urns: Mapping[str, str]
    """By address, such as `aws_vpc.shop-vpc`."""


def terraform_plan(resources: Iterable[Resource]) -> TerraformPlan:
    """The plan that creates the resources of AWS among `resources`."""
    addresses = {
        resource.urn: f"{terraform_type(resource.type)}.{_label(resource.name)}"
        for resource in resources
        if resource.type.startswith("aws:") or resource.type == t.CLUSTER_COMPONENT
    }
    aws = [resource for resource in resources if resource.urn in addresses]
    planned = [_planned(resource, addresses[resource.urn]) for resource in aws]
    document = {
        "format_version": "1.2",
        "terraform_version": "1.9.0",
        "planned_values": {"root_module": {"resources": planned}},
        "resource_changes": [
            {
                **{key: value for key, value in each.items() if key != "values"},
                "change": {"actions": ["create"], "before": None, "after": each["values"], "after_unknown": {}},
            }
            for each in planned
        ],
        "configuration": {
            "root_module": {"resources": [_configured(resource, addresses) for resource in aws]},
        },
    }
    return TerraformPlan(document, {address: urn for urn, address in addresses.items()})


def _planned(resource: Resource, address: str) -> dict[str, Any]:
    inputs = resource.inputs
    if resource.type == t.CLUSTER_COMPONENT:
        inputs = eks_component.parts(dict(inputs), "arn:aws:iam::111111111111:role/cluster").cluster
    return {**_identity(address), "schema_version": 0, "values": _terraform(inputs)}


def _configured(resource: Resource, addresses: Mapping[str, str]) -> dict[str, Any]:
    expressions = {
        _BLOCKS.get(key, _snake(key)): {
            "references": [
                text for urn in sorted(urns & addresses.keys()) for text in (f"{addresses[urn]}.id", addresses[urn])
            ]
        }
        for key, urns in resource.references.items()
        if urns & addresses.keys()
    }
    return {**_identity(addresses[resource.urn]), "expressions": expressions}


def _identity(address: str) -> dict[str, str]:
    type_, name = address.split(".")
    provider = "registry.terraform.io/hashicorp/aws"
    return {"address": address, "mode": "managed", "type": type_, "name": name, "provider_name": provider}


def _terraform(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {
            _BLOCKS.get(key, _snake(key)): each if key == "tags" else _terraform(each) for key, each in value.items()
        }
    if isinstance(value, list | tuple):
        return [_terraform(each) for each in value]
    return value


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def _label(name: str) -> str:
    """A name that an address can hold: without dots, which part it."""
    return re.sub(r"[^\w-]", "_", name)
