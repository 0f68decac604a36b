"""All services whose emulation is hardened or extended: importing one registers its hardenings."""

from __future__ import annotations

import importlib

from privatelink_ingress.local.cloud import hardening

MODULES: tuple[str, ...] = (
    "acm",
    "elbv2",
    "elbv2_attributes",
    "elbv2_listeners",
    "elbv2_rules",
    "elbv2_targets",
    "logs",
    "route53",
    "s3",
    "wafv2",
    "ec2_addresses",
    "ec2_endpoint_services",
    "ec2_endpoint_connections",
    "ec2_endpoint_notifications",
    "ec2_endpoints",
    "ec2_flow_logs",
    "ec2_network",
    "ec2_security_groups",
    "ec2_vpc_ranges",
    "autoscaling",
    "ecr",
    "eks",
    "eks_access",
    "eks_addons",
    "eks_nodegroups",
    "eks_pod_identity",
    "iam",
    "ssm",
)


def install() -> None:
    """Attach every service's hardenings to moto. Once per process; later calls do nothing."""
    for module in MODULES:
        importlib.import_module(f"privatelink_ingress.local.cloud.{module}")
    hardening.install()
